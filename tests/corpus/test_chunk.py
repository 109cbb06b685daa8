"""Passages: exact offsets, nothing cut that must stay whole, for every format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from corpus.makers import SIDE, Page, archive, docx_xml, pdf, sheet, write
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.chunk import cut
from pvd_assistant.model import Document, Passage
from pvd_assistant.settings import Settings

MOST = 1000

# Every format, from the same content: sections of paragraphs, a list and a table

TRAPS = "M.|etc.|art.|n° 5|1.5|%|45 000 €|L’ORT|(ANCT)|« cœur »|https://exemple.fr/a.b|centre-bourg"
WORDS = st.sampled_from(["commune", "projet", "École", "habitat", *TRAPS.split("|")])
SENTENCE = st.builds(
    lambda words: "La " + " ".join(words) + " est là.", st.lists(WORDS, min_size=1, max_size=24)
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6)
CELL = st.builds(lambda words: "Ville " + " ".join(words), st.lists(WORDS, max_size=8))
SECTION = st.tuples(
    st.lists(PARAGRAPH, min_size=1, max_size=3),
    st.lists(SENTENCE, max_size=8),
    st.lists(st.tuples(CELL, CELL), max_size=8),
)
CONTENT = st.lists(SECTION, min_size=1, max_size=3)
Content = Sequence[tuple[Sequence[Sequence[str]], Sequence[str], Sequence[tuple[str, str]]]]


def markdown(content: Content) -> bytes:
    out = []
    for number, (paragraphs, items, rows) in enumerate(content):
        out.append(f"## Partie {number}")
        out += [" ".join(sentences) for sentences in paragraphs]
        out.append("Les conditions sont les suivantes :")
        out.append("\n".join(f"- {item}" for item in items))
        table = ["| Nom | Fait |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
        out.append("\n".join(table) if rows else "")
    return sheet("\n\n".join(out)).encode()


def html(content: Content) -> bytes:
    out = ["<html><body><main>"]
    for number, (paragraphs, items, rows) in enumerate(content):
        out.append(f"<h2>Partie {number}</h2>")
        out += [f"<p>{' '.join(sentences)}</p>" for sentences in paragraphs]
        out.append("<p>Les conditions sont les suivantes :</p>")
        out.append(f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>")
        head = "<tr><th>Nom</th><th>Fait</th></tr>"
        cells = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows)
        out.append(f"<table>{head}{cells}</table>" if rows else "")
    return ("".join(out) + "</main></body></html>").encode()


def table(content: Content) -> bytes:
    rows = [row for _, _, rows in content for row in rows] or [("Ville", "fait")]
    return "\n".join(["Nom;Fait", *(f'"{a}";"{b}"' for a, b in rows)]).encode()


def word(content: Content) -> dict[str, str]:
    def p(text: str, properties: str = "") -> str:
        return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    def cell(text: str) -> str:
        return f"<w:tc>{p(text)}</w:tc>"

    out = []
    for number, (paragraphs, items, rows) in enumerate(content):
        out.append(p(f"Partie {number}", '<w:outlineLvl w:val="0"/>'))
        out += [p(" ".join(sentences)) for sentences in paragraphs]
        out.append(p("Les conditions sont les suivantes :"))
        listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        out += [p(item, listed) for item in items]
        cells = [("Nom", "Fait"), *rows] if rows else []
        lines = "".join(f"<w:tr>{cell(a)}{cell(b)}</w:tr>" for a, b in cells)
        out.append(f"<w:tbl>{lines}</w:tbl>" if rows else "")
    return docx_xml("".join(out))


ODT_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:text>'
)


def writer(content: Content) -> dict[str, str]:
    out = [ODT_HEAD]
    for number, (paragraphs, items, rows) in enumerate(content):
        out.append(f'<text:h text:outline-level="1">Partie {number}</text:h>')
        out += [f"<text:p>{' '.join(sentences)}</text:p>" for sentences in paragraphs]
        out.append("<text:p>Les conditions sont les suivantes :</text:p>")
        listed = "".join(
            f"<text:list-item><text:p>{item}</text:p></text:list-item>" for item in items
        )
        out.append(f"<text:list>{listed}</text:list>")
        cells = [("Nom", "Fait"), *rows] if rows else []
        lines = "".join(
            "<table:table-row>"
            + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
            + "</table:table-row>"
            for row in cells
        )
        out.append(f"<table:table>{lines}</table:table>" if rows else "")
    return {"content.xml": "".join(out) + "</office:text></office:body></office:document-content>"}


class Printer:
    """Writes down a page, and on the next one when it is full."""

    def __init__(self) -> None:
        self.pages = [Page()]
        self.y = 780.0

    def block(self, *columns: tuple[float, str], after: float, width: int = 70) -> None:
        lines = [(x, _wrapped(text, width)) for x, text in columns]
        height = 13 * max(len(words) for _, words in lines) + after
        if self.y - height < 140:
            self.pages.append(Page())
            self.y = 780.0
        for x, words in lines:
            self.pages[-1].lines(x, self.y, *words)
        self.y -= height

    def rule(self) -> None:
        self.pages[-1].rule(65, 560, self.y + 10)


def printed(content: Content) -> bytes:
    """Pages of short lines, a table ruled between its rows, whose cells wrap."""
    printer = Printer()
    for paragraphs, items, rows in content:
        for sentences in [*paragraphs, ["Les conditions sont les suivantes :"]]:
            printer.block((70, " ".join(sentences)), after=12)
        for item in items:
            printer.block((70, "•"), (84, item), after=4)
        for row in [("Nom", "Fait"), *rows] if rows else []:
            printer.block((70, row[0]), (330, row[1]), after=8, width=38)
            printer.rule()
        printer.y -= 20
    return pdf(printer.pages)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for piece in text.split(" "):
        if len(lines[-1]) + len(piece) > width:
            lines.append(piece)
        else:
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


MAKERS: dict[str, Callable[[Any], Any]] = {
    ".md": markdown,
    ".html": html,
    ".csv": table,
    ".docx": word,
    ".odt": writer,
    ".pdf": printed,
}


def load(folder: Path, extension: str, made: bytes | dict[str, Any]) -> Document:
    path = folder / f"essai{extension}"
    if isinstance(made, bytes):
        write(path, made)
    else:
        archive(path, made)
    write(folder / "essai.meta.yaml", SIDE.format(title="Essai", kind="guide"))
    catalogue = Catalogue(folder, Settings(corpus_dir=folder))
    return catalogue.load(catalogue.entries()[0])


def check(document: Document, passages: Sequence[Passage]) -> None:
    """What must hold of any document cut in passages."""
    for passage in passages:
        part = document.parts[passage.part]
        assert part.text[passage.start : passage.end] == passage.text
        assert (passage.page, passage.label) == (part.page, part.label)
        assert len(passage.text) <= MOST or len(passage.units) == 1
        assert passage.units
    stated = [
        (passage.part, passage.start + unit.start, passage.start + unit.end)
        for passage in passages
        for unit in passage.units
    ]
    assert stated == sorted(set(stated)), "units overlap or come twice"
    for part in document.parts:
        for block in part.blocks:
            inside = [s for s in stated if s[0] == part.index and block.start <= s[1] < block.end]
            if block.kind in ("item", "row"):
                assert inside == [(part.index, block.start, block.end)], "cut"
            elif block.kind == "paragraph":
                words = "".join(part.text[start:end] for _, start, end in inside)
                whole = part.text[block.start : block.end]
                assert words.replace(" ", "") == whole.replace(" ", "")


def check_content(folder: Path, extension: str, content: Content) -> None:
    document = load(folder / extension[1:], extension, MAKERS[extension](content))
    passages = cut(document)
    check(document, passages)
    said = "".join(passage.text for passage in passages).replace(" ", "").replace("\n", "")
    for paragraphs, items, rows in content:
        cells = [cell for row in rows for cell in row]
        texts = [sentence for sentences in paragraphs for sentence in sentences] + list(items)
        for text in cells if extension == ".csv" else texts + cells:
            assert text.replace(" ", "") in said


EXAMPLES = given_settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("extension", [name for name in MAKERS if name != ".pdf"])
@given(content=CONTENT)
@EXAMPLES
def test_offsets_are_exact_and_nothing_is_cut(
    tmp_path: Path, extension: str, content: Content
) -> None:
    check_content(tmp_path, extension, content)


@given(content=CONTENT)
@given_settings(EXAMPLES, max_examples=8)
def test_offsets_are_exact_and_nothing_is_cut_in_a_pdf(tmp_path: Path, content: Content) -> None:
    check_content(tmp_path, ".pdf", content)


def passages_of(folder: Path, body: str, kind: str = "offre") -> list[Passage]:
    return cut(load(folder, ".md", sheet(body, kind=kind).encode()))


def test_passages_follow_headings(tmp_path: Path) -> None:
    body = "## Combien\n\nDix euros.\n\n### Plafond\n\nCent euros.\n\n## Quand\n\nDemain."
    assert [(p.headings, p.text) for p in passages_of(tmp_path, body)] == [
        (("Combien",), "Dix euros."),
        (("Combien", "Plafond"), "Cent euros."),
        (("Quand",), "Demain."),
    ]


def test_a_long_section_gives_passages_of_about_six_hundred_characters(tmp_path: Path) -> None:
    sentences = " ".join(f"La phrase numéro {n} dit quelque chose d’utile." for n in range(80))
    lengths = [len(p.text) for p in passages_of(tmp_path, f"## A\n\n{sentences}")]
    assert len(lengths) > 4
    assert all(400 <= length <= MOST for length in lengths)


def test_a_sentence_longer_than_the_limit_stays_whole(tmp_path: Path) -> None:
    long = "La commune " + "et sa voisine " * 120 + "signent."
    texts = [p.text for p in passages_of(tmp_path, f"## A\n\nAvant. {long} Après.")]
    assert texts == ["Avant.", long, "Après."]


def test_a_list_stays_with_the_sentence_that_introduces_it(tmp_path: Path) -> None:
    before = "Une phrase qui remplit la section avant la liste des conditions. " * 13
    items = "\n".join(f"- Condition {n} : la commune a délibéré." for n in range(6))
    body = f"## A\n\n{before}\n\nLes conditions sont :\n\n{items}"
    listed = passages_of(tmp_path, body)[-1]
    assert "Les conditions sont :\n\n- Condition 0" in listed.text
    assert listed.text.endswith("- Condition 5 : la commune a délibéré.")
    assert {unit.header for unit in listed.units if unit.kind == "item"} == {
        "Les conditions sont :"
    }


def test_a_table_row_keeps_its_header_and_the_first_passage_shows_it(tmp_path: Path) -> None:
    body = "## A\n\n| Cas | Taux |\n|---|---|\n| Avec l’Anah | 75 % |\n| Sans | 50 % |"
    (passage,) = passages_of(tmp_path, body)
    assert passage.text == "Cas | Taux\nAvec l’Anah | 75 %\nSans | 50 %"
    assert [(passage.unit_text(u), u.kind, u.header) for u in passage.units] == [
        ("Avec l’Anah | 75 %", "row", "Cas | Taux"),
        ("Sans | 50 %", "row", "Cas | Taux"),
    ]


def test_a_passage_that_opens_with_a_step_shows_its_number(tmp_path: Path) -> None:
    (passage,) = passages_of(tmp_path, "## A\n\n1. Délibérer.\n2. Signer.")
    assert passage.text == "1. Délibérer.\n2. Signer."
    assert [passage.unit_text(unit) for unit in passage.units] == ["Délibérer.", "Signer."]


def test_phrasings_are_searched_with_every_passage_and_never_shown(tmp_path: Path) -> None:
    body = "## Aide\n\nDix euros.\n\n## Vous cherchez à…\n\n- payer\n- recruter\n\n## Qui\n\nTous."
    found = passages_of(tmp_path, body)
    assert [p.text for p in found] == ["Dix euros.", "Tous."]
    assert {p.questions for p in found} == {"payer\nrecruter"}


def test_phrasings_of_a_section_go_to_that_section(tmp_path: Path) -> None:
    body = (
        "## Aide A\n\n### Montant\n\nDix euros.\n\n### Vous cherchez à…\n\n- payer\n\n"
        "## Aide B\n\nCent euros."
    )
    assert [(p.text, p.questions) for p in passages_of(tmp_path, body)] == [
        ("Dix euros.", "payer"),
        ("Cent euros.", ""),
    ]


def test_the_question_of_a_faq_and_its_other_phrasings_go_to_the_answer(tmp_path: Path) -> None:
    body = (
        "## Qui paie le chef de projet ?\n\n## Autres façons de poser la question\n\n"
        "- qui finance le poste\n\n## Réponse\n\nL’État paie."
    )
    (answer,) = passages_of(tmp_path, body, kind="faq")
    assert answer.text == "L’État paie."
    assert answer.questions == "Qui paie le chef de projet ?\nqui finance le poste"


def test_ids_say_where_the_passage_stands(tmp_path: Path) -> None:
    (passage,) = passages_of(tmp_path, "## Aide\n\nDix euros.")
    assert passage.id == f"essai#0:{passage.start}-{passage.end}"

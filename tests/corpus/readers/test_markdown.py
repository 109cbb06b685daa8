from __future__ import annotations

from pathlib import Path

import pytest

from corpus.makers import sheet, write
from pvd_assistant.corpus.readers import read
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings


def parts_of(folder: Path, body: str, settings: Settings) -> tuple[Part, ...]:
    return read(write(folder / "fiche.md", sheet(body)), settings)


def blocks(part: Part) -> list[tuple[str, str]]:
    return [(block.kind, part.text[block.start : block.end]) for block in part.blocks]


def test_each_section_is_a_part_with_its_title_and_no_markup(
    tmp_path: Path, settings: Settings
) -> None:
    body = (
        "## Qui *porte* l’offre\n\nL’**ANCT**, `d’abord`,\npuis [la Région](/partenaires/region.md)"
        " et <https://exemple.fr>.\n\n## Combien\n\n75&nbsp;% du coût.\n"
    )
    first, second = parts_of(tmp_path, body, settings)
    assert first.text == (
        "Qui porte l’offre\n\nL’ANCT, d’abord, puis la Région et https://exemple.fr."
    )
    assert blocks(first) == [("paragraph", first.text.partition("\n\n")[2])]
    assert first.blocks[0].headings == ("Qui porte l’offre",)
    assert (second.index, second.page, second.label) == (1, None, None)
    assert second.text == "Combien\n\n75\u00a0% du coût."


def test_lists_keep_their_marks_outside_of_the_items(tmp_path: Path, settings: Settings) -> None:
    body = "## A\n\nOn dépose :\n\n1. un dossier\n   - signé ;\n   - daté ;\n2. un plan.\n\nFin.\n"
    (part,) = parts_of(tmp_path, body, settings)
    assert part.text == (
        "A\n\nOn dépose :\n\n1. un dossier\n  - signé ;\n  - daté ;\n2. un plan.\n\nFin."
    )
    assert [(part.text[b.start : b.end], b.kind, b.header) for b in part.blocks] == [
        ("On dépose :", "paragraph", None),
        ("un dossier", "item", "On dépose :"),
        ("signé ;", "item", "un dossier"),
        ("daté ;", "item", "un dossier"),
        ("un plan.", "item", "On dépose :"),
        ("Fin.", "paragraph", None),
    ]


def test_a_list_under_a_plain_sentence_has_no_lead_in(tmp_path: Path, settings: Settings) -> None:
    (part,) = parts_of(tmp_path, "## A\n\nUne phrase.\n\n- un\n- deux\n", settings)
    assert {block.header for block in part.blocks} == {None}


def test_only_the_last_sentence_before_a_list_introduces_it(
    tmp_path: Path, settings: Settings
) -> None:
    (part,) = parts_of(tmp_path, "## A\n\nUne phrase. Il faut :\n\n- un\n", settings)
    assert part.blocks[1].header == "Il faut :"


def test_table_rows_know_their_header(tmp_path: Path, settings: Settings) -> None:
    body = "## A\n\n| Cas | Taux |\n|:--|--:|\n| Avec *Anah* | 75 % |\n| a\\|b | |\n"
    (part,) = parts_of(tmp_path, body, settings)
    assert part.text == "A\n\nCas | Taux\nAvec Anah | 75 %\na¦b |"
    assert blocks(part) == [("row", "Avec Anah | 75 %"), ("row", "a¦b |")]
    assert {block.header for block in part.blocks} == {"Cas | Taux"}


def test_searched_phrasings_are_questions_and_sources_are_left_out(
    tmp_path: Path, settings: Settings
) -> None:
    body = (
        "## Vous cherchez à…\n\n- payer un poste\n\n## Sources\n\nUn lien.\n\n### Détail\n\nRien.\n\n"
        "## Suite\n\nTexte.\n"
    )
    first, second = parts_of(tmp_path, body, settings)
    assert blocks(first) == [("question", "payer un poste")]
    assert second.text == "Suite\n\nTexte."


def test_the_only_first_level_title_is_the_documents_and_not_in_the_path(
    tmp_path: Path, settings: Settings
) -> None:
    (part,) = parts_of(tmp_path, "# Titre\n\n## A\n\n### B\n\nTexte.\n", settings)
    assert part.blocks[0].headings == ("A", "B")


def test_html_inside_a_sheet_gives_its_text_only(tmp_path: Path, settings: Settings) -> None:
    body = (
        "## A\n\n<!-- note --><script>alert(1)</script>\n\n<div>Un <b>bloc</b>.</div>\n\nFin<br>.\n"
    )
    (part,) = parts_of(tmp_path, body, settings)
    assert [text for _, text in blocks(part)] == ["Un bloc.", "Fin ."]


def test_invisible_characters_cannot_hide_text(tmp_path: Path, settings: Settings) -> None:
    body = "## A\n\nfai\u00adsabilite\u0301 \ufb01n\u200b \u202eegap\u202c\n"
    (part,) = parts_of(tmp_path, body, settings)
    assert blocks(part) == [("paragraph", "faisabilité fin egap")]


def test_windows_line_ends_and_encoding_are_understood(tmp_path: Path, settings: Settings) -> None:
    raw = sheet("## Été\n\nDéjà vu.\n").replace("\n", "\r\n").encode("cp1252")
    (part,) = read(write(tmp_path / "fiche.md", raw), settings)
    assert part.text == "Été\n\nDéjà vu."


@pytest.mark.parametrize(
    "body", ["> " * 60 + "fin", "\n".join("  " * n + "- a" for n in range(60))]
)
def test_deep_nesting_is_refused(tmp_path: Path, settings: Settings, body: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parts_of(tmp_path, body, settings)
    assert caught.value.code == "corpus.too_deep"


def test_a_long_section_goes_on_in_another_part(tmp_path: Path, settings: Settings) -> None:
    body = "## A\n\n" + "\n\n".join("Une phrase assez longue pour compter." for _ in range(1200))
    parts = parts_of(tmp_path, body, settings)
    assert len(parts) > 1
    assert {block.headings for part in parts for block in part.blocks} == {("A",)}
    assert sum(len(part.blocks) for part in parts) == 1200

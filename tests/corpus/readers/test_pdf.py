from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from corpus.makers import Page, pdf, write
from pvd_assistant.corpus.readers import pdf_process, read
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings


def parts_of(folder: Path, content: bytes, settings: Settings) -> tuple[Part, ...]:
    return read(write(folder / "guide.pdf", content), settings)


def stated(part: Part) -> list[tuple[str, str]]:
    return [(block.kind, part.text[block.start : block.end]) for block in part.blocks]


def test_pages_keep_their_place_and_their_printed_number(
    tmp_path: Path, settings: Settings
) -> None:
    pages = [Page().text(70, 700, f"La page {n} dit une chose.") for n in range(1, 5)]
    labels = "<< /Nums [0 << /S /r >> 2 << /S /D /P (A-) >>] >>"
    parts = parts_of(tmp_path, pdf(pages, labels=labels), settings)
    assert [(part.index, part.page, part.label) for part in parts] == [
        (0, 1, "i"),
        (1, 2, "ii"),
        (2, 3, "A-1"),
        (3, 4, "A-2"),
    ]
    assert parts[3].text == "La page 4 dit une chose."


def test_without_printed_numbers_there_is_no_label(tmp_path: Path, settings: Settings) -> None:
    (part,) = parts_of(tmp_path, pdf([Page().text(70, 700, "Bonjour.")]), settings)
    assert (part.page, part.label) == (1, None)


def test_blank_pages_keep_the_others_at_their_place(tmp_path: Path, settings: Settings) -> None:
    pages = [Page().text(70, 700, "Un."), Page(), Page().text(70, 700, "Trois.")]
    parts = parts_of(tmp_path, pdf(pages), settings)
    assert [(part.page, part.text) for part in parts] == [(1, "Un."), (2, ""), (3, "Trois.")]


def test_lines_become_paragraphs(tmp_path: Path, settings: Settings) -> None:
    page = Page().lines(70, 700, "Une phrase qui", "tient sur deux lignes.")
    page.lines(70, 660, "Un autre paragraphe", "suit plus bas.")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert stated(part) == [
        ("paragraph", "Une phrase qui tient sur deux lignes."),
        ("paragraph", "Un autre paragraphe suit plus bas."),
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("Une revita-", "lisation du bourg."), "Une revitalisation du bourg."),
        (("Une revita\u00ad", "lisation du bourg."), "Une revitalisation du bourg."),
        (("Le centre-", "bourg change."), "Le centre-bourg change."),
        (("La ville de Saint-", "Flour change."), "La ville de Saint-Flour change."),
        (("La commune peut-", "elle signer ?"), "La commune peut-elle signer ?"),
        (("Le plan 2020-", "2026 est signé."), "Le plan 2020-2026 est signé."),
    ],
)
def test_words_cut_at_the_end_of_a_line_are_repaired(
    tmp_path: Path, settings: Settings, lines: tuple[str, str], text: str
) -> None:
    (part,) = parts_of(tmp_path, pdf([Page().lines(70, 700, *lines)]), settings)
    assert stated(part) == [("paragraph", text)]


def test_the_rest_of_the_document_decides_about_a_hyphen(
    tmp_path: Path, settings: Settings
) -> None:
    page = Page().lines(70, 700, "Un porte-", "feuille et un porte-", "avions ici.")
    page.lines(70, 600, "Le portefeuille est plein, le porte-avions est loin.")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert stated(part)[0] == ("paragraph", "Un portefeuille et un porte-avions ici.")


def test_bookmarks_give_the_titles_and_their_lines_state_nothing(
    tmp_path: Path, settings: Settings
) -> None:
    first = Page().text(70, 780, "1. Qui paie ?", 16, "F2").text(70, 740, "L’État paie.")
    first.text(70, 700, "Le plafond et", 13, "F2").text(70, 684, "ses exceptions", 13, "F2")
    first.text(70, 650, "Cent euros.")
    second = Page().text(70, 780, "Suite du plafond.").text(70, 740, "Quand", 16, "F2")
    second.text(70, 700, "Demain.")
    outline = [
        ("1. Qui paie\u00a0?", 0, 800.0),
        ("Le plafond et ses exceptions", 0, 715.0),
        ("Quand", 1, 760.0),
    ]
    parts = parts_of(tmp_path, pdf([first, second], outline=outline), settings)
    found = [
        (part.text[block.start : block.end], block.headings)
        for part in parts
        for block in part.blocks
    ]
    assert [(text, headings[-1]) for text, headings in found] == [
        ("L’État paie.", "1. Qui paie\u00a0?"),
        ("Cent euros.", "Le plafond et ses exceptions"),
        ("Suite du plafond.", "Le plafond et ses exceptions"),
        ("Demain.", "Quand"),
    ]


def test_without_bookmarks_larger_type_gives_the_titles(tmp_path: Path, settings: Settings) -> None:
    page = Page().text(70, 780, "Le programme", 18).text(70, 750, "Qui paie", 14)
    page.text(70, 720, "L’État paie une part du poste.").text(70, 690, "Quand", 14)
    page.text(70, 660, "Demain, la commune signera.").text(70, 620, "Le calendrier", 18)
    page.text(70, 590, "Tout finit en 2026.")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert [block.headings for block in part.blocks] == [
        ("Le programme", "Qui paie"),
        ("Le programme", "Quand"),
        ("Le calendrier",),
    ]


def test_running_headers_and_page_numbers_are_dropped(tmp_path: Path, settings: Settings) -> None:
    pages = [
        Page()
        .text(70, 810, "Guide du programme")
        .text(70, 700, f"La page {n} dit ceci.")
        .text(70, 30, "Club Petites villes de demain")
        .text(500, 30, f"page {n}")
        for n in range(1, 7)
    ]
    parts = parts_of(tmp_path, pdf(pages), settings)
    assert [part.text for part in parts] == [f"La page {n} dit ceci." for n in range(1, 7)]


def test_a_sentence_at_the_top_of_several_pages_is_kept_when_it_differs(
    tmp_path: Path, settings: Settings
) -> None:
    pages = [
        Page().text(70, 800, f"La commune de {name} signe.").text(70, 700, "Rien d’autre.")
        for name in ("Foix", "Ax", "Pamiers", "Lavelanet", "Mirepoix")
    ]
    parts = parts_of(tmp_path, pdf(pages), settings)
    assert parts[1].text.startswith("La commune de Ax signe.")


def test_what_the_file_marks_as_an_artifact_is_dropped(tmp_path: Path, settings: Settings) -> None:
    page = Page().text(70, 700, "Du texte.")
    page.operators += ["/Artifact BMC", "BT /F1 10 Tf 70 400 Td (Filigrane) Tj ET", "EMC"]
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert part.text == "Du texte."


def test_a_sentence_over_two_pages_goes_whole_to_the_first(
    tmp_path: Path, settings: Settings
) -> None:
    first = Page().lines(70, 200, "Une première phrase. La commune signe une conven-")
    second = Page().lines(70, 780, "tion avec l’État. Puis elle attend.")
    parts = parts_of(tmp_path, pdf([first, second]), settings)
    assert [part.text for part in parts] == [
        "Une première phrase. La commune signe une convention avec l’État.",
        "Puis elle attend.",
    ]


def test_list_items_and_their_lead_in(tmp_path: Path, settings: Settings) -> None:
    page = Page().text(70, 700, "Les conditions sont :")
    page.text(70, 680, "•").lines(84, 680, "être une commune de moins", "de 20 000 habitants ;")
    page.text(70, 650, "- signer une convention ;").text(70, 630, "2) attendre.")
    page.text(70, 600, "Fin de la liste.")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    lead = "Les conditions sont :"
    assert [(part.text[b.start : b.end], b.kind, b.header) for b in part.blocks] == [
        (lead, "paragraph", None),
        ("être une commune de moins de 20 000 habitants ;", "item", lead),
        ("signer une convention ;", "item", lead),
        ("attendre.", "item", lead),
        ("Fin de la liste.", "paragraph", None),
    ]


CELLS = [
    ("Cas", "Taux", "Plafond"),
    ("Avec l’Anah", "75 % du coût|du poste", "55 000 €"),
    ("Sans l’Anah|ni la Région", "75 %", "45 000 € par an|au plus"),
]
ROWS = [
    "Avec l’Anah | 75 % du coût du poste | 55 000 €",
    "Sans l’Anah ni la Région | 75 % | 45 000 € par an au plus",
]


def table_page(*, gap: float, ruled: bool) -> Page:
    page, y = Page().text(70, 780, "Le taux dépend du cas, comme le montre ce tableau."), 740.0
    for row in CELLS:
        for x, cell in zip((70, 220, 380), row, strict=True):
            page.lines(x, y, *cell.split("|"), pitch=12)
        y -= 12 * max(cell.count("|") + 1 for cell in row) + gap
        if ruled:
            page.rule(65, 520, y + 9)
    return page.text(70, y - 30, "Le texte reprend ici, sous le tableau, sur une ligne.")


@pytest.mark.parametrize(("gap", "ruled"), [(8, True), (8, False), (1, True)])
def test_tables_are_rows_with_their_header(
    tmp_path: Path, settings: Settings, gap: float, ruled: bool
) -> None:
    (part,) = parts_of(tmp_path, pdf([table_page(gap=gap, ruled=ruled)]), settings)
    rows = [block for block in part.blocks if block.kind == "row"]
    assert [part.text[row.start : row.end] for row in rows] == ROWS
    assert {row.header for row in rows} == {"Cas | Taux | Plafond"}
    assert [block.kind for block in part.blocks] == ["paragraph", "row", "row", "paragraph"]


def test_a_table_that_goes_on_keeps_its_header(tmp_path: Path, settings: Settings) -> None:
    def page(*rows: tuple[str, str]) -> Page:
        drawn = Page()
        for number, row in enumerate(rows):
            drawn.text(70, 780 - 20 * number, row[0]).text(300, 780 - 20 * number, row[1])
            drawn.rule(65, 500, 773 - 20 * number)
        return drawn

    pages = [page(("Ville", "Habitants"), ("Foix", "9 700")), page(("Ax", "1 200"), ("Mas", "800"))]
    first, second = parts_of(tmp_path, pdf(pages), settings)
    assert stated(first) == [("row", "Foix | 9 700")]
    assert stated(second) == [("row", "Ax | 1 200"), ("row", "Mas | 800")]
    assert {block.header for block in second.blocks} == {"Ville | Habitants"}


def test_a_table_of_contents_states_nothing(tmp_path: Path, settings: Settings) -> None:
    contents = Page().text(70, 780, "Sommaire", 16)
    for number, title in enumerate(["Qui paie", "Quand", "Comment", "Pourquoi"]):
        contents.text(70, 740 - 20 * number, title).text(500, 740 - 20 * number, str(number + 2))
    body = Page().text(70, 700, "L’État paie une part du poste, la commune paie le reste.")
    parts = parts_of(tmp_path, pdf([contents, body]), settings)
    assert parts[0].blocks == ()
    assert "Comment" in parts[0].text
    assert len(parts[1].blocks) == 1


def test_two_text_columns_are_read_one_after_the_other(tmp_path: Path, settings: Settings) -> None:
    page = Page()
    for side, x in (("gauche", 60), ("droite", 310)):
        lines = [f"La colonne de {side} dit des choses, ligne {n:02}" for n in range(15)]
        page.lines(x, 760, *lines)
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert part.text.index("gauche dit des choses, ligne 14") < part.text.index("droite")


def test_words_placed_one_by_one_are_joined(tmp_path: Path, settings: Settings) -> None:
    page = Page()
    page.operators.append("BT /F1 10 Tf 70 700 Td [(La)-250(com)20(mune)-250(sig)] TJ (ne.) Tj ET")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert part.text == "La commune signe."


def test_landscape_pages_and_watermarks(tmp_path: Path, settings: Settings) -> None:
    page = Page()
    page.operators.append("BT /F1 10 Tf 0 1 -1 0 300 100 Tm (Une page en largeur.) Tj ET")
    page.operators.append("BT /F1 10 Tf 1 0 0 1 200 200 Tm (PROJET) Tj ET")
    (part,) = parts_of(tmp_path, pdf([page]), settings)
    assert part.text == "Une page en largeur."


def test_text_in_a_form_is_read(tmp_path: Path, settings: Settings) -> None:
    """What letterhead tools and « print to PDF » drivers produce."""
    from pypdf import PdfReader, PdfWriter, Transformation

    write(tmp_path / "inner.pdf", pdf([Page().text(70, 700, "Dans le formulaire.")]))
    inner = PdfReader(tmp_path / "inner.pdf").pages[0]
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    page.merge_transformed_page(inner, Transformation().scale(0.9).translate(10, 10))
    writer.write(tmp_path / "outer.pdf")
    (part,) = read(tmp_path / "outer.pdf", settings)
    assert part.text == "Dans le formulaire."


WORKER = """
import json, sys, time
first, mode = int(sys.argv[2]), sys.argv[3]
print(json.dumps({{"pages": 3, "labels": [], "outline": []}}), flush=True)
for number in range(first, 3):
    if number == 1 and mode in {slow}:
        {failure}
    print(json.dumps({{"height": 842, "text": f"Page {{number}} {{mode}}.", "images": False}}), flush=True)
"""


def fake_worker(
    folder: Path, monkeypatch: pytest.MonkeyPatch, slow: tuple[str, ...], failure: str
) -> Path:
    """Stand in for the process that opens the file; the second page fails in the modes given."""
    write(folder / "worker_for_tests.py", WORKER.format(slow=slow, failure=failure))
    monkeypatch.setattr(pdf_process, "WORKER", [str(folder / "worker_for_tests.py")])
    return write(folder / "guide.pdf", b"%PDF-1.7")


@pytest.mark.parametrize("failure", ["time.sleep(60)", "sys.exit(1)"])
def test_a_page_that_fails_in_layout_is_read_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    path = fake_worker(tmp_path, monkeypatch, ("layout",), failure)
    parts = read(path, Settings(page_timeout_s=0.5))
    assert [part.text for part in parts] == ["Page 0 layout.", "Page 1 plain.", "Page 2 layout."]


@pytest.mark.parametrize(
    ("failure", "code"), [("time.sleep(60)", "too_slow"), ("sys.exit(1)", "broken")]
)
def test_a_page_that_fails_in_both_ways_is_reported_and_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, code: str
) -> None:
    path = fake_worker(tmp_path, monkeypatch, ("layout", "plain"), failure)
    with pytest.raises(DocumentError) as caught:
        read(path, Settings(page_timeout_s=0.5))
    assert caught.value.code == f"corpus.{code}"


def test_a_page_of_many_dots_is_read_in_seconds(tmp_path: Path, settings: Settings) -> None:
    """A dotted border is drawn dot by dot."""
    page = Page().text(70, 700, "Un sommaire pointillé.")
    page.operators.append("1 2 m 1.5 2 2 2.5 2 3 c h " * 40_000 + "f")
    path = write(tmp_path / "a.pdf", pdf([page]))
    start = time.monotonic()
    (part,) = read(path, settings)
    assert part.text == "Un sommaire pointillé."
    assert time.monotonic() - start < 15


def test_a_bookmark_that_is_on_no_line_of_its_page_is_read_once(
    tmp_path: Path, settings: Settings
) -> None:
    pages = [Page().text(70, 700, "La halle est ouverte.")] * 2
    raw = pdf(pages, outline=[("Ouverture", 0, 800), ("Suite", 1, 800)])
    first, second = parts_of(tmp_path, raw, settings)
    assert first.text == "Ouverture\n\nLa halle est ouverte."
    assert second.text == "Suite\n\nLa halle est ouverte."


def test_reading_does_not_import_pypdf_here(tmp_path: Path, settings: Settings) -> None:
    """A hostile file is only opened in the other process."""
    loaded = sys.modules.pop("pypdf", None)
    try:
        parts_of(tmp_path, pdf([Page().text(70, 700, "Bonjour.")]), settings)
        assert "pypdf" not in sys.modules
    finally:
        if loaded is not None:
            sys.modules["pypdf"] = loaded

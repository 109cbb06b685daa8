"""Sheets taken away: readable by a French spreadsheet, by Word, and never a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest
from docx import Document

from pvd_assistant.practices.exports import Export, to_csv, to_docx, to_markdown
from pvd_assistant.practices.wording import COLUMNS

DAY = dt.date(2026, 11, 23)


@pytest.fixture
def export(catalogue):
    names = ("projets/p020-joigny", "projets/p058-mortagne-du-nord")
    return Export(catalogue.of(names), "Thème\u00a0: Habitat", DAY)


def hostile(catalogue, words):
    joigny = catalogue.projects["projets/p020-joigny"]
    return Export((replace(joigny, summary=words, communes=(words,)),), words, DAY)


def rows(export):
    raw = to_csv(export)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_table_opens_in_a_french_spreadsheet(export):
    header, joigny, mortagne = rows(export)
    assert header[:4] == ["Commune(s)", "Département", "Région", "Population"]
    assert len(header) == len(joigny) == len(COLUMNS)
    told = dict(zip(header, joigny, strict=True))
    assert told["Département"] == "Yonne (89)"
    assert told["Coût"] == "300\u00a0000\u00a0€"
    assert told["Population"] == "9016"
    assert dict(zip(header, mortagne, strict=True))["Commune(s)"] == "Mortagne-du-Nord"


@pytest.mark.parametrize(
    "words", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1+1", '=HYPERLINK("x")']
)
def test_no_cell_is_a_formula(catalogue, words):
    _, row = rows(hostile(catalogue, words))
    assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") for cell in row if cell)


def test_separators_and_quotes_stay_in_their_cell(catalogue):
    header, row = rows(hostile(catalogue, 'un;deux "trois"\nquatre'))
    assert dict(zip(header, row, strict=True))["En bref"] == 'un;deux "trois"\nquatre'


def test_markdown_holds_the_sheets_word_for_word(export, catalogue):
    said = to_markdown(export)
    assert said.startswith("# Bonnes pratiques des Petites villes de demain\n")
    assert "2 projets, document établi le 23 novembre 2026" in said
    assert "Recherche\u00a0: Thème\u00a0: Habitat" in said
    assert "## Joigny (Yonne) — Rénover un centre médiéval et y ramener le commerce" in said
    for sentence in catalogue.projects["projets/p020-joigny"].sections["done"]:
        assert sentence in said
    assert "<https://www.lagazettedescommunes.com/" in said


def test_markup_of_a_sheet_is_escaped_in_markdown(catalogue):
    said = to_markdown(hostile(catalogue, "<script>alert(1)</script> [x](y) *z*"))
    assert "<script>" not in said
    assert r"\[x\](y) \*z\*" in said


def test_a_word_document_is_french_and_structured(export):
    document = Document(io.BytesIO(to_docx(export)))
    assert document.core_properties.language == "fr-FR"
    assert 'w:val="fr-FR"' in document.styles["Normal"].element.xml
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert titles[0] == "Joigny (Yonne) — Rénover un centre médiéval et y ramener le commerce"
    sections = {p.text for p in document.paragraphs if p.style.name == "Heading 2"}
    assert {"En clair", "Ce qui a été fait", "Combien", "Sources"} <= sections
    facts = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert facts["Région"] == "Bourgogne-Franche-Comté"
    assert facts["Avancement"] == "En cours (travaux, opération)"


def test_what_is_not_known_is_said(catalogue):
    plan = catalogue.of(["projets/p036-communes-pvd-de-loir"])
    assert "- **Population**\u00a0: non précisé" in to_markdown(Export(plan, "", DAY))


def test_control_characters_do_not_break_a_word_document(catalogue):
    assert to_docx(hostile(catalogue, "un\x00deux\x0b"))

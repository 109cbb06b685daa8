from __future__ import annotations

from pathlib import Path

import docx

from corpus.makers import archive, docx_xml
from pvd_assistant.corpus.readers import read
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings


def stated(parts: tuple[Part, ...]) -> list[tuple[str, str, str | None]]:
    return [
        (block.kind, part.text[block.start : block.end], block.header)
        for part in parts
        for block in part.blocks
    ]


def test_a_word_document_gives_titles_lists_and_tables(tmp_path: Path, settings: Settings) -> None:
    document = docx.Document()
    document.add_heading("Le guide", 0)
    document.add_heading("Combien", 1)
    paragraph = document.add_paragraph("Le taux est de ")
    paragraph.add_run("75 %").bold = True
    paragraph.add_run(".")
    document.add_paragraph("Il faut :")
    document.add_paragraph("délibérer", style="List Bullet")
    document.add_paragraph("signer", style="List Number")
    document.add_heading("Plafond", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table.rows[0].cells, ["Cas", "Euros"], strict=True):
        cell.text = text
    for cell, text in zip(table.rows[1].cells, ["Avec l’Anah", "55 000 €"], strict=True):
        cell.text = text
    document.add_heading("Quand", 1)
    document.add_paragraph("Demain.")
    document.sections[0].header.paragraphs[0].text = "En-tête courant"
    document.save(str(tmp_path / "guide.docx"))
    parts = read(tmp_path / "guide.docx", settings)
    assert stated(parts) == [
        ("paragraph", "Le taux est de 75 %.", None),
        ("paragraph", "Il faut :", None),
        ("item", "délibérer", "Il faut :"),
        ("item", "signer", "Il faut :"),
        ("row", "Avec l’Anah | 55 000 €", "Cas | Euros"),
        ("paragraph", "Demain.", None),
    ]
    assert [part.blocks[-1].headings for part in parts] == [("Combien", "Plafond"), ("Quand",)]
    assert "1. signer" in parts[0].text


def test_tracked_changes_count_as_accepted_and_form_fields_are_read(
    tmp_path: Path, settings: Settings
) -> None:
    body = (
        "<w:p><w:r><w:t>La commune</w:t></w:r><w:del><w:r><w:delText>refuse</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t> signe</w:t></w:r></w:ins><w:r><w:tab/><w:t>ici.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Champ rempli.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    archive(tmp_path / "a.docx", docx_xml(body))
    assert stated(read(tmp_path / "a.docx", settings)) == [
        ("paragraph", "La commune signe ici.", None),
        ("paragraph", "Champ rempli.", None),
    ]


def test_merged_cells_are_repeated_on_each_row(tmp_path: Path, settings: Settings) -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    opens = '<w:vMerge w:val="restart"/>'
    body = (
        f"<w:tbl><w:tr>{cell('Cas')}{cell('An')}</w:tr>"
        f"<w:tr>{cell('Avec', opens)}{cell('2025')}</w:tr>"
        f"<w:tr>{cell('', '<w:vMerge/>')}{cell('2026')}</w:tr></w:tbl>"
    )
    archive(tmp_path / "a.docx", docx_xml(body))
    assert [text for _, text, _ in stated(read(tmp_path / "a.docx", settings))] == [
        "Avec | 2025",
        "Avec | 2026",
    ]

from __future__ import annotations

from pathlib import Path

from odf.opendocument import OpenDocumentText
from odf.style import Style
from odf.table import Table, TableCell, TableHeaderRows, TableRow
from odf.text import H, List, ListItem, Note, NoteBody, NoteCitation, P, S, Section, Span

from pvd_assistant.corpus.readers import read
from pvd_assistant.settings import Settings


def test_a_writer_document_gives_titles_lists_and_tables(
    tmp_path: Path, settings: Settings
) -> None:
    document = OpenDocumentText()
    document.automaticstyles.addElement(
        Style(name="P1", family="paragraph", parentstylename="Title")
    )
    body = document.text
    body.addElement(P(stylename="P1", text="Le guide"))
    body.addElement(H(outlinelevel=1, text="Combien"))
    paragraph = P(text="Le taux est")
    paragraph.addElement(S(c=2))
    paragraph.addElement(Span(text="de 75 %"))
    note = Note(noteclass="footnote")
    note.addElement(NoteCitation(text="1"))
    note.addElement(NoteBody())
    paragraph.addElement(note)
    paragraph.addText(".")
    body.addElement(paragraph)
    body.addElement(P(text="Il faut :"))
    inner = List()
    inner.addElement(_item("par écrit"))
    outer = List()
    first = _item("délibérer")
    first.addElement(inner)
    outer.addElement(first)
    outer.addElement(_item("signer"))
    body.addElement(outer)
    section = Section(name="S")
    section.addElement(H(outlinelevel=2, text="Plafond"))
    section.addElement(_table([["Cas", "Euros"], ["Avec l’Anah", "55 000 €"]]))
    body.addElement(section)
    document.save(str(tmp_path / "guide.odt"))
    (part,) = read(tmp_path / "guide.odt", settings)
    assert [(b.kind, part.text[b.start : b.end], b.header) for b in part.blocks] == [
        ("paragraph", "Le taux est de 75 %.", None),
        ("paragraph", "Il faut :", None),
        ("item", "délibérer", "Il faut :"),
        ("item", "par écrit", "délibérer"),
        ("item", "signer", "Il faut :"),
        ("row", "Avec l’Anah | 55 000 €", "Cas | Euros"),
    ]
    assert part.blocks[0].headings == ("Combien",)
    assert part.blocks[-1].headings == ("Combien", "Plafond")


def _item(text: str) -> ListItem:
    item = ListItem()
    item.addElement(P(text=text))
    return item


def _table(rows: list[list[str]]) -> Table:
    table = Table(name="T")
    head = TableHeaderRows()
    table.addElement(head)
    for number, cells in enumerate(rows):
        row = TableRow()
        for text in cells:
            cell = TableCell()
            cell.addElement(P(text=text))
            row.addElement(cell)
        (head if number == 0 else table).addElement(row)
    return table

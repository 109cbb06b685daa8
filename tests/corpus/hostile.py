"""Writes the hostile documents described in ``data/hostile_documents.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import yaml
from docx.shared import Pt, RGBColor
from odf.opendocument import OpenDocumentText
from odf.style import Style, TextProperties
from odf.text import P, Span

from corpus.makers import SIDE, Page, pdf, sheet, write

HOSTILE: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "hostile_documents.yaml").read_text(encoding="utf-8")
)


def write_hostile(document: dict[str, Any], folder: Path) -> Path:
    """Write a hostile document and its metadata."""
    path = folder / document["name"]
    title = f"Fiche {path.stem}"
    if path.suffix == ".md":
        return write(path, sheet(document["body"], title=title))
    write(path.with_name(f"{path.stem}.meta.yaml"), SIDE.format(title=title, kind="offre"))
    if path.suffix in (".docx", ".odt", ".pdf"):
        _MAKERS[path.suffix](document["paragraphs"], path)
        return path
    return write(path, document["body"])


def _docx(paragraphs: list[tuple[str, str]], path: Path) -> None:
    document = docx.Document()
    for words, how in paragraphs:
        font = document.add_paragraph().add_run(words).font
        if how == "vanish":
            font.hidden = True
        elif how == "white":
            font.color.rgb = RGBColor(255, 255, 255)
        elif how == "tiny":
            font.size = Pt(1)
    document.save(str(path))


def _odt(paragraphs: list[tuple[str, str]], path: Path) -> None:
    document = OpenDocumentText()
    looks = {
        "vanish": {"display": "none"},
        "white": {"color": "#ffffff"},
        "tiny": {"fontsize": "1pt"},
    }
    for name, look in looks.items():
        style = Style(name=name, family="text")
        style.addElement(TextProperties(**look))
        document.automaticstyles.addElement(style)
    for words, how in paragraphs:
        paragraph = P()
        paragraph.addElement(Span(stylename=how, text=words) if how else Span(text=words))
        document.text.addElement(paragraph)
    document.save(str(path))


def _pdf(paragraphs: list[tuple[str, str]], path: Path) -> None:
    page = Page()
    for number, (words, how) in enumerate(paragraphs):
        y = 700 - 40 * number
        before = {
            "white": "1 1 1 rg",
            "vanish": "3 Tr",
            "banner": f"0 0 0.3 rg 60 {y - 10} 400 30 re f 1 1 1 rg",
        }
        page.operators.append(f"q {before.get(how, '0 g')}")
        size = 0.5 if how == "tiny" else 11
        page.text(-900 if how == "outside" else 70, y, words, size=size)
        page.operators.append("Q")
    write(path, pdf([page]))


_MAKERS = {".docx": _docx, ".odt": _odt, ".pdf": _pdf}

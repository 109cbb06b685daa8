"""What the files that people take away share: Word documents in French, Markdown without stray markup."""

from __future__ import annotations

import io
import re
from typing import Any

# What Markdown would read as markup.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def word_document(title: str) -> Any:
    """Return a Word document with its title, that says its language to spellers and screen readers."""
    from docx import Document
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = Document()
    document.core_properties.title = title
    document.core_properties.language = "fr-FR"
    document.core_properties.author = ""
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "fr-FR")
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    document.add_heading(title, level=0)
    return document


def saved(document: Any) -> bytes:
    """Return a Word document as the bytes of its file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def printable(value: str) -> str:
    """Return words without the control characters that a Word document cannot hold."""
    return _CONTROL.sub("", value)


def escaped(value: str) -> str:
    """Return words on one line, with nothing in them that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", value.replace("\n", " "))

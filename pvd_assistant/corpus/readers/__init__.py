"""One reader a format, behind one signature: ``read(path, settings) -> tuple[Part, ...]``.

The reader is chosen by the file's extension; its first bytes must agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pvd_assistant.corpus.readers.files import check_size, unreadable
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part

if TYPE_CHECKING:  # a PDF's own process need not load pydantic
    from pvd_assistant.settings import Settings

#: Extension → module of this package and what the first bytes of such a file look like.
FORMATS: dict[str, tuple[str, str]] = {
    ".md": ("markdown", "text"),
    ".markdown": ("markdown", "text"),
    ".txt": ("markdown", "text"),
    ".pdf": ("pdf", "pdf"),
    ".html": ("html", "text"),
    ".htm": ("html", "text"),
    ".docx": ("docx", "zip"),
    ".odt": ("odt", "zip"),
    ".csv": ("table", "text"),
}
_SIGNATURES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\xd0\xcf\x11\xe0": "ole",
    b"{\\rtf": "rtf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
}
_HEAD = 1024


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a document of any known format.

    :raises DocumentError: the file cannot be read; the message is French and gives the remedy.
    """
    module, expected = FORMATS.get(path.suffix.lower(), ("", ""))
    if not module:
        known = ", ".join(sorted(FORMATS))
        raise DocumentError("corpus.unknown_format", path=path, known=known)
    check_size(path, settings)
    found = sniff(path)
    if found != expected:
        raise DocumentError(f"corpus.really_{found}", path=path, extension=path.suffix)
    parts = _parts(path, module, settings)
    if not any(part.blocks for part in parts):
        raise DocumentError("corpus.no_text", path=path)
    return parts


def _parts(path: Path, module: str, settings: Settings) -> tuple[Part, ...]:
    if module == "pdf":  # its pages have their own processes
        from pvd_assistant.corpus.readers import pdf

        return pdf.read(path, settings)
    from pvd_assistant.corpus.readers import isolated

    return isolated.read(path, module, settings)


def sniff(path: Path) -> str:
    """Return what a file really is: ``pdf``, ``zip``, ``ole``, ``rtf``, ``image`` or ``text``."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise unreadable(path, error) from error
    if b"%PDF-" in head:  # the standard lets a few bytes come first
        return "pdf"
    for signature, name in _SIGNATURES.items():
        if head.startswith(signature):
            return name
    return "text"

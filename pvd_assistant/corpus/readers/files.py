"""What every reader does first: size, emptiness, encoding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pvd_assistant.errors import DocumentError

if TYPE_CHECKING:  # a PDF's own process need not load pydantic
    from pvd_assistant.settings import Settings

_MEGABYTE = 1_000_000


def check_size(path: Path, settings: Settings) -> None:
    """Refuse a file that is missing, empty or too large.

    :raises DocumentError: with the remedy.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size == 0:
        raise DocumentError("corpus.empty_file", path=path)
    if size > settings.max_file_mb * _MEGABYTE:
        raise DocumentError(
            "corpus.too_large", path=path, size=size // _MEGABYTE, limit=settings.max_file_mb
        )


def whole(written: str | None, default: int) -> int:
    """Return a number as files write it; ``default`` for anything else, or beyond nine digits."""
    known = written and written.isascii() and written.isdecimal() and len(written) < 10
    return int(written) if written and known else default


def unreadable(path: Path, error: OSError) -> DocumentError:
    """Return the error for a file that the system does not let us read."""
    return DocumentError("corpus.unreadable", path=path, reason=error.strerror or error)


def read_bytes(path: Path, settings: Settings) -> bytes:
    """Return the bytes of a file of acceptable size."""
    check_size(path, settings)
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def read_text(path: Path, settings: Settings) -> str:
    """Return the text of a UTF-8 (or, failing that, Windows-1252) file, with ``\\n`` line ends."""
    return decode(read_bytes(path, settings), path)


def decode(raw: bytes, path: Path) -> str:
    """Return the text of ``raw``.

    Old French spreadsheets are in Windows-1252, which has five unused bytes: a file that is neither
    is not text.
    """
    for encoding in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise DocumentError("corpus.not_text", path=path)

"""The library, file by file: a document is put in it, or taken out, whole."""

from __future__ import annotations

import re
from pathlib import Path

from pvd_assistant.corpus.catalogue import is_ignored, side_file
from pvd_assistant.corpus.readers import FORMATS
from pvd_assistant.corpus.readers.files import unreadable
from pvd_assistant.corpus.roots import files_of
from pvd_assistant.corpus.text import printable
from pvd_assistant.errors import DocumentError
from pvd_assistant.files import replace_bytes, replace_copy
from pvd_assistant.settings import Settings

#: A folder of this name is not read (nor is one whose name starts with a dot).
_NOT_READ = "sources"
#: Longest step of an id, in bytes, and most steps: what file systems hold, with room for an extension.
_LONGEST_STEP, _MOST_STEPS = 200, 10
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\:]")


def put(
    settings: Settings, identifier: str, content: bytes | Path, suffix: str, meta: str | None = None
) -> Path:
    """Put a document in the library, in place of the one that has its id, and return its file.

    :param identifier: its id, for instance ``"faq/qui-paie-le-poste"``.
    :param content: what the file holds, or a file to copy.
    :param suffix: its extension, for instance ``".md"``.
    :param meta: YAML of its side file; ``None`` when its front matter is in it.
    :raises DocumentError: the id or the extension cannot be one, or the folder cannot be written.
    """
    check_id(identifier)
    if suffix not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise DocumentError("corpus.unknown_format", path=identifier + suffix, known=known)
    target = settings.library_dir / (identifier + suffix)
    if is_ignored(target.name):
        raise DocumentError("corpus.bad_id", id=identifier)
    before = set(stored(settings, identifier))
    try:
        if meta is not None:
            replace_bytes(side_file(target), meta.encode("utf-8"))
        if isinstance(content, bytes):
            replace_bytes(target, content)
        else:
            replace_copy(target, content)
        for old in before - {target} - ({side_file(target)} if meta is not None else set()):
            old.unlink()
    except OSError as error:
        raise unreadable(target, error) from error
    return target


def remove(settings: Settings, identifier: str) -> bool:
    """Take a document out of the library; tell whether it was there.

    :raises DocumentError: the id cannot be one, or the folder cannot be written.
    """
    check_id(identifier)
    found = stored(settings, identifier)
    try:
        for path in found:
            path.unlink()
    except OSError as error:
        raise unreadable(path, error) from error
    return bool(found)


def stored(settings: Settings, identifier: str) -> list[Path]:
    """Return the files that the library holds of a document: itself, then its side file."""
    check_id(identifier)
    files = files_of(settings.library_dir, identifier)
    side = side_file(settings.library_dir / f"{identifier}.md")
    return [*files, side] if side.is_file() else files


def check_id(identifier: str) -> None:
    """Refuse an id that would lead out of the library, or where documents are not read.

    :raises DocumentError: it cannot be the id of a document.
    """
    steps = identifier.split("/")
    sound = all(
        step
        and step[0] not in ".~"
        and step.lower() != _NOT_READ
        and len(step.encode("utf-8", "replace")) <= _LONGEST_STEP
        for step in steps
    )
    sound = sound and len(steps) <= _MOST_STEPS
    if not sound or _UNSAFE.search(identifier) or printable(identifier) != identifier:
        raise DocumentError("corpus.bad_id", id=printable(identifier))

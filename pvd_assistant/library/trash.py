"""What a document of the library was before each change, kept so that the change can be undone.

A folder for each change, in a hidden folder of the library: the files of the document at that time (none
when the library held none), and the document's id.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pvd_assistant.corpus import shelf
from pvd_assistant.corpus.roots import SIDE_SUFFIX
from pvd_assistant.files import replace_copy, replace_text
from pvd_assistant.settings import Settings

_FOLDER = ".trash"
_OWNER = "document"
_TOKEN = re.compile(r"[\w-]{1,40}")


def keep(settings: Settings, document: str) -> str:
    """Copy the files that the library holds of a document, and return how to call the copy.

    :raises OSError: it cannot be written.
    """
    token = secrets.token_urlsafe(12)
    folder = settings.library_dir / _FOLDER / token
    replace_text(folder / _OWNER, document)
    for path in shelf.stored(settings, document):
        replace_copy(folder / f"kept{_extension(path)}", path)
    return token


def holds(settings: Settings, token: str | None) -> bool:
    """Tell whether a copy is still there."""
    return token is not None and _folder(settings, token) is not None


def put_back(settings: Settings, document: str, token: str) -> None:
    """Make the library hold of a document what the copy holds: nothing, when it is empty.

    :raises DocumentError: the library cannot be written.
    :raises OSError: the copy cannot be read.
    """
    folder = _folder(settings, token)
    if folder is None:
        raise FileNotFoundError(token)
    files = [path for path in sorted(folder.iterdir()) if path.name.startswith("kept.")]
    metas = [path.read_text("utf-8") for path in files if path.name.endswith(SIDE_SUFFIX)]
    held = [path for path in files if not path.name.endswith(SIDE_SUFFIX)]
    if held:
        meta = metas[0] if metas else None
        shelf.put(settings, document, held[0], _extension(held[0]), meta)
    else:
        shelf.remove(settings, document)


def knows(settings: Settings, document: str) -> bool:
    """Tell whether there is a copy of a document that holds something."""
    return any(any(folder.glob("kept.*")) for folder in _of(settings, document))


def erase(settings: Settings, document: str) -> None:
    """Delete every copy of a document.

    :raises OSError: one cannot be deleted.
    """
    for folder in _of(settings, document):
        shutil.rmtree(folder)


def late(settings: Settings, now: dt.datetime) -> list[Path]:
    """Return the copies that are older than what can be undone.

    :raises OSError: the folder cannot be read.
    """
    oldest = (now - dt.timedelta(days=settings.library_undo_days)).timestamp()
    return [folder for folder in _folders(settings) if folder.stat().st_mtime < oldest]


def sweep(settings: Settings, now: dt.datetime) -> None:
    """Delete the copies that are older than what can be undone.

    :raises OSError: one cannot be deleted.
    """
    for folder in late(settings, now):
        shutil.rmtree(folder)


def _of(settings: Settings, document: str) -> list[Path]:
    return [f for f in _folders(settings) if (f / _OWNER).read_text("utf-8") == document]


def _folders(settings: Settings) -> Iterator[Path]:
    for owner in sorted((settings.library_dir / _FOLDER).glob(f"*/{_OWNER}")):
        yield owner.parent


def _folder(settings: Settings, token: str) -> Path | None:
    folder = settings.library_dir / _FOLDER / token
    return folder if _TOKEN.fullmatch(token) and (folder / _OWNER).is_file() else None


def _extension(path: Path) -> str:
    return SIDE_SUFFIX if path.name.endswith(SIDE_SUFFIX) else path.suffix

"""Generations of the index: built beside the live one, swapped in by replacing one small file.

``index/CURRENT`` names the live folder ``index/gen-<time>-<number>/``. Whatever happens before the swap,
the old generation answers; the next build sweeps what was left over.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

from pvd_assistant.errors import IndexCorruptError, IndexMismatchError
from pvd_assistant.index.manifest import read_manifest

_POINTER = "CURRENT"
_PREFIX = "gen-"


def current(root: Path) -> Path | None:
    """Return the folder of the live generation, ``None`` when nothing was ever built.

    :raises IndexCorruptError: what names it is damaged.
    """
    pointer = root / _POINTER
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IndexCorruptError("index.pointer", path=pointer) from error
    if not name.startswith(_PREFIX) or not name.isprintable() or Path(name).name != name:
        raise IndexCorruptError("index.pointer", path=pointer)
    return root / name


def recovered(root: Path) -> Path | None:
    """Make the newest complete generation the live one again; ``None`` when there is none.

    For when the pointer is lost or damaged: a manifest is written last, so whoever has one is complete.
    """
    for folder in sorted(generations(root), key=_number, reverse=True):
        try:
            read_manifest(folder)
        except (OSError, ValueError, IndexMismatchError):
            continue
        publish(folder)
        return folder
    return None


def generations(root: Path) -> list[Path]:
    """Return every generation on the disk, complete or not, oldest first."""
    return sorted(path for path in root.glob(f"{_PREFIX}*") if path.is_dir())


def create(root: Path) -> Path:
    """Make the folder of a new generation."""
    number = 1 + max((_number(path) for path in generations(root)), default=0)
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = root / f"{_PREFIX}{now}-{number:04}"
    folder.mkdir()
    return folder


def publish(folder: Path) -> None:
    """Make a complete generation the live one, atomically and durably."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)
    pointer = folder.parent / _POINTER
    draft = folder.parent / f"{_POINTER}.new"
    draft.write_text(f"{folder.name}\n", encoding="utf-8")
    _sync(draft)
    draft.replace(pointer)
    _sync(folder.parent)


def remove(folder: Path) -> None:
    """Delete a generation."""
    shutil.rmtree(folder, ignore_errors=True)


def _number(path: Path) -> int:
    last = path.name.rpartition("-")[2]
    return int(last) if last.isdigit() else 0


def _sync(path: Path) -> None:
    """Have the disk really write a file or a folder (folders cannot be synced on Windows)."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Generations of the index: built beside the live one, swapped in by replacing one small file.

``index/CURRENT`` names the live folder ``index/gen-<time>-<number>/``. Whatever happens before the swap,
the old generation answers; the next build sweeps what was left over.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

_POINTER = "CURRENT"
_PREFIX = "gen-"


def current(root: Path) -> Path | None:
    """Return the folder of the live generation, ``None`` when nothing was ever built."""
    try:
        name = (root / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return root / Path(name).name


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

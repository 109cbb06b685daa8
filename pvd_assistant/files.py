"""Replace a file in one step: a reader sees the old one or the new one, never half of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def replace_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; on failure the old file stays as it was.

    :raises OSError: the disk is full or the folder cannot be written.
    """
    _replace(path, lambda file: file.write(content))


def replace_text(path: Path, content: str) -> None:
    """Write text as UTF-8, in one step.

    :raises OSError: the disk is full or the folder cannot be written.
    """
    replace_bytes(path, content.encode("utf-8"))


def replace_copy(path: Path, source: Path) -> None:
    """Copy ``source`` to ``path``, in one step.

    :raises OSError: ``source`` cannot be read, the disk is full or the folder cannot be written.
    """

    def copy(file: BinaryIO) -> None:
        with source.open("rb") as read:
            shutil.copyfileobj(read, file)

    _replace(path, copy)


def sync_folder(path: Path) -> None:
    """Have the disk keep which files a folder holds (Windows cannot be asked)."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)

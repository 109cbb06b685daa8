"""Replace a file in one step: a reader sees the old one or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; on failure the old file stays as it was.

    :raises OSError: the disk is full or the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def replace_text(path: Path, content: str) -> None:
    """Write text as UTF-8, in one step.

    :raises OSError: the disk is full or the folder cannot be written.
    """
    replace_bytes(path, content.encode("utf-8"))

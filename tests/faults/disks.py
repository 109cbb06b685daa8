"""A small disk of its own, to be filled or closed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk in memory, mounted at ``path``."""

    path: Path

    def fill(self, left: int) -> None:
        """Leave so many bytes, give or take a page."""
        with (self.path / "filler").open("wb", buffering=0) as file:
            for block in (2**20, 2**12):
                try:
                    while True:
                        file.write(b"\0" * block)
                except OSError:
                    continue
            file.truncate(file.tell() - left)

    def free(self) -> None:
        """Make room again."""
        (self.path / "filler").unlink()

    def close_for_writing(self, closed: bool = True) -> None:
        """Let it be read only, or written again."""
        mode = "ro" if closed else "rw"
        subprocess.run(["mount", "-o", f"remount,{mode}", self.path], check=True)

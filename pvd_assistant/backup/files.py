"""The files of people's work: which they are, and how those of a backup take their place."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pvd_assistant.backup.archive import DATA, Reader
from pvd_assistant.errors import BackupError

#: Folders of ``data_dir`` that are kept, but for what is hidden in them: waste, drafts, locks.
FOLDERS = ("library", "pages", "official", "feedback")
#: Start of the names of what a restoration keeps while it runs.
_DRAFT = ".restauration-"


def work_files(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """Give the files of people's work and their path in the data folder; links are not followed."""
    for top in FOLDERS:
        for folder, names, files in os.walk(data_dir / top):
            names[:] = sorted(name for name in names if not name.startswith("."))
            for name in sorted(name for name in files if not name.startswith(".")):
                path = Path(folder) / name
                yield path.relative_to(data_dir).as_posix(), path


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Say in one sentence that the disk is full, or that nothing may be written.

    :raises BackupError: saying so.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = "backup.full" if full else "backup.not_writable"
        raise BackupError(code, path=path, reason=error.strerror or error) from error


@contextmanager
def replacing(data_dir: Path, archive: Reader) -> Iterator[Callable[[], None]]:
    """Write the files of a backup beside those they replace; give what exchanges them.

    They are exchanged by renaming, inside each folder, so that it may be a link or another disk. When the
    block fails, those that were there are back. What is hidden in a folder stays.

    :raises OSError: they cannot be written.
    """
    token = secrets.token_hex(4)
    folders = [_Folder(data_dir / top, f"{_DRAFT}{token}") for top in FOLDERS]
    try:
        for member, content in archive.contents():
            root, top, *inner = member.name.split("/")
            folder = next((f for f in folders if root == DATA and f.path.name == top), None)
            if folder is not None and inner:
                target = folder.new.joinpath(*inner)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(content, file)
                target.chmod(member.mode & 0o777)
                os.utime(target, (member.mtime, member.mtime))
        yield lambda: _exchange(folders)
    except BaseException:
        for folder in folders:
            folder.put_back()
            folder.clean()
        raise
    for folder in folders:
        folder.clean()


def _exchange(folders: Sequence[_Folder]) -> None:
    for folder in folders:
        folder.exchange()


class _Folder:
    """A folder of work and the drafts in it: what will be there, what was."""

    def __init__(self, path: Path, draft: str) -> None:
        self.path = path
        self.new, self._old = path / draft / "new", path / draft / "old"
        self._moved: list[tuple[Path, Path]] = []

    def exchange(self) -> None:
        """Put what was there in the draft, and what was in the draft there."""
        if self.path.is_dir():
            self._old.mkdir(parents=True, exist_ok=True)
            self._move(self.path, self._old)
        if self.new.is_dir():
            self._move(self.new, self.path)

    def put_back(self) -> None:
        """Undo the exchange."""
        for source, target in reversed(self._moved):
            target.rename(source)

    def clean(self) -> None:
        """Delete the drafts, those of a restoration that was killed too."""
        for draft in self.path.glob(f"{_DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)

    def _move(self, source: Path, target: Path) -> None:
        for path in sorted(source.iterdir()):
            if not path.name.startswith("."):
                path.rename(target / path.name)
                self._moved.append((path, target / path.name))

"""The file itself: tables, files, and last of all the manifest that says what must be in it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from pvd_assistant.errors import BackupError
from pvd_assistant.files import sync_folder

#: Changes with the layout of the file.
FORMAT = 1
#: Folders of the file: a table a file, and the folders of people's work.
TABLES, DATA = "tables", "data"
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 * 2**20
_SAFE = re.compile(rf"(?:{TABLES}|{DATA})(?:/[^/\\\x00]+)+")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    :ivar created: when, ISO 8601, UTC.
    :ivar version: of the package that made it.
    :ivar revision: of the tables; ``None`` when there were none.
    :ivar database: sort of database they come from.
    :ivar tables: rows of each table, in an order that can be put back.
    :ivar files: size and SHA-256 of each file of the archive.
    :ivar settings: those that are no secret, to be compared; they are not put back.
    :ivar secrets: names of the settings that were set and are not in the file.
    """

    format: int
    created: str
    version: str
    revision: str | None
    database: str
    tables: dict[str, int]
    files: dict[str, tuple[int, str]]
    settings: dict[str, Any]
    secrets: tuple[str, ...]

    @property
    def documents(self) -> list[str]:
        """The files of people's work, by their path in the data folder."""
        return [name.partition("/")[2] for name in self.files if name.startswith(f"{DATA}/")]


class Writer:
    """Adds files to a new archive."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.files: dict[str, tuple[int, str]] = {}

    def add(
        self, name: str, content: IO[bytes], size: int, found: os.stat_result | None = None
    ) -> None:
        """Add a file, known from then on by its size and checksum.

        :param found: gives its rights and its date.
        :raises OSError: it is shorter than it was said to be, or cannot be written.
        """
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        if found is not None:
            member.mode, member.mtime = found.st_mode & 0o777, int(found.st_mtime)
        read = _Hashed(content)
        self._archive.addfile(member, cast("IO[bytes]", read))
        self.files[name] = (member.size, read.digest.hexdigest())

    def close_with(self, manifest: Manifest) -> None:
        """Add the manifest."""
        raw = json.dumps(asdict(manifest), indent=1).encode()
        member = tarfile.TarInfo(_MANIFEST)
        member.size, member.mode = len(raw), 0o600
        with tempfile.SpooledTemporaryFile(max_size=_LARGEST_MANIFEST) as content:
            content.write(raw)
            content.seek(0)
            self._archive.addfile(member, content)


@contextmanager
def written(target: Path) -> Iterator[Writer]:
    """Give the writer of a new archive, which only its owner can read; it is put in place when complete.

    :raises OSError: it cannot be written; what was at ``target`` stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
                yield Writer(archive)
            raw.flush()
            os.fsync(raw.fileno())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


class Reader:
    """An archive that was read to its end and is as it was written.

    :ivar path: where it is.
    :ivar manifest: what it holds.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file
        found: dict[str, tuple[int, str]] = {}
        manifest: Manifest | None = None
        for member, content in self._members():
            if member.name == _MANIFEST:
                manifest = _manifest(content.read(_LARGEST_MANIFEST))
                continue
            if member.name in found or not _is_safe(member.name):
                raise BackupError("backup.damaged", path=path, name=ascii(member.name))
            read = _Hashed(content)
            while read.read(2**20):
                pass
            found[member.name] = (member.size, read.digest.hexdigest())
        if manifest is None or manifest.format != FORMAT:
            raise BackupError("backup.not_one", path=path)
        for name in manifest.files.keys() | found.keys():
            if manifest.files.get(name) != found.get(name):
                raise BackupError("backup.damaged", path=path, name=ascii(name))
        self.manifest = manifest

    def contents(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        """Give each file of the archive, in the order they were written, but the manifest."""
        for member, content in self._members():
            if member.name in self.manifest.files:
                yield member, content

    def _members(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        self._file.seek(0)
        with gzip.GzipFile(fileobj=self._file, mode="rb") as raw:
            with tarfile.open(fileobj=raw, mode="r:") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    if content is None:
                        name = ascii(member.name)
                        raise BackupError("backup.damaged", path=self.path, name=name)
                    yield member, content
            while raw.read(2**20):  # gzip's own checksum comes last
                pass


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Check an archive from end to end, then give it.

    :raises BackupError: it is missing, cut, altered, or not a backup.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        reason = error.strerror or error
        raise BackupError("backup.unreadable", path=path, reason=reason) from error
    with file:
        try:
            reader = Reader(path, file)
        # gzip says that a file is none of its own by an OSError.
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            raise BackupError("backup.unreadable", path=path, reason=error) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise BackupError("backup.not_one", path=path) from error
        yield reader


class _Hashed:
    """Reads a file and works out its checksum on the way."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        return block


def _manifest(raw: bytes) -> Manifest:
    data = json.loads(raw)
    files = {name: (int(size), str(digest)) for name, (size, digest) in data["files"].items()}
    return Manifest(**(data | {"files": files, "secrets": tuple(data["secrets"])}))


def _is_safe(name: str) -> bool:
    """Tell whether a name of the archive is one that :class:`Writer` could have written."""
    return _SAFE.fullmatch(name) is not None and not {".", ".."} & set(name.split("/"))

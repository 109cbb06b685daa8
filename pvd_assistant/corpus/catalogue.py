"""What the folder of documents holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus import readers
from pvd_assistant.corpus.links import broken_links
from pvd_assistant.corpus.readers.files import read_text, unreadable
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.text import printable
from pvd_assistant.errors import CorpusError, DocumentError, MetadataError
from pvd_assistant.messages import text
from pvd_assistant.model import Document, Metadata
from pvd_assistant.settings import Settings

SIDE_SUFFIX = ".meta.yaml"
_IGNORED_NAMES = frozenset({"sources.yaml", "lexique.txt", "readme.md", "thumbs.db"})
_IGNORED_FOLDER = "sources"
_FRONTED = (".md", ".markdown")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the folder, not read yet.

    :ivar id: path without its extension: ``"offres/chef-de-projet"``.
    :ivar path: path relative to the folder, with its extension, always printable.
    :ivar format: extension in lower case, with its dot.
    :ivar digest: SHA-256 of the file and of its side file.
    :ivar file: where the file is.
    :ivar refusal: why it cannot be loaded, when that is already known.
    """

    id: str
    path: str
    format: str
    digest: str
    file: Path
    refusal: DocumentError | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to correct in the folder.

    :ivar file: path relative to the folder.
    :ivar line: line in the file, from 1; ``None`` for the file as a whole.
    """

    file: str
    line: int | None
    message: str


class Catalogue:
    """The documents of a folder.

    :param root: the folder.
    :raises CorpusError: there is no such folder.
    """

    def __init__(self, root: Path, settings: Settings) -> None:
        if not root.is_dir():
            raise CorpusError("corpus.no_folder", path=root)
        self.root = root
        self._settings = settings

    def entries(self) -> list[Entry]:
        """Return the files of the folder sorted by id, without reading what they say."""
        found: dict[str, Entry] = {}
        for file in sorted(self._files()):
            entry = self._entry(file)
            if (first := found.get(entry.id)) is not None:
                refusal = DocumentError("corpus.same_id", path=file, other=first.path)
                entry = Entry(entry.path, entry.path, entry.format, entry.digest, file, refusal)
            found[entry.id] = entry
        return sorted(found.values(), key=lambda entry: entry.id)

    def load(self, entry: Entry) -> Document:
        """Read a document.

        :raises DocumentError: it cannot be read.
        :raises MetadataError: its metadata is missing or wrong.
        """
        if entry.refusal is not None:
            raise entry.refusal
        metadata = self.metadata(entry)
        parts = readers.read(entry.file, self._settings)
        return Document(entry.id, entry.path, entry.digest, metadata, parts)

    def check(self) -> list[Problem]:
        """Return everything to correct: unreadable files, metadata, links between sheets."""
        entries = self.entries()
        problems = [problem for entry in entries for problem in self._check(entry)]
        known = frozenset(entry.path for entry in entries)
        problems += (
            Problem(entry.path, line, text("corpus.broken_link", target=target))
            for entry in entries
            if entry.format in _FRONTED and entry.refusal is None
            for line, target in broken_links(entry.file, known, self.root, self._settings)
        )
        problems += self._orphans(entries)
        return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))

    def _files(self) -> Iterator[Path]:
        """Walk the folder; links to folders are not followed, so there is no loop."""
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if n != _IGNORED_FOLDER and not n.startswith(".")]
            links = [name for name in names if (Path(folder) / name).is_symlink()]
            for name in (*files, *links):
                if not _is_ignored(name) and not name.lower().endswith(SIDE_SUFFIX):
                    yield Path(folder) / name

    def _entry(self, file: Path) -> Entry:
        path = printable(file.relative_to(self.root).as_posix())
        extension = file.suffix.lower()
        id_ = path.removesuffix(file.suffix) if extension in readers.FORMATS else path
        refusal = self._refusal(file)
        digest = ""
        if refusal is None:
            try:
                digest = self._digest(file)
            except OSError as error:
                refusal = unreadable(file, error)
        return Entry(id_, path, extension, digest, file, refusal)

    def _refusal(self, file: Path) -> DocumentError | None:
        inside = file.resolve().is_relative_to(self.root.resolve())
        if not inside or (file.is_symlink() and file.is_dir()):
            return DocumentError("corpus.outside_link", path=file)
        if file.exists() and not file.is_file():
            return DocumentError("corpus.not_a_file", path=file)
        return None

    def _digest(self, file: Path) -> str:
        """Hash the file and its metadata; a file too large to be read is known by its size."""
        digest = hashlib.sha256()
        size = file.stat().st_size
        if size > self._settings.max_file_mb * _MEGABYTE:
            digest.update(f"size:{size}".encode())
        else:
            digest.update(file.read_bytes())
        side = side_file(file)
        if side.is_file():
            digest.update(b"\0" + side.read_bytes())
        return digest.hexdigest()

    def metadata(self, entry: Entry) -> Metadata:
        """Read what is said of a document, without reading the document.

        :raises MetadataError: it is missing or wrong.
        """
        front, path, line = self._front(entry)
        return meta.parse(front, path, line)

    def _front(self, entry: Entry) -> tuple[str, Path, int]:
        """Return the YAML of a document, the file that holds it and the line where it starts."""
        if entry.format in _FRONTED:
            front, _, _ = split_front_matter(read_text(entry.file, self._settings))
            if front is not None:
                return front, entry.file, 2
        side = side_file(entry.file)
        if not side.is_file():
            raise MetadataError("corpus.no_metadata", path=entry.file, side=side.name)
        return read_text(side, self._settings), side, 1

    def _check(self, entry: Entry) -> Iterator[Problem]:
        if entry.refusal is not None:
            yield Problem(entry.path, None, str(entry.refusal))
            return
        try:
            front, path, first_line = self._front(entry)
            name = printable(path.relative_to(self.root).as_posix())
            for mistake in meta.check(front, first_line)[1]:
                yield Problem(name, mistake.line, mistake.message)
        except CorpusError as error:
            yield Problem(entry.path, None, str(error))
        try:
            readers.read(entry.file, self._settings)
        except DocumentError as error:
            yield Problem(entry.path, None, str(error))

    def _orphans(self, entries: list[Entry]) -> Iterator[Problem]:
        described = {side_file(entry.file) for entry in entries}
        for file in sorted(self.root.rglob(f"*{SIDE_SUFFIX}")):
            path = file.relative_to(self.root)
            hidden = any(p == _IGNORED_FOLDER or p.startswith(".") for p in path.parts)
            if file not in described and not hidden:
                name = printable(path.as_posix())
                yield Problem(name, None, text("corpus.orphan_metadata"))


def side_file(file: Path) -> Path:
    """Return where the metadata of ``file`` stands when it is not in the file itself."""
    return file.with_name(file.stem + SIDE_SUFFIX)


def _is_ignored(name: str) -> bool:
    lowered = name.lower()
    return (
        lowered.startswith((".", "~$"))
        or lowered.endswith((".py", "~"))
        or lowered in _IGNORED_NAMES
    )

"""What the folders of documents hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus import readers
from pvd_assistant.corpus.links import broken_links
from pvd_assistant.corpus.readers.files import read_text, unreadable
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.roots import SIDE_SUFFIX, WITHDRAWN, withdrawn
from pvd_assistant.corpus.text import printable
from pvd_assistant.errors import CorpusError, DocumentError, MetadataError
from pvd_assistant.messages import text
from pvd_assistant.model import Document, Metadata
from pvd_assistant.settings import Settings

#: Shipped in the corpus, added to the library, or added in place of a shipped one.
Origin = Literal["shipped", "added", "replacing"]

_IGNORED_NAMES = frozenset({"sources.yaml", "lexique.txt", "readme.md", "thumbs.db", WITHDRAWN})
_IGNORED_FOLDER = "sources"
#: Formats that may hold their own metadata.
FRONTED = (".md", ".markdown")
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of a folder, not read yet.

    :ivar id: path without its extension: ``"offres/chef-de-projet"``.
    :ivar path: path relative to the folder, with its extension, always printable.
    :ivar format: extension in lower case, with its dot.
    :ivar digest: SHA-256 of the file and of its side file.
    :ivar file: where the file is.
    :ivar root: the folder.
    :ivar refusal: why it cannot be loaded, when that is already known.
    """

    id: str
    path: str
    format: str
    digest: str
    file: Path
    root: Path
    refusal: DocumentError | None = None
    origin: Origin = "shipped"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to correct in the folders.

    :ivar file: path relative to the corpus; whole, for a file of the library.
    :ivar line: line in the file, from 1; ``None`` for the file as a whole.
    """

    file: str
    line: int | None
    message: str


class Catalogue:
    """The documents of a folder, and of the library when there is one.

    :param root: the folder.
    :param library: folder of the documents that people added, which take the place of those of the
        same id; the ids it says withdrawn are left out.
    :raises CorpusError: there is no such folder.
    """

    def __init__(self, root: Path, settings: Settings, library: Path | None = None) -> None:
        if not root.is_dir():
            raise CorpusError("corpus.no_folder", path=root)
        self.root = root
        self.library = library
        self._settings = settings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the catalogue of both folders of the settings.

        :raises CorpusError: there is no corpus.
        """
        return cls(settings.corpus_dir, settings, settings.library_dir)

    def entries(self) -> list[Entry]:
        """Return the documents in use sorted by id, without reading what they say.

        :raises CorpusError: the list of what is withdrawn cannot be read.
        """
        hidden = withdrawn(self._settings) if self.library else frozenset()
        return [entry for entry in self.all_entries() if entry.id not in hidden]

    def all_entries(self) -> list[Entry]:
        """Return the documents, withdrawn or not, sorted by id, without reading what they say."""
        found = self._listed(self.root)
        if self.library is not None:
            for id_, entry in self._listed(self.library).items():
                origin: Origin = "replacing" if id_ in found else "added"
                found[id_] = replace(entry, origin=origin)
        return sorted(found.values(), key=lambda entry: entry.id)

    def _listed(self, root: Path) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for file in sorted(_files(root)):
            entry = self._entry(file, root)
            if (first := found.get(entry.id)) is not None:
                refusal = DocumentError("corpus.same_id", path=file, other=first.path)
                entry = replace(entry, id=entry.path, refusal=refusal)
            found[entry.id] = entry
        return found

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
        problems = [problem for entry in entries for problem in self.check_entry(entry)]
        known = self._paths()
        problems += (
            Problem(self._shown(entry.file), line, text("corpus.broken_link", target=target))
            for entry in entries
            for line, target in self._lost_links(entry, known)
        )
        problems += self._orphans()
        return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))

    def broken_links(self, entries: Iterable[Entry]) -> dict[str, list[str]]:
        """Return what is wrong with the links of documents, by id; nothing for those that are sound."""
        known = self._paths()
        found = {
            entry.id: [
                text("corpus.broken_link", target=target)
                for _, target in self._lost_links(entry, known)
            ]
            for entry in entries
        }
        return {id_: problems for id_, problems in found.items() if problems}

    def _lost_links(self, entry: Entry, known: frozenset[str]) -> Iterator[tuple[int, str]]:
        if entry.format in FRONTED and entry.refusal is None:
            yield from broken_links(entry.file, known, entry.root, self._settings)

    def _paths(self) -> frozenset[str]:
        """Return the path of every file, also of those replaced or withdrawn: a link may name it."""
        return frozenset(
            printable(file.relative_to(root).as_posix())
            for root in self._roots()
            for file in _files(root)
        )

    def _roots(self) -> tuple[Path, ...]:
        return (self.root,) if self.library is None else (self.root, self.library)

    def _shown(self, file: Path) -> str:
        """Return how a file is named in a problem."""
        shown = file.relative_to(self.root) if file.is_relative_to(self.root) else file
        return printable(shown.as_posix())

    def _entry(self, file: Path, root: Path) -> Entry:
        path = printable(file.relative_to(root).as_posix())
        extension = file.suffix.lower()
        id_ = path.removesuffix(file.suffix) if extension in readers.FORMATS else path
        refusal = _refusal(file, root)
        digest = ""
        if refusal is None:
            try:
                digest = self._digest(file)
            except OSError as error:
                refusal = unreadable(file, error)
        return Entry(id_, path, extension, digest, file, root, refusal)

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
        front, path, line = self.front(entry)
        return meta.parse(front, path, line)

    def front(self, entry: Entry) -> tuple[str, Path, int]:
        """Return the YAML of a document, the file that holds it and the line where it starts.

        :raises MetadataError: there is none.
        :raises DocumentError: its file cannot be read.
        """
        if entry.format in FRONTED:
            front, _, _ = split_front_matter(read_text(entry.file, self._settings))
            if front is not None:
                return front, entry.file, 2
        side = side_file(entry.file)
        if not side.is_file():
            raise MetadataError("corpus.no_metadata", path=entry.file, side=side.name)
        return read_text(side, self._settings), side, 1

    def check_entry(self, entry: Entry) -> Iterator[Problem]:
        """Return what is to correct in one document; its links are not followed."""
        shown = self._shown(entry.file)
        if entry.refusal is not None:
            yield Problem(shown, None, str(entry.refusal))
            return
        try:
            front, path, first_line = self.front(entry)
            for mistake in meta.check(front, first_line)[1]:
                yield Problem(self._shown(path), mistake.line, mistake.message)
        except CorpusError as error:
            yield Problem(shown, None, str(error))
        try:
            readers.read(entry.file, self._settings)
        except DocumentError as error:
            yield Problem(shown, None, str(error))

    def _orphans(self) -> Iterator[Problem]:
        for root in self._roots():
            described = {side_file(file) for file in _files(root)}
            for file in sorted(root.rglob(f"*{SIDE_SUFFIX}")):
                path = file.relative_to(root)
                hidden = any(p == _IGNORED_FOLDER or p.startswith(".") for p in path.parts)
                if file not in described and not hidden:
                    yield Problem(self._shown(file), None, text("corpus.orphan_metadata"))


def side_file(file: Path) -> Path:
    """Return where the metadata of ``file`` stands when it is not in the file itself."""
    return file.with_name(file.stem + SIDE_SUFFIX)


def _files(root: Path) -> Iterator[Path]:
    """Walk a folder; links to folders are not followed, so there is no loop."""
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n != _IGNORED_FOLDER and not n.startswith(".")]
        links = [name for name in names if (Path(folder) / name).is_symlink()]
        for name in (*files, *links):
            if not is_ignored(name) and not name.lower().endswith(SIDE_SUFFIX):
                yield Path(folder) / name


def _refusal(file: Path, root: Path) -> DocumentError | None:
    inside = file.resolve().is_relative_to(root.resolve())
    if not inside or (file.is_symlink() and file.is_dir()):
        return DocumentError("corpus.outside_link", path=file)
    if file.exists() and not file.is_file():
        return DocumentError("corpus.not_a_file", path=file)
    return None


def is_ignored(name: str) -> bool:
    """Tell whether a file of that name is no document, whatever it holds."""
    lowered = name.lower()
    return (
        lowered.startswith((".", "~$"))
        or lowered.endswith((".py", "~"))
        or lowered in _IGNORED_NAMES
    )

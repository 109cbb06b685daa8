"""The two folders of documents: the shipped corpus, and the library that people fill.

A document of the library takes the place of the one that has its id in the corpus, which is never
written. Documents of either may be withdrawn: ``withdrawn.yaml``, in the library, lists their ids. That
file is what counts, not the database, which only remembers who withdrew what: an index can be built, and
a backup restored, with the folders alone.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import yaml

from pvd_assistant.errors import CorpusError
from pvd_assistant.files import replace_text
from pvd_assistant.settings import Settings

#: What the file of a document's metadata ends with, when it is beside the document.
SIDE_SUFFIX = ".meta.yaml"
WITHDRAWN = "withdrawn.yaml"


def find_file(settings: Settings, path: str) -> Path | None:
    """Return the file of a document by its path in the index; ``None`` when there is none.

    The path comes from the index, never from an address; whatever it is, nothing outside the two
    folders is returned.
    """
    for root in (settings.library_dir, settings.corpus_dir):
        file = (root / path).resolve()
        if file.is_relative_to(root.resolve()) and file.is_file():
            return file
    return None


def files_of(root: Path, identifier: str) -> list[Path]:
    """Return the files of one folder whose id is ``identifier``, side files left out."""
    folder, _, stem = identifier.rpartition("/")
    if not (root / folder).is_dir():
        return []
    return sorted(
        path
        for path in (root / folder).iterdir()
        if path.stem == stem and path.is_file() and not path.name.endswith(SIDE_SUFFIX)
    )


def withdrawn(settings: Settings) -> frozenset[str]:
    """Return the ids of the documents that are withdrawn.

    :raises CorpusError: the list cannot be read: nothing must come back because of that.
    """
    path = settings.library_dir / WITHDRAWN
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CorpusError("corpus.bad_withdrawn", path=path) from error
    if listed is None:
        return frozenset()
    if not isinstance(listed, list) or not all(isinstance(id_, str) for id_ in listed):
        raise CorpusError("corpus.bad_withdrawn", path=path)
    return frozenset(listed)


def write_withdrawn(settings: Settings, identifiers: Collection[str]) -> None:
    """Replace the list of what is withdrawn.

    :raises OSError: it cannot be written.
    """
    listed = yaml.safe_dump(sorted(identifiers), allow_unicode=True)
    replace_text(settings.library_dir / WITHDRAWN, listed)

"""``corpus add``: a document is checked, described and copied into the folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus import readers
from pvd_assistant.corpus.catalogue import side_file
from pvd_assistant.corpus.readers.files import read_text, unreadable
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.roots import files_of
from pvd_assistant.corpus.text import fold
from pvd_assistant.errors import CorpusError, DocumentError, MetadataError
from pvd_assistant.files import replace_bytes, replace_copy
from pvd_assistant.messages import load_data
from pvd_assistant.model import VALIDATED_REPLY
from pvd_assistant.settings import Settings

#: Asked for a missing field: its name and the values allowed (empty: free) → the answer.
Ask = Callable[[str, Sequence[str]], str]

#: What must be known, in the order it is asked; ``url`` is where the document comes from.
FIELDS = ("title", "kind", "publisher", "updated", "url")
_OPTIONAL = ("valid_until", "pillar", "themes", "partners")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def add(path: Path, settings: Settings, *, ask: Ask | None = None, **answers: Any) -> str:
    """Copy a document into the folder of its kind, with its metadata, and return its id.

    Metadata comes from the document's front matter or side file; when it has none, from ``answers``
    (``title``, ``kind``, ``publisher``, ``updated``, ``url``, ``themes``…), then from ``ask``.

    :param ask: called for each field that is missing; ``None``: a missing field is an error.
    :raises DocumentError: the document cannot be read, or one of that name is already there.
    :raises MetadataError: what is said about it is missing or wrong.
    """
    if not settings.corpus_dir.is_dir():
        raise CorpusError("corpus.no_folder", path=settings.corpus_dir)
    readers.read(path, settings)
    front, written = _existing(path, settings)
    if front is None:
        front = written = _described(answers, ask)
    kind = meta.parse(front, path, 2).kind
    if kind == VALIDATED_REPLY:
        raise MetadataError("corpus.reply_not_added", path=path)
    identifier = f"{load_data('corpus')['folders'][kind]}/{slug(path.stem)}"
    _refuse_taken(settings, identifier)
    target = settings.corpus_dir / (identifier + path.suffix.lower())
    if written is not None:
        _put(side_file(target), written.encode())
    _put(target, path)
    return identifier


def slug(name: str) -> str:
    """Return a file name that is safe everywhere.

    >>> slug("Guide « Cœur de ville » 2026 (v2)")
    'guide-coeur-de-ville-2026-v2'
    """
    folded = fold(name).replace("œ", "oe").replace("æ", "ae")
    return _NOT_SLUG.sub("-", folded).strip("-") or "document"


def _existing(path: Path, settings: Settings) -> tuple[str | None, str | None]:
    """Return the metadata that comes with the document, and what must be written beside it."""
    if path.suffix.lower() in (".md", ".markdown"):
        front, _, _ = split_front_matter(read_text(path, settings))
        if front is not None:
            return front, None
    side = side_file(path)
    if side.is_file():
        front = read_text(side, settings)
        return front, front
    return None, None


def _described(answers: dict[str, Any], ask: Ask | None) -> str:
    """Return the YAML of what is answered.

    :raises MetadataError: something is missing and nobody can be asked, or is not acceptable.
    """
    known = {key: value for key, value in answers.items() if value not in (None, "", ())}
    if unknown := sorted(set(known) - {*FIELDS, *_OPTIONAL}):
        raise MetadataError("corpus.unknown_answers", fields=", ".join(unknown))
    missing = [name for name in FIELDS if name not in known]
    if missing and ask is None:
        raise MetadataError("corpus.missing_answers", fields=", ".join(missing))
    for name in missing:
        assert ask is not None
        known[name] = ask(name, meta.KINDS if name == "kind" else ())
    url = known.pop("url")
    known["sources"] = [{"title": known["title"], "publisher": known["publisher"], "url": url}]
    lists = {name: list(value) for name, value in known.items() if isinstance(value, tuple)}
    written = _dump(known | lists)
    if mistakes := meta.check(written)[1]:
        raise MetadataError("corpus.bad_answer", reason=mistakes[0].message)
    return written


def _dump(data: dict[str, Any]) -> str:
    """Write YAML where a day is a day, not a string that looks like one."""
    days = {
        name: yaml.safe_load(value)
        for name, value in data.items()
        if name in ("updated", "valid_until") and isinstance(value, str) and _DAY.fullmatch(value)
    }
    written: str = yaml.safe_dump(data | days, allow_unicode=True, sort_keys=False, width=1000)
    return written


def _refuse_taken(settings: Settings, identifier: str) -> None:
    """Refuse an id that a document has, of the corpus or of the library, whatever its extension.

    :raises DocumentError: it is taken.
    """
    for root in (settings.corpus_dir, settings.library_dir):
        if taken := files_of(root, identifier):
            raise DocumentError("corpus.exists", path=taken[0])


def _put(target: Path, content: bytes | Path) -> None:
    try:
        if isinstance(content, bytes):
            replace_bytes(target, content)
        else:
            replace_copy(target, content)
    except OSError as error:
        raise unreadable(target, error) from error

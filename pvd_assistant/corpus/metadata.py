"""A document's front matter: read, checked key by key, each mistake with its line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import MetadataError
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Kind, Metadata, Place, Source

KINDS: tuple[str, ...] = get_args(Kind)
REQUIRED = ("title", "kind", "publisher", "updated", "sources")
OPTIONAL = ("valid_until", "pillar", "themes", "partners", "place")
_PLACE_KEYS = ("commune", "insee", "departement", "region", "population")
_SOURCE_KEYS = ("title", "publisher", "url", "date")
_LARGEST = 100_000
_MOST_PEOPLE = 100_000_000
_PARTIAL_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_INSEE = re.compile(r"(?:\d\d|2[AB])\d{3}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a front matter, with its line in the file, from 1.

    :ivar path: keys that lead to it: ``("sources", 0, "url")``; empty for the front matter as a whole.
    """

    line: int
    message: str
    path: tuple[str | int, ...] = ()


def parse(front: str, path: Path, first_line: int = 1) -> Metadata:
    """Return the metadata written in YAML.

    :param front: the YAML text.
    :param path: the file it comes from, for messages.
    :param first_line: line of that file where the YAML starts.
    :raises MetadataError: at the first mistake, with its line.
    """
    metadata, mistakes = check(front, first_line)
    if metadata is None:
        raise MetadataError(
            "corpus.bad_metadata", path=path, line=mistakes[0].line, reason=mistakes[0].message
        )
    return metadata


def check(front: str, first_line: int = 1) -> tuple[Metadata | None, list[Mistake]]:
    """Return the metadata (``None`` when something is wrong) and all the mistakes found."""
    try:
        data, lines = _load(front)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        return None, [Mistake(line, text("corpus.bad_yaml", reason=reason))]
    reader = _Reader(data, lines, first_line)
    metadata = reader.metadata()
    mistakes = sorted(reader.mistakes, key=lambda mistake: mistake.line)
    return (None if mistakes else metadata), mistakes


class _Loader(SafeLoader):
    """Leaves a date that does not exist as it is written, to be reported with its line."""

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def _load(front: str) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    """Return the YAML mapping and the line (from 0) of each of its keys."""
    if len(front) > _LARGEST:
        raise ValueError(text("corpus.metadata_too_long"))
    loader = _Loader(front)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ValueError(text("corpus.metadata_not_mapping"))
        lines: dict[tuple[str | int, ...], int] = {}
        _collect_lines(node, (), lines, set())
        return cast(dict[str, Any], loader.construct_document(node)), lines
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        # PyYAML believes explicit tags: « !!bool peut-être » breaks its constructor.
        raise ValueError(text("corpus.wrong_tag")) from error
    finally:
        loader.dispose()


def _collect_lines(
    node: yaml.Node,
    path: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
    seen: set[int],
) -> None:
    """Note where each key stands; lists that repeat one another (aliases) would be walked for ever."""
    if isinstance(node, yaml.CollectionNode):
        if id(node) in seen:
            problem = text("corpus.alias")
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            step = (*path, str(key.value))
            if step in lines:
                problem = text("corpus.twice", name=key.value)
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            lines[step] = key.start_mark.line
            _collect_lines(value, step, lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines[(*path, position)] = value.start_mark.line
            _collect_lines(value, (*path, position), lines, seen)


class _Reader:
    """Check a mapping key by key and gather the mistakes."""

    def __init__(
        self, data: dict[str, Any], lines: dict[tuple[str | int, ...], int], first_line: int
    ) -> None:
        self._data = data
        self._lines = lines
        self._first_line = first_line
        self.mistakes: list[Mistake] = []

    def metadata(self) -> Metadata:
        self._known_keys(self._data, (*REQUIRED, *OPTIONAL), ())
        for key in REQUIRED:
            if self._data.get(key) in (None, "", [], {}):
                self._wrong((key,), "corpus.missing_key", name=key)
        return Metadata(
            title=self._string(("title",)),
            kind=cast(Kind, self._one_of(("kind",), KINDS)),
            publisher=self._string(("publisher",)),
            updated=self._day(("updated",)) or dt.date.min,
            sources=self._sources(),
            valid_until=self._day(("valid_until",)),
            pillar=self._one_of(("pillar",), pillars()) or None,
            themes=self._strings(("themes",), themes()),
            partners=self._strings(("partners",)),
            place=self._place(),
        )

    def _wrong(self, path: tuple[str | int, ...], code: str, **values: object) -> None:
        above = path
        while above and above not in self._lines:
            above = above[:-1]
        line = self._first_line + self._lines.get(above, 0)
        self.mistakes.append(Mistake(line, text(code, **values), path))

    def _known_keys(
        self, data: dict[Any, Any], known: Sequence[str], path: tuple[str | int, ...]
    ) -> None:
        for key in data:
            if key not in known:
                allowed = ", ".join(known)
                self._wrong((*path, str(key)), "corpus.unknown_key", name=key, known=allowed)

    def _value(self, path: tuple[str | int, ...]) -> Any:
        value: Any = self._data
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
        return value

    def _string(self, path: tuple[str | int, ...]) -> str:
        value = self._value(path)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(path, "corpus.not_string", name=path[-1])
            return ""
        return clean(value)

    def _one_of(self, path: tuple[str | int, ...], known: Sequence[str]) -> str:
        value = self._string(path)
        if value and value not in known:
            self._wrong(path, "corpus.not_one_of", name=path[-1], value=value, known=_listed(known))
        return value

    def _strings(
        self, path: tuple[str | int, ...], known: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        value = self._value(path)
        if value is None:
            return ()
        if isinstance(value, str) and path[0] == "place":
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self._wrong(path, "corpus.not_list", name=path[-1])
            return ()
        for position, name in enumerate(value):
            if known is not None and name not in known:
                where = (*path, position)
                self._wrong(
                    where, "corpus.not_one_of", name=path[-1], value=name, known=_listed(known)
                )
        return tuple(clean(name) for name in value)

    def _day(self, path: tuple[str | int, ...]) -> dt.date | None:
        value = self._value(path)
        if value is None:
            return None
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            self._wrong(path, "corpus.bad_date", name=path[-1], value=_short(value))
            return None
        return value

    def _mapping(self, path: tuple[str | int, ...], known: Sequence[str]) -> dict[str, Any] | None:
        value = self._value(path)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(path, "corpus.not_mapping", name=path[0], known=", ".join(known))
            return None
        self._known_keys(value, known, path)
        return value

    def _sources(self) -> tuple[Source, ...]:
        value = self._data.get("sources")
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong(("sources",), "corpus.not_list", name="sources")
            return ()
        return tuple(
            source
            for position in range(len(value))
            if (source := self._source(("sources", position))) is not None
        )

    def _source(self, path: tuple[str | int, ...]) -> Source | None:
        data = self._mapping(path, _SOURCE_KEYS)
        if data is None:
            return None
        for key in _SOURCE_KEYS[:3]:
            if not data.get(key):
                self._wrong(path, "corpus.missing_source_key", name=key)
        url = self._string((*path, "url"))
        if url and not _is_plain_url(url, data.get("url")):
            self._wrong((*path, "url"), "corpus.bad_url", value=_short(url))
        return Source(
            title=self._string((*path, "title")),
            publisher=self._string((*path, "publisher")),
            url=url,
            date=self._partial_date((*path, "date")),
        )

    def _partial_date(self, path: tuple[str | int, ...]) -> str | None:
        value = self._value(path)
        if value is None:
            return None
        written = str(value)
        if isinstance(value, dt.datetime) or not _PARTIAL_DATE.fullmatch(written):
            self._wrong(path, "corpus.bad_source_date", value=_short(value))
            return None
        return written

    def _place(self) -> Place | None:
        data = self._mapping(("place",), _PLACE_KEYS)
        if data is None:
            return None
        insee = self._strings(("place", "insee"))
        for code in insee:
            if not _INSEE.fullmatch(code):
                self._wrong(("place", "insee"), "corpus.bad_insee", value=_short(code))
        population = data.get("population")
        if population is not None and (
            not isinstance(population, int)
            or isinstance(population, bool)
            or not 0 <= population <= _MOST_PEOPLE
        ):
            self._wrong(("place", "population"), "corpus.bad_population", value=_short(population))
            population = None
        return Place(
            communes=self._strings(("place", "commune")),
            insee=insee,
            departement=self._string(("place", "departement")) or None,
            region=self._string(("place", "region")) or None,
            population=population,
        )


def _is_plain_url(url: str, written: object) -> bool:
    """Refuse what is not a web address, or leads elsewhere than it seems to (look-alikes, ``user@``)."""
    known = url.startswith(("https://", "http://"))
    return known and url == str(written).strip() and "@" not in url.split("/")[2]


def _short(value: object) -> str:
    return str(value)[:60]


def _listed(known: Sequence[str]) -> str:
    return ", ".join(known)


@cache
def themes() -> tuple[str, ...]:
    """Return the closed list of themes."""
    return tuple(load_data("themes"))


@cache
def pillars() -> tuple[str, ...]:
    """Return the three pillars of the programme."""
    return tuple(load_data("corpus")["pillars"])

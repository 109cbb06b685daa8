"""The list of sources the documents rest on: ``sources.yaml``, with licence and how to refresh each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.errors import CorpusError
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

SOURCES_FILE = "sources.yaml"
_PRESS = "presse"  # many papers under one entry: no single page
_TEXTS = ("id", "title", "publisher", "url", "licence", "kind", "used_for", "refresh")


@dataclass(frozen=True, slots=True)
class OfficialSource:
    """A publisher's site or dataset that documents rest on.

    :ivar url: home page, or page of the dataset; empty for an entry that gathers papers.
    :ivar licence: terms of reuse the source states; says so when it states none.
    :ivar used_for: what of the corpus rests on it.
    :ivar refresh: how to bring it up to date, and how often.
    :ivar documents: names of the sites it covers, without ``www.``.
    """

    id: str
    title: str
    publisher: str
    url: str
    licence: str
    kind: str
    used_for: str
    refresh: str
    documents: tuple[str, ...]


def read_sources(root: Path, settings: Settings) -> tuple[OfficialSource, ...]:
    """Read ``sources.yaml`` in the folder of documents.

    :raises CorpusError: it is missing or wrong.
    """
    path = root / SOURCES_FILE
    try:
        data = yaml.safe_load(read_text(path, settings))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        raise CorpusError(
            "proofreading.bad_sources", path=path, line=line, reason=reason
        ) from error
    entries = data if isinstance(data, list) else []
    sources = tuple(_source(entry, path) for entry in entries)
    _check_once(sources, path)
    return sources


def hosts_of(sources: Iterable[OfficialSource]) -> frozenset[str]:
    """Return the sites that the sources cover."""
    return frozenset(host for source in sources for host in source.documents)


def _source(entry: Any, path: Path) -> OfficialSource:
    values: dict[str, Any] = entry if isinstance(entry, dict) else {}
    optional = {"url"} if values.get("kind") == _PRESS else set()
    for key in _TEXTS:
        if key in optional and values.get(key) is None:
            values[key] = ""
        elif not isinstance(values.get(key), str) or not values[key].strip():
            raise _wrong(path, text("proofreading.bad_entry", id=values.get("id", "?"), name=key))
    hosts = values.get("documents", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise _wrong(path, text("proofreading.bad_entry", id=values["id"], name="documents"))
    documents = tuple(host.removeprefix("www.") for host in hosts)
    return OfficialSource(**{key: values[key] for key in _TEXTS}, documents=documents)


def _check_once(sources: Iterable[OfficialSource], path: Path) -> None:
    seen: set[str] = set()
    for source in sources:
        for name in (f"#{source.id}", *dict.fromkeys(source.documents)):
            if name in seen:
                raise _wrong(path, text("proofreading.twice", id=source.id, host=name))
            seen.add(name)


def _wrong(path: Path, reason: str) -> CorpusError:
    return CorpusError("proofreading.bad_sources", path=path, line=1, reason=reason)

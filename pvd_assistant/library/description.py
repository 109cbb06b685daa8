"""What an editor says of a document: the fields of a form, and the metadata that they make."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import yaml

from pvd_assistant.corpus import metadata as meta
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import VALIDATED_REPLY

#: Kinds that an editor may choose: a validated reply comes from the helpdesk alone.
KINDS = tuple(kind for kind in meta.KINDS if kind != VALIDATED_REPLY)
_WORDS = ("title", "kind", "publisher", "updated", "valid_until", "pillar")
_PLACE = ("commune", "insee", "departement", "region", "population")
_SOURCE = ("title", "publisher", "url", "date")
_REQUIRED = ("title", "kind", "publisher", "updated")
_LONGEST = 1000
_HTTPS = re.compile(r"https://[^\s/.]+\.\S+")


@dataclass(frozen=True, slots=True)
class SourceFields:
    """A source as it is typed."""

    title: str = ""
    publisher: str = ""
    url: str = ""
    date: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything was typed."""
        return any((self.title, self.publisher, self.url, self.date))


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a document, as it is typed: nothing is checked yet.

    :ivar insee: codes with commas between them, as are ``commune``’s names.
    """

    title: str = ""
    kind: str = ""
    publisher: str = ""
    updated: str = ""
    valid_until: str = ""
    pillar: str = ""
    themes: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    sources: tuple[SourceFields, ...] = ()
    commune: str = ""
    insee: str = ""
    departement: str = ""
    region: str = ""
    population: str = ""

    @classmethod
    def of(cls, front: str) -> Description:
        """Read the YAML of a document, even a wrong one: what cannot be understood is left blank."""
        try:
            data = yaml.safe_load(front)
        except (yaml.YAMLError, ValueError, RecursionError):
            return cls()
        if not isinstance(data, dict):
            return cls()
        place = data.get("place")
        sources = data.get("sources")
        found = [source for source in _list(sources) if isinstance(source, dict)]
        return cls(
            **{name: _word(data.get(name)) for name in _WORDS},
            themes=tuple(_word(name) for name in _list(data.get("themes"))),
            partners=tuple(_word(name) for name in _list(data.get("partners"))),
            sources=tuple(
                SourceFields(**{name: _word(source.get(name)) for name in _SOURCE})
                for source in found
            ),
            **{name: _joined(place.get(name)) for name in _PLACE if isinstance(place, dict)},
        )

    def yaml(self) -> str:
        """Write the metadata as YAML, days as days."""
        data: dict[str, Any] = {name: getattr(self, name) for name in _WORDS}
        data |= {name: _day(data[name]) or data[name] for name in ("updated", "valid_until")}
        data["themes"], data["partners"] = list(self.themes), list(self.partners)
        data["sources"] = [
            {name: getattr(source, name) for name in _SOURCE if getattr(source, name)}
            for source in self.sources
            if source
        ]
        place: dict[str, Any] = {name: getattr(self, name) for name in _PLACE}
        for name in ("commune", "insee"):
            place[name] = [one for one in map(str.strip, place[name].split(",")) if one]
        digits = place["population"].replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        place["population"] = int(digits) if digits.isdecimal() else place["population"]
        data["place"] = {name: value for name, value in place.items() if value not in ("", [])}
        kept = {name: value for name, value in data.items() if value not in ("", [], {})}
        written: str = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)
        return written

    def errors(self, before: Description | None = None) -> dict[str, str]:
        """Return what is wrong, by field: ``title``, ``sources.0.url``, ``population``…

        :param before: what the document said: an address that was there may stay, even without https.
        """
        found = self._own_errors({source.url for source in before.sources} if before else set())
        if found:
            return found
        for mistake in meta.check(self.yaml())[1]:
            steps = [str(step) for step in mistake.path if step != "place"]
            field = ".".join(steps) if steps[:1] == ["sources"] else "".join(steps[:1])
            found.setdefault(field, mistake.message)
        return found

    def _own_errors(self, known: set[str]) -> dict[str, str]:
        """Say what is missing in the words of a form rather than of a file."""
        found = {
            name: text(f"library.missing_{name}") for name in _REQUIRED if not getattr(self, name)
        }
        if self.kind and self.kind not in KINDS:
            found["kind"] = text("library.missing_kind")
        for name in ("updated", "valid_until"):
            if (value := getattr(self, name)) and _day(value) is None:
                found[name] = text("library.bad_day", value=value)
        found |= self._source_errors(known)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and len(value) > _LONGEST:
                found[field.name] = text("library.too_long", limit=_LONGEST)
        return found

    def _source_errors(self, known: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        if not any(self.sources):
            return {"sources.0.title": text("library.missing_sources")}
        for at, source in enumerate(self.sources):
            if not source:
                continue
            for name in ("title", "publisher"):
                if not getattr(source, name):
                    found[f"sources.{at}.{name}"] = text(f"library.missing_source_{name}")
            if source.url not in known and not _HTTPS.match(source.url):
                found[f"sources.{at}.url"] = text("library.missing_source_url")
        return found


def suggested(description: Description, *, title: str, suffix: str, today: dt.date) -> Description:
    """Fill in what is not said of a document with what is likely; the editor sees it and corrects it."""
    likely = {"title": title, "updated": today.isoformat()}
    if suffix == ".csv":
        likely["kind"] = "table"
    known = {field.name: getattr(description, field.name) for field in fields(description)}
    return Description(**known | {k: v for k, v in likely.items() if not known[k]})


@cache
def folder_of(kind: str) -> str:
    """Return the folder where documents of a kind are put."""
    found: str = load_data("corpus")["folders"][kind]
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: Any) -> str:
    return "" if value is None or isinstance(value, (list, dict)) else str(value).strip()


def _joined(value: Any) -> str:
    return ", ".join(_word(one) for one in value) if isinstance(value, list) else _word(value)


def _day(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None

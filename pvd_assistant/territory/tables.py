"""The territory's tables: packaged, or refreshed by ``corpus sync`` in a folder of the machine.

A refreshed table replaces the packaged one of the same name as a whole. One that cannot be read is left
aside with a warning: an older table that works is worth more than a newer one that does not.
"""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

GEO = "geo.json.gz"
PROGRAMME = "programme.json"
PREFECTURES = "prefectures.json"

Row = list[str]


@dataclass(frozen=True, slots=True)
class Tables:
    """What :class:`~pvd_assistant.territory.communes.Territory` is made from.

    :ivar communes: code, name, folded name, département, population, EPCI, postcodes, today's commune (for a
        former one), role (``préfecture``, ``sous-préfecture`` or empty), codes of merged communes.
    :ivar epci: code, name, type, population.
    :ivar departements: code, name, region, préfecture's town, article.
    :ivar members: programme towns: code, pair, date of signature (ISO, may be empty).
    :ivar list_date: date of the list of programme towns, ISO; ``list_checked``: day it was read.
    :ivar prefectures: département's code → what the official directory says; empty until refreshed.
    """

    communes: list[Row]
    epci: list[Row]
    departements: list[Row]
    members: list[Row]
    list_date: str
    list_checked: str
    prefectures: dict[str, dict[str, str]]


def read_tables(folder: Path | None) -> Tables:
    """Read the tables.

    :param folder: folder of the refreshed tables; those it lacks are the packaged ones.
    """
    geo = _refreshed(folder, GEO, ("communes", "epci")) or _packaged(GEO)
    programme = _programme(folder)
    prefectures = _refreshed(folder, PREFECTURES, ("prefectures",))
    return Tables(
        communes=geo["communes"],
        epci=geo["epci"],
        departements=_packaged("departements.json"),
        members=programme["members"],
        list_date=programme["date"],
        list_checked=programme["checked"],
        prefectures=prefectures["prefectures"] if prefectures else {},
    )


def list_checked(folder: Path | None) -> str:
    """Return the day the list of programme towns was read, ISO; only its own table is opened."""
    checked: str = _programme(folder)["checked"]
    return checked


def stamp(folder: Path | None) -> tuple[int, ...]:
    """Return what changes when a refreshed table of ``folder`` is replaced."""
    if folder is None:
        return ()
    paths = [folder / name for name in (GEO, PROGRAMME, PREFECTURES)]
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


def _programme(folder: Path | None) -> Any:
    return _refreshed(folder, PROGRAMME, ("members", "date", "checked")) or _packaged(PROGRAMME)


def _refreshed(folder: Path | None, name: str, keys: tuple[str, ...]) -> Any:
    if folder is None or not (folder / name).is_file():
        return None
    try:
        data = _decoded((folder / name).read_bytes(), name)
        missing = [key for key in keys if not data.get(key)]
    except (OSError, ValueError, EOFError, zlib.error, AttributeError) as error:
        missing = [str(error)]
    if missing:
        log.warning("%s: left aside (%s)", folder / name, ", ".join(missing))
        return None
    return data


def _packaged(name: str) -> Any:
    raw = files("pvd_assistant").joinpath("data", "territory", name).read_bytes()
    return _decoded(raw, name)


def _decoded(raw: bytes, name: str) -> Any:
    return json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)

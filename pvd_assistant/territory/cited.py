"""Write the pages of the corpus that verdicts cite: programme towns, préfectures, what the list is.

They are made from the tables so that what the assistant says and what it shows never differ.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from pvd_assistant.files import replace_text
from pvd_assistant.french import french_date, french_number
from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.names import name_key
from pvd_assistant.territory.prefectures import prefecture_of

_PAGES = ("liste-des-communes.md", "communes-pvd.meta.yaml", "prefectures.meta.yaml")


def write_cited_pages(territory: Territory, corpus: Path) -> None:
    """Write the tables and the page about them in ``corpus/territoires``."""
    folder = corpus / "territoires"
    folder.mkdir(parents=True, exist_ok=True)
    words = load_data("territory/cited")
    rows = _communes(territory, _conventions(folder / "sources" / "conventions.csv"), words)
    _write_csv(folder / "communes-pvd.csv", words["communes"], rows)
    _write_csv(folder / "prefectures.csv", words["prefectures"], _prefectures(territory))
    for name in _PAGES:
        template = files("pvd_assistant").joinpath("data", "territory", "pages", name)
        page = template.read_text(encoding="utf-8").format(
            date=french_date(territory.list_date).replace(" ", "\u00a0", 1),
            iso=territory.list_date,
            count=french_number(sum(1 for _ in territory.members())),
            checked=territory.list_checked,
        )
        replace_text(folder / name, page)


def _communes(
    territory: Territory, conventions: dict[tuple[str, str], str], words: dict[str, str]
) -> list[tuple[str, ...]]:
    rows = []
    date = french_date(territory.list_date).replace(" ", "\u00a0", 1)
    for commune in territory.communes():
        key = (name_key(commune.name), name_key(commune.departement.name)) if conventions else None
        said = conventions.get(key) if key else None
        if not commune.listed and said is None:
            continue
        listed = words["listed" if commune.listed else "told"].format(date=date)
        rows.append((*_place(commune), listed, said or _signature(commune, words)))
    return sorted(rows, key=lambda row: (row[2], row[0]))


def _place(commune: Commune) -> tuple[str, ...]:
    return (
        commune.name,
        commune.code,
        commune.departement.name,
        commune.departement.region,
        french_number(commune.population or 0),
        commune.epci or "—",
    )


def _signature(commune: Commune, words: dict[str, str]) -> str:
    if commune.signed:
        return words["signed"].format(date=french_date(commune.signed))
    return words["no_convention"]


def _prefectures(territory: Territory) -> list[tuple[str, ...]]:
    offices = [prefecture_of(d, territory) for d in territory.departements.values()]
    return [
        (o.name, o.departement.name, o.departement.code, o.town, o.departement.region, o.page)
        for o in sorted(offices, key=lambda office: office.departement.code)
    ]


def _write_csv(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    lines = [header.split(";"), *([_typeset(cell) for cell in row] for row in rows)]
    with io.StringIO() as text:
        csv.writer(text, delimiter=";", lineterminator="\n").writerows(lines)
        replace_text(path, text.getvalue())


def _conventions(path: Path) -> dict[tuple[str, str], str]:
    """(town, département) → what a source says of its convention; empty when it says nothing."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (name_key(row["commune"]), name_key(row["departement"])): _plain(row["convention"])
            for row in csv.DictReader(file)
        }


def _typeset(cell: str) -> str:
    """French quotes and apostrophes, as in the rest of the corpus."""
    return re.sub(r'"([^"]*)"', "«\u00a0\\1\u00a0»", cell).replace("'", "’")


def _plain(convention: str) -> str:
    return (
        re.sub(r"\s*\(?https?://\S+\)?", "", convention)
        .strip(" ,;(")
        .replace(" (2021 d'après le contexte", " 2021 (d’après le contexte)")
    )

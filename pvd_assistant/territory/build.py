"""Turn the npm package ``@etalab/decoupage-administratif`` into the compact files shipped here.

Usage, once the package has been fetched (``npm pack @etalab/decoupage-administratif``) and unpacked::

    python -m pvd_assistant.territory.build PACKAGE_DIR CORPUS_DIR

writes ``pvd_assistant/data/territory/*.tsv(.gz)`` and the table ``CORPUS_DIR/territoires/communes-pvd.csv``
that answers cite. The data is under the Licence Ouverte 2.0 (Etalab; Insee and DGCL figures).
"""

from __future__ import annotations

import csv
import gzip
import json
import logging
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pvd_assistant.french import french_number
from pvd_assistant.territory.names import name_key

log = logging.getLogger(__name__)

LIST_DATE = "2021-01-22"
_DATA = Path(__file__).parent.parent / "data" / "territory"
_HEADER = (
    "Commune",
    "Code Insee",
    "Département",
    "Région",
    "Population municipale",
    "Intercommunalité",
    "Appartenance au programme",
    "Convention connue",
)


def build(package: Path, corpus: Path) -> None:
    """Write the packaged tables and the cited table of programme towns."""
    data = {
        name: json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("communes", "departements", "regions", "epci")
    }
    members = _members(corpus / "territoires" / "sources" / "communes-pvd-2021.csv")
    _write_communes(data, members)
    _write_small(data)
    _write_cited_table(data, members, corpus / "territoires")


def _members(path: Path) -> dict[str, str]:
    """Programme towns: Insee code → date of the list."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["insee"]: LIST_DATE for row in csv.DictReader(file)}


def _epci_of(data: dict[str, Any]) -> dict[str, str]:
    return {m["code"]: epci["code"] for epci in data["epci"] for m in epci["membres"]}


def _write_communes(data: dict[str, Any], members: dict[str, str]) -> None:
    epci_of = _epci_of(data)
    rows = []
    for commune in data["communes"]:
        current = commune["type"] == "commune-actuelle"
        parent = "" if current else commune.get("chefLieu") or commune.get("commune", "")
        rows.append(
            (
                commune["code"],
                commune["nom"],
                name_key(commune["nom"]),
                str(commune.get("typeLiaison", 0)),
                commune["departement"],
                str(commune.get("population", "") if current else ""),
                epci_of.get(commune["code"], "") if current else "",
                " ".join(commune.get("codesPostaux", ())),
                members.get(commune["code"], "") if current else "",
                parent,
            )
        )
    _write(_DATA / "communes.tsv.gz", sorted(rows))


def _write_small(data: dict[str, Any]) -> None:
    names = {c["code"]: c["nom"] for c in data["communes"] if c["type"] == "commune-actuelle"}
    regions = {r["code"]: r["nom"] for r in data["regions"]}
    _write(
        _DATA / "departements.tsv",
        [
            (
                d["code"],
                d["nom"],
                regions[d["region"]],
                names[d["chefLieu"]],
                str(d.get("typeLiaison", 0)),
            )
            for d in data["departements"]
        ],
    )
    _write(
        _DATA / "epci.tsv",
        [(e["code"], e["nom"], e["type"], str(e["populationMunicipale"])) for e in data["epci"]],
    )


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = text.encode("utf-8")
    # mtime=0: the same input gives the same bytes.
    path.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)
    log.info("%s: %d bytes", path.name, path.stat().st_size)


def _write_cited_table(data: dict[str, Any], members: dict[str, str], folder: Path) -> None:
    conventions = _conventions(folder / "sources" / "conventions.csv")
    departements = {d["code"]: d["nom"] for d in data["departements"]}
    regions = {r["code"]: r["nom"] for r in data["regions"]}
    epci_names = {e["code"]: e["nom"] for e in data["epci"]}
    epci_of = _epci_of(data)
    rows: list[tuple[str, ...]] = []
    for commune in data["communes"]:
        if commune["type"] != "commune-actuelle":
            continue
        departement = departements[commune["departement"]]
        convention = conventions.get((name_key(commune["nom"]), name_key(departement)))
        listed = commune["code"] in members
        if not listed and convention is None:
            continue
        rows.append(
            (
                commune["nom"].replace("'", "’"),
                commune["code"],
                departement,
                regions[commune["region"]],
                french_number(commune.get("population", 0)),
                epci_names.get(epci_of.get(commune["code"], ""), "—").replace("'", "’"),
                "dans la liste de l’ANCT du 22\u00a0janvier 2021"
                if listed
                else "affirmée par une source, hors de la liste de l’ANCT du 22\u00a0janvier 2021",
                convention or "non renseignée par les sources consultées",
            )
        )
    ordered = sorted(rows, key=lambda row: (row[2], row[0]))
    with (folder / "communes-pvd.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows([[_typeset(cell) for cell in row] for row in ordered])
    log.info("communes-pvd.csv: %d towns", len(rows))


def _conventions(path: Path) -> dict[tuple[str, str], str]:
    """(town, département) → what a source says of its convention; empty when it says nothing."""
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


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    build(Path(sys.argv[1]), Path(sys.argv[2]))

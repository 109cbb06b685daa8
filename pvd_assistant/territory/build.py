"""Turn the npm package ``@etalab/decoupage-administratif`` into the compact files shipped here.

Usage, once the package has been fetched (``npm pack @etalab/decoupage-administratif``) and unpacked::

    python -m pvd_assistant.territory.build PACKAGE_DIR CORPUS_DIR

writes ``pvd_assistant/data/territory/*.json(.gz)`` and the pages of ``CORPUS_DIR/territoires`` that answers
cite. The data is under the Licence Ouverte 2.0 (Etalab; Insee and DGCL figures).
"""

from __future__ import annotations

import csv
import gzip
import json
import logging
import sys
from pathlib import Path
from typing import Any

from pvd_assistant.territory.cited import write_cited_pages
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.names import name_key
from pvd_assistant.territory.tables import GEO, PROGRAMME

log = logging.getLogger(__name__)

LIST_DATE = "2021-01-22"
CHECKED = "2026-11-23"
_DATA = Path(__file__).parent.parent / "data" / "territory"
_FILES = ("communes", "departements", "regions", "epci", "arrondissements")


def build(package: Path, corpus: Path) -> None:
    """Write the packaged tables and the pages of programme towns that answers cite."""
    data = {
        name: json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))
        for name in _FILES
    }
    epci = [[e["code"], e["nom"], e["type"], str(e["populationMunicipale"])] for e in data["epci"]]
    _write(GEO, {"communes": _communes(data), "epci": epci})
    _write("departements.json", _departements(data))
    _write(PROGRAMME, {"date": LIST_DATE, "checked": CHECKED, "members": _members(corpus)})
    write_cited_pages(Territory.load(), corpus)


def _members(corpus: Path) -> list[list[str]]:
    path = corpus / "territoires" / "sources" / "communes-pvd-2021.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [[row["insee"], row["binome"], ""] for row in csv.DictReader(file)]


def _communes(data: dict[str, Any]) -> list[list[str]]:
    epci_of = {m["code"]: epci["code"] for epci in data["epci"] for m in epci["membres"]}
    known = {commune["code"] for commune in data["communes"]}
    roles = {a["chefLieu"]: "sous-préfecture" for a in data["arrondissements"]}
    roles |= {d["chefLieu"]: "préfecture" for d in data["departements"]}
    rows = []
    for commune in data["communes"]:
        code = commune["code"]
        current = commune["type"] == "commune-actuelle"
        parent = "" if current else commune.get("chefLieu") or commune.get("commune", "")
        former = [old for old in commune.get("anciensCodes", ()) if old not in known]
        rows.append(
            [
                code,
                commune["nom"],
                name_key(commune["nom"]),
                commune["departement"],
                str(commune.get("population", "") if current else ""),
                epci_of.get(code, "") if current else "",
                " ".join(commune.get("codesPostaux", ())),
                parent,
                roles.get(code, "") if current else "",
                " ".join(former) if current else "",
            ]
        )
    return sorted(rows)


def _departements(data: dict[str, Any]) -> list[list[str]]:
    names = {c["code"]: c["nom"] for c in data["communes"] if c["type"] == "commune-actuelle"}
    regions = {r["code"]: r["nom"] for r in data["regions"]}
    return [
        [d["code"], d["nom"], regions[d["region"]], names[d["chefLieu"]], str(d["typeLiaison"])]
        for d in data["departements"]
    ]


def _write(name: str, data: Any) -> None:
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    # mtime=0: the same input gives the same bytes.
    raw = gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw
    _DATA.mkdir(parents=True, exist_ok=True)
    (_DATA / name).write_bytes(raw)
    log.info("%s: %d bytes", name, len(raw))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    build(Path(sys.argv[1]), Path(sys.argv[2]))

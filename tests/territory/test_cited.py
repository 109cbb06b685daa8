"""The tables that answers cite are those of the territory."""

from __future__ import annotations

from pathlib import Path

from pvd_assistant.territory.cited import write_cited_pages
from pvd_assistant.territory.communes import Territory

CORPUS = Path(__file__).parents[2] / "corpus"


def test_the_delivered_tables_are_those_of_the_packaged_territory(tmp_path: Path) -> None:
    sources = tmp_path / "territoires" / "sources"
    sources.mkdir(parents=True)
    conventions = (CORPUS / "territoires/sources/conventions.csv").read_bytes()
    (sources / "conventions.csv").write_bytes(conventions)

    write_cited_pages(Territory.load(), tmp_path)

    for name in ("communes-pvd.csv", "prefectures.csv"):
        delivered = (CORPUS / "territoires" / name).read_text(encoding="utf-8")
        assert (tmp_path / "territoires" / name).read_text(encoding="utf-8") == delivered


def test_every_town_of_the_list_has_its_row(tmp_path: Path) -> None:
    territory = Territory.load()
    table = (CORPUS / "territoires" / "communes-pvd.csv").read_text(encoding="utf-8")

    assert all(f";{town.code};" in table for town in territory.members())

"""What the map of départements and the table of themes by region show."""

from __future__ import annotations

from typing import Any

from pvd_assistant.messages import text
from pvd_assistant.practices import wording
from pvd_assistant.practices.catalogue import Catalogue, Found, Value
from pvd_assistant.practices.facets import Labels
from pvd_assistant.practices.tiles import Tile, shade, tiles
from pvd_assistant.territory.communes import Departement
from pvd_assistant.web.practices_address import State


def map_view(catalogue: Catalogue, found: Found, state: State) -> dict[str, Any]:
    """Return the squares and the rows of the table, which say the same."""
    values = {value.key: value for value in found.counts["departement"]}
    departements = catalogue.territory.departements
    squares = [
        _square(tile, values.get(tile.code), departements[tile.code], state) for tile in tiles()
    ]
    rows = [
        {
            "label": value.label,
            "count": value.count,
            "chosen": value.chosen,
            "url": _toggled(state, key),
        }
        for key, value in values.items()
    ]
    return {"squares": squares, "rows": rows, "legend": range(5)}


def _square(
    tile: Tile, value: Value | None, departement: Departement, state: State
) -> dict[str, Any]:
    number = value.count if value else 0
    chosen = bool(value and value.chosen)
    counted = wording.counted("projects", number) if number else text("practices.no_project")
    label = text("practices.tile", name=_typeset(departement.name), code=tile.code, found=counted)
    return {
        "tile": tile,
        "count": number,
        "chosen": chosen,
        "shade": shade(number),
        "label": text("practices.tile_chosen", tile=label) if chosen else label,
        "url": _toggled(state, tile.code) if number or chosen else "",
    }


def _typeset(name: str) -> str:
    return name.replace("'", "’")


def _toggled(state: State, code: str) -> str:
    return state.to(state.criteria.toggling("departement", code)).url()


def heat_view(catalogue: Catalogue, state: State) -> dict[str, Any]:
    """Return the table of themes by region."""
    numbers = catalogue.tally("theme", "region", state.criteria)
    labels = catalogue.labels
    themes = sorted({t for t, _ in numbers}, key=lambda key: labels.rank("theme", key))
    regions = sorted({r for _, r in numbers}, key=lambda key: labels.rank("region", key))
    totals = catalogue.tally("theme", "theme", state.criteria)
    rows = [
        {
            "label": labels.label("theme", theme),
            "cells": [
                _heat_cell(state, (theme, region), numbers[theme, region], labels)
                for region in regions
            ],
            "total": totals[theme, theme],
        }
        for theme in themes
    ]
    return {"regions": [labels.label("region", region) for region in regions], "rows": rows}


def _heat_cell(state: State, keys: tuple[str, str], number: int, labels: Labels) -> dict[str, Any]:
    theme, region = keys
    chosen = state.criteria.choosing("theme", [theme]).choosing("region", [region])
    return {
        "count": number,
        "shade": shade(number, "heat"),
        "url": state.to(chosen).seen_as("liste").url(),
        "label": text(
            "practices.heat_cell",
            theme=labels.label("theme", theme),
            region=labels.label("region", region),
            found=wording.counted("projects", number),
        ),
    }

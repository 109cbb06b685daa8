from __future__ import annotations

from pvd_assistant.practices.tiles import shade, tiles
from pvd_assistant.territory.communes import Territory


def test_every_departement_of_the_programme_has_its_square():
    listed = {town.departement.code for town in Territory.load().members()}
    on_map = [tile.code for tile in tiles()]
    assert listed <= set(on_map)
    assert len(on_map) == len(set(on_map)) == 101


def test_no_two_squares_are_at_the_same_place():
    assert len({(tile.row, tile.column) for tile in tiles()}) == 101


def test_the_map_looks_like_france():
    at = {tile.code: tile for tile in tiles()}
    assert at["59"].row < at["75"].row < at["63"].row < at["31"].row  # north to south
    assert at["29"].column < at["75"].column < at["67"].column  # west to east
    assert at["2A"].column == at["2B"].column == 12


def test_shades_go_up_with_numbers():
    assert [shade(n) for n in (0, 1, 2, 3, 4, 40)] == [0, 1, 2, 3, 4, 4]
    assert [shade(n, "heat") for n in (0, 1, 2, 4, 8, 40)] == [0, 1, 2, 3, 4, 4]

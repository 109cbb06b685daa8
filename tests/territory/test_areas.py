"""Where a message names a region or a département."""

import pytest

from pvd_assistant.territory.areas import area_spans


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("et en bourgogne ?", ["en bourgogne"]),
        ("et la bretagne ?", ["la bretagne"]),
        ("dans le finistere", ["dans le finistere"]),
        ("et l'ain ?", ["l'ain"]),
        ("en provence-alpes-cote d'azur", ["en provence-alpes-cote d'azur"]),
        ("des projets dans l'est ?", ["dans l'est"]),
        ("et dans le 48 ?", ["dans le 48"]),
        ("en bretagne et dans le lot", ["en bretagne", "dans le lot"]),
        ("c'est cher ?", []),
        ("on a une reunion sur le lot numero deux des travaux", ["sur le lot"]),
        ("un exemple ?", []),
    ],
)
def test_areas_are_found_with_what_leads_to_them(text: str, named: list[str]) -> None:
    assert [text[slice(*span)].strip() for span in area_spans(text)] == named

"""An address says the whole of a search, and nonsense in it is harmless."""

from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from pvd_assistant.practices.comparables import Likeness
from pvd_assistant.practices.criteria import Criteria
from pvd_assistant.web.practices_address import (
    State,
    likeness_query,
    read_likeness,
    read_state,
)

FULL = State(
    Criteria(
        text="maison & santé ? « 100 % »",
        theme=("santé", "espaces publics"),
        region=("Provence-Alpes-Côte d’Azur",),
        departement=("2A", "971"),
        size=("2000", "inconnu"),
        stage=("en-cours",),
        partner=("epf",),
        cost=("partiel",),
        year=("avant", "2021"),
        order="year",
    ),
    ("projets/p020-joigny", "projets/p021-joigny"),
    "carte",
    3,
)


@pytest.mark.parametrize(
    "state",
    [State(), FULL, State(Criteria(text="halle")), State(view="selection", selected=("a/b",))],
)
def test_an_address_is_read_back_as_it_was_written(state):
    assert read_state(QueryParams(state.query)) == state


def test_nothing_by_default_is_in_an_address():
    assert State().url() == "/pratiques"
    assert State(Criteria(theme=("habitat",))).url() == "/pratiques?theme=habitat"


def test_another_search_starts_at_its_first_page_and_keeps_the_selection():
    moved = FULL.to(Criteria(theme=("santé",)))
    assert (moved.page, moved.view, moved.selected) == (1, "carte", FULL.selected)


@pytest.mark.parametrize(
    "query",
    [
        "page=0&vue=lune&tri=prix",
        "page=-1",
        "page=99999999999",
        "page=²",
        "inconnu=1&theme=",
        "tri=" + "x" * 5000,
    ],
)
def test_what_makes_no_sense_is_left_out(query):
    assert read_state(QueryParams(query)) == State()


def test_what_is_too_long_is_cut():
    query = QueryParams([("q", "a" * 5000), *(("theme", f"t{n}") for n in range(500))])
    state = read_state(query)
    assert len(state.criteria.text) == 300
    assert len(state.criteria.theme) == 40


def test_control_characters_become_spaces():
    assert (
        read_state(QueryParams({"q": "halle\x00\r\nde  marché"})).criteria.text == "halle de marché"
    )


@pytest.mark.parametrize("asked", [Likeness(), Likeness("all", True, True, True, True)])
def test_a_comparison_is_read_back(asked):
    assert read_likeness(QueryParams(likeness_query("71543", asked))) == asked


def test_an_unknown_range_is_the_first_one():
    assert read_likeness(QueryParams("ecart=1e9&meme=tout")) == Likeness()

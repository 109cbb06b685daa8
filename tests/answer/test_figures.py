"""The figures of a text, each with what it measures."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.figures import figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "La réduction est de 12, 18 ou 21 % du prix",
            [("percent", v) for v in ("12", "18", "21")],
        ),
        ("10 000 à 15 000 € par étude", [("euro", "10000"), ("euro", "15000")]),
        ("estimé à 1,6 M€", [("euro", "1600000")]),
        ("28 milliards d’euros", [("euro", "28000000000")]),
        ("7 millions d’habitants", [("habit", "7000000")]),
        ("pour trois ans", [("duration an", "3")]),
        ("signée le 1er octobre 2020", [("date", "1 octobre 2020")]),
        ("de 2020 à 2026", [("date", "2020"), ("date", "2026")]),
        ("la moitié du coût", [("percent", "50")]),
        ("1 646 communes", [("commun", "1646")]),
    ],
)
def test_a_figure_is_read_with_what_it_measures(text: str, found: list[tuple[str, str]]) -> None:
    assert [(figure.sort, figure.value) for figure in figures(text)] == found

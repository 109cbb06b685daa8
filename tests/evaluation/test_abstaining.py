"""How much is answered, how right, how often rightly not: shares and their intervals."""

from __future__ import annotations

import pytest

from pvd_assistant.evaluation.abstaining import Abstention, Share, expected


@pytest.mark.parametrize(
    ("statuses", "asks_for"),
    [
        (("answered",), "answer"),
        (("answered", "partial"), "answer"),
        (("unknown", "out_of_scope"), "silence"),
        (("unknown", "answered"), "either"),
    ],
)
def test_what_a_question_calls_for(statuses: tuple[str, ...], asks_for: str) -> None:
    assert expected(statuses) == asks_for


def test_shares_are_counted_among_the_cases_they_are_about() -> None:
    found = Abstention.of(
        [
            ("answer", "answered", True),
            ("answer", "partial", False),
            ("answer", "unknown", False),
            ("silence", "unknown", True),
            ("silence", "answered", False),
            ("either", "answered", True),
        ]
    )

    assert (found.precision.count, found.precision.of) == (2, 4)
    assert (found.coverage.count, found.coverage.of) == (2, 3)
    assert (found.silence.count, found.silence.of) == (1, 2)


# Bounds published with Wilson's formula (Newcombe, 1998, table I, method 3).
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_wilson(count: int, of: int, low: float, high: float) -> None:
    share = Share.among([True] * count + [False] * (of - count))

    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_nothing_is_known_of_no_case() -> None:
    assert Share.among([]) == Share(0, 0, 0.0, 0.0, 1.0)

"""Two texts side by side: nothing of either is lost, what differs is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pvd_assistant.helpdesk.comparing import side_by_side

_LINES = st.lists(st.text("abc é’-.,", max_size=12), max_size=8).map("\n".join)


def test_what_differs_is_marked_word_by_word() -> None:
    pairs = side_by_side(
        "Bonjour,\nLe taux est de 75 %.\nFin", "Bonjour,\nLe taux est de 80 %.\nAjout\nFin"
    )
    assert [pair.kind for pair in pairs] == ["same", "changed", "added", "same"]
    assert [run.words for run in pairs[1].left if run.differs] == ["75"]
    assert [run.words for run in pairs[1].right if run.differs] == ["80"]


def test_a_line_that_is_gone_and_one_that_is_new_stand_alone() -> None:
    pairs = side_by_side("Une phrase retirée", "Tout autre chose ici")
    assert {pair.kind for pair in pairs} <= {"removed", "added", "changed"}
    assert side_by_side("", "x")[0].kind == "added"
    assert side_by_side("x", "")[0].kind == "removed"


@given(_LINES, _LINES)
def test_both_texts_can_be_read_back(left: str, right: str) -> None:
    pairs = side_by_side(left, right)

    def read(side: str) -> list[str]:
        lines = ("".join(run.words for run in getattr(pair, side)) for pair in pairs)
        return [line for line in lines if line]

    assert read("left") == [line.strip() for line in left.split("\n") if line.strip()]
    assert read("right") == [line.strip() for line in right.split("\n") if line.strip()]

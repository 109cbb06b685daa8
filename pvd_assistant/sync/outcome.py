"""What a refresh brought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target that was refreshed.

    :ivar rows: how many towns, communes, offers or préfectures it holds now.
    :ivar date: day its producer gives for the data (ISO, may be empty).
    :ivar left_aside: rows or values that could not be read and were left out.
    """

    target: str
    rows: int
    date: str = ""
    left_aside: int = 0

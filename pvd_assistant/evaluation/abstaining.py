"""How well an assistant knows what it knows: shares with their 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pvd_assistant.model import KNOWN

Expected = Literal["answer", "silence", "either"]

_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """A share of some cases and the interval it is known within; 0 to 1.

    :ivar low: lower bound (Wilson, 1927: it holds for few cases and for shares near 0 and 1).
    """

    count: int
    of: int
    share: float
    low: float
    high: float

    @classmethod
    def among(cls, flags: Iterable[bool]) -> Share:
        """Return the share of the cases that are true; any share is possible of no case at all."""
        values = list(flags)
        n, count = len(values), sum(values)
        if not n:
            return cls(0, 0, 0.0, 0.0, 1.0)
        p, z2 = count / n, _Z * _Z
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return cls(count, n, p, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Abstention:
    """What is answered, what is not.

    :ivar precision: among the answers given, those that are right and complete.
    :ivar coverage: among the questions that have an answer, those that are answered.
    :ivar silence: among the questions that have none, those that are not answered.
    """

    precision: Share
    coverage: Share
    silence: Share

    @classmethod
    def of(cls, cases: Iterable[tuple[Expected, str, bool]]) -> Abstention:
        """Count.

        :param cases: what was expected of a question, the status of its answer, whether it passed.
        """
        seen = [(expected, status in KNOWN, passed) for expected, status, passed in cases]
        return cls(
            Share.among(passed for _, known, passed in seen if known),
            Share.among(known for expected, known, _ in seen if expected == "answer"),
            Share.among(not known for expected, known, _ in seen if expected == "silence"),
        )


def expected(statuses: Iterable[str]) -> Expected:
    """Return what the accepted statuses of a question call for."""
    accepted = set(statuses)
    if accepted <= KNOWN:
        return "answer"
    return "either" if accepted & KNOWN else "silence"

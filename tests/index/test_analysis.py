"""Words become stems, whoever else is having theirs found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pvd_assistant.index.analysis import stem

WORDS = [
    root + ending
    for root in ("finance", "revitalis", "accompagn", "rénov", "commerc", "administr")
    for ending in ("ment", "ation", "ations", "eraient", "issements", "ement", "erions", "atrices")
]


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_words_stemmed_at_the_same_time_have_the_stems_they_have_alone(impatient: None) -> None:
    alone = [stem.__wrapped__(word) for word in WORDS]
    with ThreadPoolExecutor(8) as threads:
        together = threads.map(lambda _: [stem.__wrapped__(word) for word in WORDS], range(32))
        assert all(stems == alone for stems in together)

"""What only a large index does, on a small one made to behave so."""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import pytest

from pvd_assistant.index import chroma, dense
from pvd_assistant.index.duplicates import duplicate_groups
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import UnitRows
from pvd_assistant.model import Filters
from pvd_assistant.settings import Settings

QUESTIONS = ("Qui paie le chef de projet ?", "rénover des logements vacants")


@pytest.fixture
def asking_chroma(sample_settings: Settings) -> Iterator[Index]:
    settings = sample_settings.model_copy(update={"exact_search_limit": 0})
    with Index.open(settings) as index:
        yield index


@pytest.fixture
def comparing_all(sample_settings: Settings) -> Iterator[Index]:
    with Index.open(sample_settings) as index:
        yield index


@pytest.mark.parametrize("most_asked", [0, 10_000], ids=["Chroma filters", "Chroma is over-asked"])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(kinds=("offre", "projet", "partenaire", "guide")),
        Filters(themes=("Habitat",)),
        Filters(kinds=("presse",)),
    ],
    ids=["all", "most", "some", "none"],
)
def test_filters_find_the_same_however_they_are_applied(
    asking_chroma: Index,
    comparing_all: Index,
    monkeypatch: pytest.MonkeyPatch,
    filters: Filters,
    most_asked: int,
) -> None:
    monkeypatch.setattr(dense, "_MOST_ASKED", most_asked)
    for question in QUESTIONS:
        found = asking_chroma.search(question, filters=filters, limit=5)
        expected = comparing_all.search(question, filters=filters, limit=5)
        assert [hit.passage.id for hit in found] == [hit.passage.id for hit in expected]


def test_few_sentences_allowed_are_compared_without_chroma(
    sample_settings: Settings, comparing_all: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = Filters(themes=("Habitat",))
    allowed = comparing_all._allowed(filters)
    held = comparing_all._units.held_by(allowed)
    assert 0 < held < len(comparing_all._units)
    settings = sample_settings.model_copy(update={"exact_search_limit": held})
    monkeypatch.setattr(chroma, "client", None)  # asking it would fail
    with Index.open(settings) as index:
        for question in QUESTIONS:
            found = index.search(question, filters=filters)
            expected = comparing_all.search(question, filters=filters)
            assert [hit.passage.id for hit in found] == [hit.passage.id for hit in expected]


@pytest.mark.parametrize("total", [1, 2, 999, 1000, 1001, 3760, 10_451, 100_003])
def test_the_last_passage_is_in_the_graph_that_chroma_saves(total: int) -> None:
    threshold, sizes = chroma.batches(total, 1000)
    assert sum(sizes) == total
    assert max(sizes) <= 1000
    waiting, saves = 0, 0
    for size in sizes:
        waiting += size
        if waiting >= threshold:
            waiting, saves = 0, saves + 1
    assert waiting == 0 or total == 1  # Chroma saves nothing under two
    assert saves <= 10


def test_the_mean_of_a_passage_is_that_of_its_own_sentences() -> None:
    rows = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float16)
    sizes = np.array([3, 1, 2, 1])
    ends = list(accumulate(sizes))
    means = UnitRows(rows, sizes).means()
    for mean, end, size in zip(means, ends, sizes, strict=True):
        expected = rows[end - size : end].astype(np.float32).mean(axis=0)
        assert np.allclose(mean, expected / np.linalg.norm(expected), atol=1e-5)


LONG = "La commune finance le poste de chef de projet avec l’aide de l’Agence nationale, " * 3


def test_passages_that_say_the_same_are_merged_with_the_first() -> None:
    texts = [
        LONG,
        "Autre chose.",
        LONG + "enfin",
        f"{LONG}45 000 euros",
        None,
        LONG,
        "Autre chose.",
    ]
    assert duplicate_groups(texts).tolist() == [0, 1, 0, 3, 4, 0, 1]


def test_nothing_is_merged_among_nothing() -> None:
    assert duplicate_groups([]).tolist() == []
    assert duplicate_groups([None, None]).tolist() == [0, 1]

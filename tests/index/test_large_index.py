"""What only a large index does, on a small one made to behave so."""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import pytest

from pvd_assistant.index import chroma, dense
from pvd_assistant.index.duplicates import duplicate_groups
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import UnitRows, widened
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


@pytest.mark.parametrize("most", [0.0, 2.0], ids=["Chroma is over-asked", "units are compared"])
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
    most: float,
) -> None:
    monkeypatch.setattr(dense, "_MOST", most)
    for question in QUESTIONS:
        found = asking_chroma.search(question, filters=filters, limit=5)
        expected = comparing_all.search(question, filters=filters, limit=5)
        assert [hit.passage.id for hit in found] == [hit.passage.id for hit in expected]


def test_passages_are_compared_by_blocks(
    comparing_all: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, vector = comparing_all._units, comparing_all.embed_question(QUESTIONS[0])
    monkeypatch.setattr(dense, "_BLOCK", 3)
    found = units.best(vector, np.arange(comparing_all.manifest.passages))
    assert np.allclose(found, units.best_everywhere(vector), atol=1e-6)
    assert len(units.best(vector, np.arange(0))) == 0


def test_halves_are_widened_as_numpy_does() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    assert np.array_equal(widened(finite), finite.astype(np.float32))


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

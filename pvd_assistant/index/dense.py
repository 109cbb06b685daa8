"""The search by meaning: which passages have a unit (sentence, item, row) close to the question.

Two ways, same results but for what HNSW misses:

* :class:`ExactSearch` compares the question with every unit. Up to tens of thousands of units it is
  both exact and faster (1 ms) than importing ``chromadb`` (2 s) and asking it (5 ms), and it is
  deterministic, so it serves embedded indexes of that size.
* :class:`ChromaSearch` asks Chroma for the nearest passages, then compares their units. It serves
  bigger indexes, and every index kept on a Chroma server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pvd_assistant.index import chroma
from pvd_assistant.index.arrays import read_array
from pvd_assistant.index.filters import chroma_where
from pvd_assistant.index.vectors import FloatArray, UnitRows, normalised, widened
from pvd_assistant.model import Filters

Positions = npt.NDArray[np.int64]
# Passages compared at a time: what they take stays in the processor's cache.
_BLOCK = 512
# Share of the passages from which those that pass a filter are found by asking without it, and how many more
# are asked: 41 questions of 47 then need nothing else when three passages in four pass.
_MOST, _MARGIN = 0.5, 1.5
#: Seconds a Chroma server has to answer a question.
_PATIENCE_S = 10.0


class UnitVectors:
    """The vectors of the units of every passage.

    :param folder: folder of the generation.
    :raises OSError: a file is missing.
    :raises ValueError: a file is not what it should be.
    """

    def __init__(self, folder: Path) -> None:
        self._vectors = read_array(folder / "units.npy")
        self._starts = read_array(folder / "unit_starts.npy")

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._vectors)

    def of(self, position: int) -> FloatArray:
        """Return the vectors of the units of a passage."""
        start, end = self._starts[position : position + 2]
        return np.asarray(self._vectors[start:end], dtype=np.float32)

    def best(self, vector: FloatArray, positions: Positions) -> FloatArray:
        """Return for each passage the cosine of its closest unit."""
        found = np.empty(len(positions), dtype=np.float32)
        for at in range(0, len(positions), _BLOCK):
            found[at : at + _BLOCK] = self._best(vector, positions[at : at + _BLOCK])
        return found

    def _best(self, vector: FloatArray, positions: Positions) -> FloatArray:
        starts = self._starts[positions]
        sizes = self._starts[positions + 1] - starts
        begins = np.cumsum(sizes) - sizes
        rows = np.repeat(starts - begins, sizes) + np.arange(sizes.sum())
        return np.maximum.reduceat(widened(self._vectors[rows]) @ vector, begins)

    def whole(self, vector: FloatArray, positions: Positions) -> FloatArray:
        """Return for each passage the cosine of the mean of its units."""
        means = np.array([self.of(p).mean(axis=0) for p in positions], dtype=np.float32)
        cosines: FloatArray = normalised(means) @ vector
        return cosines

    def best_everywhere(self, vector: FloatArray) -> FloatArray:
        """Return for every passage the cosine of its closest unit."""
        return np.maximum.reduceat(self._in_memory @ vector, self._starts[:-1])

    @cached_property
    def _in_memory(self) -> FloatArray:
        # numpy multiplies float16 a hundred times slower than float32.
        return np.asarray(self._vectors, dtype=np.float32)


def write_units(folder: Path, vectors: Sequence[UnitRows]) -> None:
    """Write the vectors of the units, passage by passage."""
    shape = (sum(len(each.rows) for each in vectors), vectors[0].rows.shape[1])
    header = {"descr": "<f2", "fortran_order": False, "shape": shape}
    with (folder / "units.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for each in vectors:  # never all of them in one array: there may be gigabytes
            file.write(np.ascontiguousarray(each.rows, dtype="<f2").data)
    sizes = np.concatenate([each.sizes for each in vectors])
    np.save(folder / "unit_starts.npy", np.concatenate([[0], np.cumsum(sizes)]))


class DenseSearch(Protocol):
    """A way to search by meaning."""

    def search(
        self,
        vector: FloatArray,
        *,
        allowed: npt.NDArray[np.bool_],
        filters: Filters,
        limit: int,
        also: Positions,
    ) -> tuple[Positions, FloatArray]:
        """Return the nearest passages and those of ``also``, with the cosine of their best unit.

        :param allowed: passages that pass the filters.
        :param filters: the filters themselves.
        :param limit: how many of the nearest.
        :param also: passages to compare whether near or not.
        """

    def close(self) -> None:
        """Let go of files and connections."""


class ExactSearch:
    """Compares the question with every unit."""

    def __init__(self, units: UnitVectors) -> None:
        self._units = units

    def search(
        self,
        vector: FloatArray,
        *,
        allowed: npt.NDArray[np.bool_],
        filters: Filters,
        limit: int,
        also: Positions,
    ) -> tuple[Positions, FloatArray]:
        """Return the nearest passages and those of ``also``, with the cosine of their best unit."""
        cosines = self._units.best_everywhere(vector)
        nearest = best_positions(np.where(allowed, cosines, -np.inf), limit)
        positions = np.union1d(nearest[allowed[nearest]], also)
        return positions, cosines[positions]

    def close(self) -> None:
        """Nothing to let go of."""


class ChromaSearch:
    """Asks Chroma, opened at the first question.

    :param units: vectors of the units, to score what Chroma found.
    :param folder: folder of the generation.
    :param url: Chroma server; empty: embedded.
    :param collection: name of the collection.
    :param positions: gives the positions of passages from their ids.
    :param check: refuses damaged files, before Chroma opens them.
    """

    def __init__(
        self,
        units: UnitVectors,
        *,
        folder: Path,
        url: str,
        collection: str,
        positions: Callable[[Sequence[str]], list[int]],
        check: Callable[[], None],
    ) -> None:
        self._units = units
        self._folder, self._url, self._name = folder, url, collection
        self._positions = positions
        self._check = check
        self._stack = ExitStack()
        self._lock = Lock()
        self._collection: Any = None

    def search(
        self,
        vector: FloatArray,
        *,
        allowed: npt.NDArray[np.bool_],
        filters: Filters,
        limit: int,
        also: Positions,
    ) -> tuple[Positions, FloatArray]:
        """Return the nearest passages and those of ``also``, with the cosine of their best unit."""
        nearest = self._nearest(vector, allowed, filters, limit)
        positions = np.union1d(nearest, also)
        return positions, self._units.best(vector, positions)

    def close(self) -> None:
        """Close the connection."""
        self._stack.close()
        self._collection = None

    def _nearest(
        self, vector: FloatArray, allowed: npt.NDArray[np.bool_], filters: Filters, limit: int
    ) -> Positions:
        """Return the nearest passages that pass the filters.

        Chroma lists all those that pass before it searches: among 100,000 passages, 0.25 s of processor when
        three in four do, 0.1 s when one in five does. To compare their units takes 0.03 s and less
        (docs/performance.md); a server does it with its own processor.
        """
        if not filters:
            return self._asked(vector, None, limit)
        share = np.count_nonzero(allowed) / len(allowed)
        if share >= _MOST:
            met = self._asked(vector, None, int(_MARGIN * limit / share))
            found = met[allowed[met]]
            if len(found) >= limit:
                return found[:limit]
        if self._url:
            return self._asked(vector, chroma_where(filters), limit)
        passing = np.flatnonzero(allowed)
        return passing[best_positions(self._units.best(vector, passing), limit)]

    def _asked(self, vector: FloatArray, where: dict[str, Any] | None, limit: int) -> Positions:
        """Return the passages that Chroma finds nearest."""
        with chroma.explained(self._folder, self._url):
            found = chroma.nearest(self._opened(), vector, where, limit)
            return np.array(self._positions(found), dtype=np.int64)

    def _opened(self) -> Any:
        with self._lock:
            if self._collection is None:
                self._check()
                with ExitStack() as stack:
                    opened = stack.enter_context(
                        chroma.client(self._folder, self._url, patience=_PATIENCE_S)
                    )
                    self._collection = opened.get_collection(self._name, embedding_function=None)
                    self._stack = stack.pop_all()
            return self._collection


def best_positions(scores: FloatArray, limit: int) -> Positions:
    """Return the positions of the highest scores, the highest first, ties by position."""
    if limit < len(scores):
        threshold = np.partition(scores, -limit)[-limit]
        kept = np.flatnonzero(scores >= threshold)
    else:
        kept = np.arange(len(scores))
    order = np.argsort(-scores[kept], kind="stable")
    best: Positions = kept[order][:limit].astype(np.int64)
    return best

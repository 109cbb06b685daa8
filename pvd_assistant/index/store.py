"""The index, open for questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from pvd_assistant.errors import IndexCorruptError, IndexMismatchError, IndexMissingError
from pvd_assistant.index import chroma, generation
from pvd_assistant.index.analysis import terms
from pvd_assistant.index.dense import ChromaSearch, DenseSearch, ExactSearch, UnitVectors
from pvd_assistant.index.embedder import Embedder, load_embedder
from pvd_assistant.index.filters import Facets, accepts, facets
from pvd_assistant.index.lexical import LexicalIndex, LexicalScores
from pvd_assistant.index.manifest import (
    Manifest,
    analysis_version,
    damaged_file,
    read_manifest,
)
from pvd_assistant.index.passages import FILE, DocumentRecord, PassageStore
from pvd_assistant.index.query import AnalysedQuery, analyse, corrected
from pvd_assistant.index.rerank import Shortlist, chances, features
from pvd_assistant.index.search import (
    CANDIDATES,
    RERANKED,
    Mode,
    Ranked,
    fuse,
    lexical_candidates,
    reordered,
)
from pvd_assistant.index.vectors import FloatArray, normalised
from pvd_assistant.messages import text as message
from pvd_assistant.model import Filters, Hit, Part, Passage
from pvd_assistant.settings import Settings

# Loading one of these takes a tenth of a second; the others are loaded at the first question.
_QUICK_MODELS = ("packaged", "static:")


class Index:
    """A generation of the index, read-only. Use :meth:`open`; safe to share between threads.

    :ivar manifest: what it was built from and with.
    """

    def __init__(self, folder: Path, manifest: Manifest, settings: Settings) -> None:
        self.manifest = manifest
        self._folder = folder
        self._settings = settings
        self._passages = PassageStore(folder / FILE)
        self._lexical = LexicalIndex(folder / "lexical", manifest.passages)
        self._units = UnitVectors(folder)
        self._groups = np.load(folder / "duplicates.npy", allow_pickle=False)
        self._dense = self._dense_search()
        self._allowed = lru_cache(maxsize=128)(self._passing)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the live index.

        :raises IndexMissingError: none was built.
        :raises IndexCorruptError: a file is missing or damaged.
        :raises IndexMismatchError: it was built with another model, format or store.
        :raises EmbeddingError: the embedding model cannot be loaded.
        """
        root = settings.index_dir
        folder = generation.current(root)
        if folder is None:
            raise IndexMissingError("index.missing", path=root)
        try:
            manifest = read_manifest(folder)
            _check(manifest, settings)
            damaged = damaged_file(folder, manifest)
            if damaged is not None:
                raise IndexCorruptError("index.corrupt", path=folder, reason=damaged)
            index = cls(folder, manifest, settings)
        except (OSError, ValueError, sqlite3.Error) as error:
            raise IndexCorruptError("index.corrupt", path=folder, reason=error) from error
        if settings.embedding.startswith(_QUICK_MODELS):
            index.embedder  # noqa: B018  a mismatch is told now, not at the first question
        return index

    def search(
        self,
        text: str,
        *,
        filters: Filters = Filters(),  # noqa: B008  immutable
        limit: int = 30,
        context: str = "",
        context_weight: float = 0.3,
        mode: Mode = "hybrid",
    ) -> list[Hit]:
        """Find the passages that answer a question, the best first.

        :param text: the question.
        :param filters: what the documents are limited to.
        :param limit: how many passages at most.
        :param context: earlier turns, or the rest of an e-mail.
        :param context_weight: weight of the context against the question.
        :param mode: ``"lexical"`` or ``"dense"`` to run one search only (the other's signal is 0).
        """
        allowed = self._allowed(filters)
        if not allowed.any():
            return []
        query = self.analyse(text)
        around = self.analyse(context, weight=context_weight) if context else None
        scores = self._by_words(query, around) if mode != "dense" else self._lexical.score(())
        if mode == "lexical":
            found = lexical_candidates(scores, allowed)
            none = np.zeros(len(found), dtype=np.float32)
            ranked = fuse(found, scores, none, groups=self._groups, limit=limit, mode=mode)
            return self._hits(ranked)
        vector = self._meaning(query, around, context_weight)
        ranked = self._fused(scores, vector, filters, max(limit, RERANKED), mode)
        if mode == "hybrid" and ranked:
            first = self._shortlist(ranked[:RERANKED], scores, vector)
            ranked = reordered(ranked, chances(first, query.slots, self._lexical))
        return self._hits(ranked[:limit])

    def shortlist(
        self,
        text: str,
        filters: Filters = Filters(),  # noqa: B008  immutable
    ) -> tuple[list[Passage], npt.NDArray[np.float64]]:
        """Return the passages that both searches put first and the features the second look sees.

        For fitting the second look; :meth:`search` answers questions.
        """
        query = self.analyse(text)
        scores, vector = self._by_words(query, None), self.embed_question(query.text)
        ranked = self._fused(scores, vector, filters, RERANKED)
        found = features(self._shortlist(ranked, scores, vector), query.slots, self._lexical)
        return [self._passages.passage(r.position) for r in ranked], found

    def _fused(
        self,
        scores: LexicalScores,
        vector: FloatArray,
        filters: Filters,
        limit: int,
        mode: Mode = "hybrid",
    ) -> list[Ranked]:
        """Rank the candidates of both searches by the mix of their scores."""
        allowed = self._allowed(filters)
        positions, cosines = self._dense.search(
            vector,
            allowed=allowed,
            filters=filters,
            limit=CANDIDATES,
            also=lexical_candidates(scores, allowed),
        )
        return fuse(positions, scores, cosines, groups=self._groups, limit=limit, mode=mode)

    def _hits(self, ranked: Sequence[Ranked]) -> list[Hit]:
        return [
            Hit(self._passages.passage(r.position), r.score, r.lexical, r.dense, r.coverage)
            for r in ranked
        ]

    def _shortlist(
        self, ranked: Sequence[Ranked], scores: LexicalScores, vector: FloatArray
    ) -> Shortlist:
        """Gather what the second look needs of the first passages."""
        positions = np.array([r.position for r in ranked], dtype=np.int64)
        return Shortlist(
            positions=positions,
            words=scores.score[positions],
            meaning=np.array([r.dense for r in ranked], dtype=np.float32),
            whole=self._units.whole(vector, positions),
            coverage=scores.coverage[positions],
            documents=self._passages.document_of[positions],
        )

    def analyse(self, text: str, *, weight: float = 1.0) -> AnalysedQuery:
        """Read a question word by word: forms of each word, acronyms, typing errors put right."""
        return analyse(text, self._lexical, weight=weight)

    def corrected(self, text: str) -> str:
        """Return a question with its shorthand spelled out and its typing errors put right."""
        return corrected(text, self._lexical)

    @property
    def documents(self) -> Mapping[str, DocumentRecord]:
        """Every document by id."""
        return self._passages.documents

    def parts(self, document_id: str) -> tuple[Part, ...]:
        """Return the pages or sections of a document; none for an unknown one."""
        return self._passages.parts(document_id)

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """Return the passages of a document in order; none for an unknown one."""
        return self._passages.passages_of(document_id)

    def unit_vectors(self, passage: Passage) -> FloatArray:
        """Return the vectors of the units of a passage, one a row, of length 1.

        :raises KeyError: the passage is not of this index.
        """
        return self._units.of(self._passages.position(passage.id))

    def embed_question(self, text: str) -> FloatArray:
        """Return the vector of a question, of length 1."""
        return self.embedder.embed_question(text)

    def idf(self, term: str) -> float:
        """Return how rare a stem is in the corpus."""
        return self._lexical.idf(term)

    def knows(self, word: str) -> bool:
        """Tell whether the corpus holds a word, in any of its forms (``False`` for a stop word)."""
        return any(self._lexical.knows(term) for term in terms(word))

    @property
    def outdated(self) -> bool:
        """Whether a newer index has been built: open it to answer from it."""
        try:
            return generation.current(self._settings.index_dir) != self._folder
        except IndexCorruptError:
            return True

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded once.

        :raises IndexMismatchError: it is not the one the index was built with.
        """
        loaded = load_embedder(self._settings)
        built = (self.manifest.model_version, self.manifest.dimension)
        if (loaded.version, loaded.dimension) != built:
            raise IndexMismatchError(
                "index.mismatch_model",
                built=f"{self.manifest.model} ({built[0]}, {built[1]} dimensions)",
                wanted=f"{loaded.name} ({loaded.version}, {loaded.dimension} dimensions)",
            )
        return loaded

    def close(self) -> None:
        """Close files and connections."""
        self._dense.close()
        self._passages.close()

    def __enter__(self) -> Self:
        """Use the index in a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the index."""
        self.close()

    def _by_words(self, query: AnalysedQuery, around: AnalysedQuery | None) -> LexicalScores:
        known = {slot.word for slot in query.slots}
        context = [s for s in around.slots if s.word not in known] if around else []
        return self._lexical.score(query.slots, context)

    def _meaning(
        self, query: AnalysedQuery, around: AnalysedQuery | None, weight: float
    ) -> FloatArray:
        vector = self.embed_question(query.text)
        if around is None:
            return vector
        both: FloatArray = normalised(vector + weight * self.embed_question(around.text))[0]
        return both

    def _dense_search(self) -> DenseSearch:
        url = self._settings.chroma_url
        if not url and len(self._units) <= self._settings.exact_search_limit:
            return ExactSearch(self._units)
        return ChromaSearch(
            self._units,
            folder=self._folder,
            url=url,
            collection=self.manifest.collection,
            positions=self._passages.positions,
            check=self._check_chroma,
        )

    def _check_chroma(self) -> None:
        if not self._settings.chroma_url:
            chroma.check_files(self._folder, self.manifest)

    def _passing(self, filters: Filters) -> npt.NDArray[np.bool_]:
        """Tell which passages pass the filters."""
        if not filters:
            return np.ones(self.manifest.passages, dtype=bool)
        passing = np.array([accepts(filters, found) for found in self._facets], dtype=np.bool_)
        return np.asarray(passing[self._passages.document_of])

    @cached_property
    def _facets(self) -> list[Facets]:
        return [facets(record.metadata) for record in self.documents.values()]


def _check(manifest: Manifest, settings: Settings) -> None:
    """Refuse an index that these settings or this version cannot use.

    :raises IndexMismatchError: saying what to run.
    """
    if manifest.analysis != analysis_version():
        versions = {"built": manifest.analysis, "wanted": analysis_version()}
        raise IndexMismatchError("index.mismatch_format", **versions)
    if manifest.model != settings.embedding:
        raise IndexMismatchError(
            "index.mismatch_model", built=manifest.model, wanted=settings.embedding
        )
    store = store_of(settings)
    if manifest.store != store:
        raise IndexMismatchError(
            "index.mismatch_store",
            built=message(f"index.store_{manifest.store}"),
            wanted=message(f"index.store_{store}"),
        )


def store_of(settings: Settings) -> str:
    """Return where the vectors are kept under these settings: ``"embedded"`` or ``"server"``."""
    return "server" if settings.chroma_url else "embedded"

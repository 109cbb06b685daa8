"""Write a generation of the index beside the live one, and sweep those that no longer serve."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pvd_assistant.index import chroma, generation
from pvd_assistant.index.codec import IndexedDocument
from pvd_assistant.index.dense import write_units
from pvd_assistant.index.duplicates import duplicate_groups
from pvd_assistant.index.embedder import Embedder
from pvd_assistant.index.lexical import PassageFields, write_lexical
from pvd_assistant.index.manifest import (
    FORMAT_VERSION,
    Manifest,
    analysis_version,
    corpus_digest,
    file_checks,
    reading_version,
)
from pvd_assistant.index.passages import FILE, write_passages
from pvd_assistant.index.store import store_of
from pvd_assistant.index.vectors import UnitRows
from pvd_assistant.model import VALIDATED_REPLY, Metadata, Passage
from pvd_assistant.settings import Settings


def write_generation(
    settings: Settings,
    documents: Iterable[IndexedDocument],
    vectors: Sequence[UnitRows],
    embedder: Embedder,
) -> None:
    """Write a complete generation and make it the live one.

    :param documents: all the documents, sorted by id; gone through several times.
    :param vectors: vectors of the units of all their passages, in order.
    :param embedder: the model that gave them.
    """
    folder = generation.create(settings.index_dir)
    collection = _collection(folder, settings)
    try:
        _write_files(folder, settings, documents, vectors)
        digests = {document.id: document.digest for document in documents}
        manifest = Manifest(
            format=FORMAT_VERSION,
            analysis=analysis_version(),
            reading=reading_version(),
            model=embedder.name,
            model_version=embedder.version,
            dimension=int(vectors[0].rows.shape[1]),
            store=store_of(settings),
            collection=collection,
            corpus=corpus_digest(digests),
            documents=len(digests),
            passages=_passages_of(vectors),
            units=sum(len(each.rows) for each in vectors),
            built=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            files=file_checks(folder),
        )
        manifest.write(folder)
        generation.publish(folder)
    except BaseException:
        generation.remove(folder)
        raise


def _write_files(
    folder: Path,
    settings: Settings,
    documents: Iterable[IndexedDocument],
    vectors: Sequence[UnitRows],
) -> None:
    def passages() -> Iterator[tuple[Passage, Metadata]]:
        return ((passage, d.metadata) for d in documents for passage in d.passages)

    write_passages(folder / FILE, documents)
    write_lexical(folder / "lexical", (_fields(p, metadata) for p, metadata in passages()))
    # A validated reply never hides the official passage that it repeats.
    texts = (None if m.kind == VALIDATED_REPLY else passage.text for passage, m in passages())
    np.save(folder / "duplicates.npy", duplicate_groups(texts))
    write_units(folder, vectors)
    means = (mean for each in vectors for mean in each.means())
    with chroma.client(folder, settings.chroma_url) as opened:
        collection = _collection(folder, settings)
        chroma.write(opened, collection, passages(), means, _passages_of(vectors))


def _passages_of(vectors: Sequence[UnitRows]) -> int:
    return sum(len(each.sizes) for each in vectors)


def sweep(settings: Settings, kept: Sequence[Path | None]) -> None:
    """Delete the generations that are not ``kept``, with their collections on the Chroma server."""
    for folder in generation.generations(settings.index_dir):
        if folder in kept:
            continue
        if settings.chroma_url:
            with chroma.client(folder, settings.chroma_url) as opened:
                chroma.delete(opened, _collection(folder, settings))
        generation.remove(folder)


def _collection(folder: Path, settings: Settings) -> str:
    """Name the collection of a generation: on a server, by the index's folder and the generation."""
    if not settings.chroma_url:
        return chroma.EMBEDDED_COLLECTION
    index = hashlib.sha256(str(folder.parent.resolve()).encode()).hexdigest()[:8]
    return f"pvd-{index}-{folder.name}"


def _fields(passage: Passage, metadata: Metadata) -> PassageFields:
    place = metadata.place
    around = [*metadata.partners, *metadata.themes, metadata.pillar or ""]
    if place:
        around += [*place.communes, place.departement or "", place.region or ""]
    return PassageFields(
        body=passage.text,
        title=" ; ".join((metadata.title, *passage.headings)),
        questions=passage.questions,
        partners=" ; ".join(around),
    )

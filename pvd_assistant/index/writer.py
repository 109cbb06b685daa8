"""Write a generation of the index beside the live one, and sweep those that no longer serve."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
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
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import VALIDATED_REPLY, Metadata, Passage
from pvd_assistant.settings import Settings


def write_generation(
    settings: Settings,
    documents: Sequence[IndexedDocument],
    vectors: list[FloatArray],
    embedder: Embedder,
) -> None:
    """Write a complete generation and make it the live one.

    :param documents: all the documents, sorted by id.
    :param vectors: vectors of the units of each of their passages, in order.
    :param embedder: the model that gave them.
    """
    folder = generation.create(settings.index_dir)
    collection = _collection(folder, settings)
    try:
        _write_files(folder, settings, documents, vectors)
        manifest = Manifest(
            format=FORMAT_VERSION,
            analysis=analysis_version(),
            reading=reading_version(),
            model=embedder.name,
            model_version=embedder.version,
            dimension=int(vectors[0].shape[1]),
            store=store_of(settings),
            collection=collection,
            corpus=corpus_digest({d.id: d.digest for d in documents}),
            documents=len(documents),
            passages=len(vectors),
            units=sum(map(len, vectors)),
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
    documents: Sequence[IndexedDocument],
    vectors: list[FloatArray],
) -> None:
    passages = [(p, d.metadata) for d in documents for p in d.passages]
    write_passages(folder / FILE, documents)
    write_lexical(folder / "lexical", (_fields(p, metadata) for p, metadata in passages))
    # A validated reply never hides the official passage that it repeats.
    replies = {at for at, (_, metadata) in enumerate(passages) if metadata.kind == VALIDATED_REPLY}
    np.save(folder / "duplicates.npy", duplicate_groups((p.text for p, _ in passages), replies))
    means = write_units(folder, vectors)
    with chroma.client(folder, settings.chroma_url) as opened:
        chroma.write(opened, _collection(folder, settings), passages, means)


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

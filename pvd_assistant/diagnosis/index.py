"""What questions are answered with: documents, model, index, Chroma."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pvd_assistant.diagnosis.check import Check, broken, warning, works
from pvd_assistant.errors import IndexCorruptError, PvdError
from pvd_assistant.french import french_date, french_number
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

#: How far ahead the clock of another machine may be.
_AHEAD = dt.timedelta(minutes=10)
#: Seconds that a server of embeddings has to answer.
_PATIENCE_S = 8.0
_NAMED = 3


def corpus(settings: Settings) -> Iterator[Check]:
    """Count the documents."""
    from pvd_assistant.corpus.catalogue import Catalogue

    count = french_number(len(Catalogue.of(settings).entries()))
    yield works("corpus", text("doctor.corpus_detail", count=count, path=settings.corpus_dir))


def model(settings: Settings) -> Iterator[Check]:
    """Load the embedding model, its checksums included; ask its server for a vector."""
    from pvd_assistant.index.embedder import load_embedder
    from pvd_assistant.index.embedder_server import ServerEmbedder

    embedder = load_embedder(settings)
    if isinstance(embedder, ServerEmbedder):
        embedder = ServerEmbedder(
            settings.embedding.partition(":")[2],
            url=settings.embedding_url,
            key=settings.embedding_key.get_secret_value(),
            tries=1,
            time_limit_s=_PATIENCE_S,
        )
    detail = text("doctor.model_detail", name=embedder.name, dimension=embedder.dimension)
    yield works("model", detail)


def index(settings: Settings) -> Iterator[Check]:
    """Open the index and ask it something; compare it with the documents."""
    from pvd_assistant.index.store import Index

    with Index.open(settings) as opened:
        opened.search("commune", limit=1, mode="lexical")
        built = dt.datetime.fromisoformat(opened.manifest.built)
        figures = {
            "documents": french_number(len(opened.documents)),
            "passages": french_number(opened.manifest.passages),
            "built": french_date(built.date()),
        }
        if built > dt.datetime.now(dt.UTC) + _AHEAD:
            detail = text("doctor.index_future", **figures)
            yield warning("index", detail, text("doctor.remedy_clock"))
        else:
            yield works("index", text("doctor.index_detail", **figures))
        yield _in_step(settings, {id_: found.digest for id_, found in opened.documents.items()})
        today = dt.date.today()
        past = [
            found.metadata.title
            for found in opened.documents.values()
            if found.metadata.valid_until is not None and found.metadata.valid_until < today
        ]
    if past:
        named = " ; ".join(past[:_NAMED])
        detail = text("doctor.past_detail", count=french_number(len(past)), named=named)
        yield warning("past", detail, text("doctor.remedy_past"))


def _in_step(settings: Settings, indexed: dict[str, str]) -> Check:
    """Compare what is indexed with what the folders hold."""
    from pvd_assistant.corpus.catalogue import Catalogue
    from pvd_assistant.index.builder import at_work

    present = {entry.id: entry.digest for entry in Catalogue.of(settings).entries()}
    gone = len(indexed.keys() - present.keys())
    new = sum(indexed.get(id_) != digest for id_, digest in present.items())
    if not gone and not new:
        return works("in_step", text("doctor.in_step_detail"))
    detail = text("doctor.out_of_step", new=french_number(new), gone=french_number(gone))
    if at_work(settings.index_dir):
        return works("in_step", text("doctor.out_of_step_for_now", said=detail))
    return warning("in_step", detail, text("doctor.remedy_out_of_step"))


def indexing(settings: Settings) -> Iterator[Check]:
    """Tell when the index is being written."""
    from pvd_assistant.index.builder import at_work

    if at_work(settings.index_dir):
        yield works("indexing", text("doctor.indexing_detail"))


def left_overs(settings: Settings) -> Iterator[Check]:
    """Look for what builds that were interrupted left behind."""
    from pvd_assistant.index import generation
    from pvd_assistant.index.builder import at_work

    if at_work(settings.index_dir):
        return  # what is half written is being written
    try:
        live = generation.current(settings.index_dir)
    except IndexCorruptError:
        return  # told already
    others = [path for path in generation.generations(settings.index_dir) if path != live]
    half = [path.name for path in others if not (path / "manifest.json").is_file()]
    if half:
        detail = text("doctor.left_over_detail", named=", ".join(half[:_NAMED]))
        yield warning("index_files", detail, text("doctor.remedy_left_over"))


def chroma_store(settings: Settings) -> Iterator[Check]:
    """Ask Chroma, embedded or not, how many passages it holds."""
    from pvd_assistant.index import chroma, generation
    from pvd_assistant.index.manifest import read_manifest

    where = settings.chroma_url or text("doctor.chroma_embedded")
    try:
        live = generation.current(settings.index_dir)
        manifest = read_manifest(live) if live is not None else None
    except (OSError, ValueError, PvdError):
        live = manifest = None
    if live is None or manifest is None:
        if settings.chroma_url:
            with chroma.client(settings.index_dir, settings.chroma_url, patience=_PATIENCE_S):
                pass
        yield works("chroma", text("doctor.chroma_empty", where=where))
        return
    if not settings.chroma_url:
        chroma.check_files(live, manifest, whole=True)
    with chroma.client(live, settings.chroma_url, patience=_PATIENCE_S) as opened:
        held = opened.get_collection(manifest.collection, embedding_function=None).count()
    figures = {"held": french_number(held), "wanted": french_number(manifest.passages)}
    if held == manifest.passages:
        yield works("chroma", text("doctor.chroma_detail", where=where, **figures))
    else:
        detail = text("doctor.chroma_differs", where=where, **figures)
        yield broken("chroma", detail, text("doctor.remedy_index_corrupt"))

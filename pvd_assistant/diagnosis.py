"""``pvd-assistant doctor``: what works, what does not, and why."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from pvd_assistant.errors import PvdError
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

_PACKAGES = (
    "pvd-assistant", "chromadb", "langchain", "sentence-transformers", "gradio", "pypdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    :ivar detail: what was found, or the reason why it does not work and the remedy.
    """

    name: str
    works: bool
    detail: str


def diagnose(settings: Settings) -> list[Check]:
    """Try every component, one after the other; none stops the next."""
    return [
        _check("cli.doctor_version", _versions),
        _check("cli.doctor_corpus", lambda: _corpus(settings)),
        _check("cli.doctor_model", lambda: _model(settings)),
        _check("cli.doctor_index", lambda: _index(settings)),
        _check("storage.doctor", lambda: _database(settings)),
        Check(
            text("cli.doctor_chroma"),
            True,
            settings.chroma_url or text("cli.doctor_chroma_embedded"),
        ),
        _check("cli.doctor_llm", lambda: _llm(settings)),
    ]


def _check(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(text(name), True, attempt())
    except PvdError as error:
        return Check(text(name), False, str(error))


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} —")
    return ", ".join(found)


def _corpus(settings: Settings) -> str:
    from pvd_assistant.corpus.catalogue import Catalogue

    count = len(Catalogue(settings.corpus_dir, settings).entries())
    return text("cli.doctor_corpus_detail", count=count, path=settings.corpus_dir)


def _model(settings: Settings) -> str:
    from pvd_assistant.index.embedder import load_embedder

    embedder = load_embedder(settings)
    return text("cli.doctor_model_detail", name=embedder.name, dimension=embedder.dimension)


def _llm(settings: Settings) -> str:
    from pvd_assistant.errors import LlmError
    from pvd_assistant.llm.server import choose, context_of, models

    if not settings.llm_url:
        return text("cli.doctor_llm_none")
    listed = models(settings)
    name = choose(settings, listed)
    if name not in {model.id for model in listed}:
        raise LlmError("llm.model_unknown", url=settings.llm_url, model=name)
    tokens = context_of(name, listed, settings)
    return text("cli.doctor_llm_detail", name=name, url=settings.llm_url, tokens=tokens)


def _index(settings: Settings) -> str:
    from pvd_assistant.index.store import Index

    index = Index.open(settings)
    try:
        index.search("commune", limit=1)
        passages = sum(record.passages for record in index.documents.values())
        return text(
            "cli.doctor_index_detail",
            documents=len(index.documents),
            passages=passages,
            built=index.manifest.built,
        )
    finally:
        index.close()


def _database(settings: Settings) -> str:
    from pvd_assistant.storage.database import Database

    database = Database(settings)
    try:
        revision = database.revision()
    finally:
        database.close()
    if revision is None:
        return text("storage.doctor_none", where=database.where)
    return text("storage.doctor_detail", where=database.where, revision=revision)

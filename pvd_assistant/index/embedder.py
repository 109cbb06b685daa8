"""From texts to vectors: one small interface, four implementations chosen by ``settings.embedding``.

==================  ==================================================  ==============
``packaged``        the French static model of the package              no download
``static:FOLDER``   any other static model, read the same way           no download
``st:NAME``         any sentence-transformers model, by name or path    torch
``openai:MODEL``    an OpenAI-compatible server                         network
==================  ==================================================  ==============
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.settings import Settings

PACKAGED_MODEL = Path(str(files("pvd_assistant"))) / "models" / "pvd-static-fr"


class Embedder(Protocol):
    """A model that gives vectors. The index remembers ``name``, ``version`` and ``dimension``."""

    @property
    def name(self) -> str:
        """The model as the settings name it."""

    @property
    def version(self) -> str:
        """What changes when the same name gives other vectors; ``""`` when nobody can tell."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 a text."""

    def embed_question(self, text: str) -> FloatArray:
        """Return the vector of a question, of length 1."""


def load_embedder(settings: Settings) -> Embedder:
    """Load the model the settings ask for.

    :raises EmbeddingError: the setting is unknown, or the model cannot be loaded.
    """
    kind, _, name = settings.embedding.partition(":")
    if settings.embedding == "packaged":
        return _packaged()
    if kind == "static" and name:
        from pvd_assistant.index.embedder_static import StaticEmbedder

        return StaticEmbedder(Path(name), name=settings.embedding)
    if kind == "st" and name:
        from pvd_assistant.index.embedder_sentence import SentenceEmbedder

        return SentenceEmbedder(
            name,
            query_prompt=settings.embedding_query_prompt,
            passage_prompt=settings.embedding_passage_prompt,
        )
    if kind == "openai" and name:
        from pvd_assistant.index.embedder_server import ServerEmbedder

        return ServerEmbedder(
            name,
            url=settings.embedding_url,
            key=settings.embedding_key.get_secret_value(),
            query_prompt=settings.embedding_query_prompt,
            passage_prompt=settings.embedding_passage_prompt,
        )
    raise EmbeddingError("embedding.unknown", spec=settings.embedding)


@cache
def _packaged() -> Embedder:
    """Load the package's own model, once for all that use it in this process."""
    from pvd_assistant.index.embedder_static import StaticEmbedder

    return StaticEmbedder(PACKAGED_MODEL, name="packaged")

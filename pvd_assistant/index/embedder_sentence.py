"""Any sentence-transformers model, by name or path (``st:…``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.index.vectors import FloatArray, normalised


class SentenceEmbedder:
    """A sentence-transformers model with its query and passage prompts.

    :param model: name on Hugging Face, or folder.
    :param query_prompt: text put before a question; empty: the model's own prompt.
    :param passage_prompt: text put before a passage; empty: the model's own prompt.
    :raises EmbeddingError: the model cannot be loaded.
    """

    def __init__(self, model: str, *, query_prompt: str = "", passage_prompt: str = "") -> None:
        self.name = f"st:{model}"
        self._prompts = {"prompt": query_prompt or None}, {"prompt": passage_prompt or None}
        self._model = _load(model)
        self.dimension = int(self._model.get_embedding_dimension())
        self.version = "|".join((_revision(self._model, model), query_prompt, passage_prompt))

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 a text."""
        if not texts:
            return normalised([[0.0] * self.dimension])[:0]
        return normalised(
            self._model.encode_document(list(texts), show_progress_bar=False, **self._prompts[1])
        )

    def embed_question(self, text: str) -> FloatArray:
        """Return the vector of a question, of length 1."""
        encoded = self._model.encode_query([text], show_progress_bar=False, **self._prompts[0])
        vector: FloatArray = normalised(encoded)[0]
        return vector


def _load(model: str) -> Any:
    """Load from this machine when it is there; only a model never seen before is downloaded."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer

    local = Path(model).is_dir()
    try:
        return SentenceTransformer(model, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        if local:
            raise EmbeddingError(
                "embedding.sentence_missing", name=model, reason=_first_line(error)
            ) from error
    try:
        return SentenceTransformer(model)
    except (OSError, ValueError, RuntimeError) as error:
        raise EmbeddingError(
            "embedding.sentence_missing", name=model, reason=_first_line(error)
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _revision(loaded: Any, model: str) -> str:
    """Tell the model's commit, or the names and sizes of a folder's weights."""
    folder = Path(model)
    if folder.is_dir():
        weights = sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("*.bin"))
        return ",".join(f"{w.relative_to(folder)}={w.stat().st_size}" for w in weights)
    config = getattr(getattr(loaded[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or "")

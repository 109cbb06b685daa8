"""A static model (one vector a token, averaged), read without torch: 0.1 s instead of 8 s.

The folder is an ordinary sentence-transformers one (``modules.json``, a ``StaticEmbedding`` and perhaps
a ``Normalize`` module); ``SentenceTransformer(folder)`` gives the same vectors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.index.vectors import FloatArray, normalised

_KNOWN_MODULES = ("StaticEmbedding", "Normalize")


class StaticEmbedder:
    """A static sentence-transformers model.

    :param folder: the model's folder.
    :param name: how the settings name it.
    :raises EmbeddingError: a file is missing or unreadable, or the model is of another sort.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        self.name = name
        modules = _module_folder(folder)
        tokenizer, weights = modules / "tokenizer.json", modules / "model.safetensors"
        for path in (tokenizer, weights):
            if not path.is_file():
                raise EmbeddingError("embedding.static_missing", path=folder, name=path.name)
        self._tokenizer = _tokenizer(folder, tokenizer)
        self._weights = _weights(folder, weights)
        self._prompts = _prompts(folder)
        self.dimension = int(self._weights.shape[1])
        self.version = _digest((tokenizer, weights))

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 a text."""
        return self._embed([self._prompts["document"] + text for text in texts])

    def embed_question(self, text: str) -> FloatArray:
        """Return the vector of a question, of length 1."""
        vector: FloatArray = self._embed([self._prompts["query"] + text])[0]
        return vector

    def _embed(self, texts: list[str]) -> FloatArray:
        means = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        for row, encoding in enumerate(encodings):
            if encoding.ids:
                means[row] = self._weights[encoding.ids].mean(axis=0)
        return normalised(means) if texts else means


def _module_folder(folder: Path) -> Path:
    """Find the folder of the StaticEmbedding module."""
    listing = folder / "modules.json"
    if not listing.is_file():
        raise EmbeddingError("embedding.static_missing", path=folder, name=listing.name)
    try:
        modules = json.loads(listing.read_text(encoding="utf-8"))
        paths = {str(module["type"]).rpartition(".")[2]: module["path"] for module in modules}
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    for module in paths:
        if module not in _KNOWN_MODULES:
            raise EmbeddingError("embedding.static_unsupported", path=folder, module=module)
    if "StaticEmbedding" not in paths:
        raise EmbeddingError("embedding.static_missing", path=folder, name="StaticEmbedding")
    return folder / str(paths["StaticEmbedding"])


def _tokenizer(folder: Path, path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    # tokenizers raises a bare Exception on a malformed file: nothing narrower exists.
    except Exception as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    tokenizer.no_padding()
    return tokenizer


def _weights(folder: Path, path: Path) -> FloatArray:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        weights = load_file(path)["embedding.weight"]
    except (SafetensorError, KeyError, OSError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    return np.asarray(weights, dtype=np.float32)


def _prompts(folder: Path) -> dict[str, str]:
    """Read the model's own prompts, as ``encode_query`` and ``encode_document`` would use them."""
    path = folder / "config_sentence_transformers.json"
    found = (
        json.loads(path.read_text(encoding="utf-8")).get("prompts", {}) if path.is_file() else {}
    )
    passage = next((found[n] for n in ("document", "passage", "corpus") if found.get(n)), "")
    return {"query": found.get("query") or "", "document": passage}


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

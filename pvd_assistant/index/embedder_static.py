"""A static model (one vector a token, averaged), read without torch: 0.1 s instead of 8 s.

The folder is an ordinary sentence-transformers one (``modules.json``, a ``StaticEmbedding`` and perhaps
a ``Normalize`` module); ``SentenceTransformer(folder)`` gives the same vectors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
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
    :raises EmbeddingError: a file is missing, unreadable or not the one that ``checksums.json`` names, or
        the model is of another sort.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        self.name = name
        modules = _module_folder(folder)
        tokenizer, weights = modules / "tokenizer.json", modules / "model.safetensors"
        read = {path: _read(folder, path) for path in (tokenizer, weights)}
        _check(folder, read)
        self._tokenizer = _tokenizer(folder, read[tokenizer])
        self._weights = _weights(folder, read[weights])
        self._prompts = _prompts(folder)
        self.dimension = int(self._weights.shape[1])
        self.version = _digest(read.values())

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
    try:
        modules = json.loads(_read(folder, folder / "modules.json"))
        paths = {str(module["type"]).rpartition(".")[2]: module["path"] for module in modules}
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    for module in paths:
        if module not in _KNOWN_MODULES:
            raise EmbeddingError("embedding.static_unsupported", path=folder, module=module)
    if "StaticEmbedding" not in paths:
        raise EmbeddingError("embedding.static_missing", path=folder, name="StaticEmbedding")
    return folder / str(paths["StaticEmbedding"])


def _read(folder: Path, path: Path) -> bytes:
    if not path.is_file():
        raise EmbeddingError("embedding.static_missing", path=folder, name=path.name)
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=reason) from error


def _check(folder: Path, read: Mapping[Path, bytes]) -> None:
    """Compare the files with the model's list of checksums, when it has one."""
    listing = folder / "checksums.json"
    if not listing.is_file():
        return
    try:
        known = json.loads(_read(folder, listing))
        wanted = {path: known[path.relative_to(folder).as_posix()] for path in read}
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    for path, checksum in wanted.items():
        if hashlib.sha256(read[path]).hexdigest() != checksum:
            raise EmbeddingError("embedding.static_altered", path=folder, name=path.name)


def _tokenizer(folder: Path, raw: bytes) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(raw)
    # tokenizers raises a bare Exception on a malformed file: nothing narrower exists.
    except Exception as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    tokenizer.no_padding()
    return tokenizer


def _weights(folder: Path, raw: bytes) -> FloatArray:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        weights = load(raw)["embedding.weight"]
    except (SafetensorError, KeyError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    return np.asarray(weights, dtype=np.float32)


def _prompts(folder: Path) -> dict[str, str]:
    """Read the model's own prompts, as ``encode_query`` and ``encode_document`` would use them."""
    path = folder / "config_sentence_transformers.json"
    try:
        found = json.loads(_read(folder, path)).get("prompts", {}) if path.is_file() else {}
        passage = next((found[n] for n in ("document", "passage", "corpus") if found.get(n)), "")
    except (ValueError, AttributeError) as error:
        raise EmbeddingError("embedding.static_unreadable", path=folder, reason=error) from error
    return {"query": found.get("query") or "", "document": passage}


def _digest(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]

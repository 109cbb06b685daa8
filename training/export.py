"""Writes the model as a folder that sentence-transformers loads, and that numpy can read without it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from training.tokenizer import save_tokenizer

STATIC = "0_StaticEmbedding"
NORMALIZE = "1_Normalize"
_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": STATIC,
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": NORMALIZE,
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]


def rounded(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the weights with half-precision values, kept as float32.

    Stored as float32 because an empty text makes sentence-transformers divide 0 by 0 in float16; the
    rounding lets the wheel's compression take the file back to nearly half its size.
    """
    return weights.astype(np.float16).astype(np.float32)


def export(
    folder: Path, tokenizer: Tokenizer, weights: npt.NDArray[np.float32], version: str
) -> None:
    """Write the model's folder.

    :param folder: created if it does not exist.
    :param weights: one row per piece of the tokenizer.
    :param version: written in ``config_sentence_transformers.json``; part of the index's identity.
    """
    static, normalize = folder / STATIC, folder / NORMALIZE
    static.mkdir(parents=True, exist_ok=True)
    normalize.mkdir(exist_ok=True)
    save_tokenizer(tokenizer, static / "tokenizer.json")
    save_file({"embedding.weight": rounded(weights)}, static / "model.safetensors")
    (static / "model.safetensors").chmod(0o644)  # safetensors writes it for its owner only
    _write_json(normalize / "config.json", {"module_input_name": "sentence_embedding"})
    _write_json(folder / "modules.json", _MODULES)
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "prompts": {},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
            "pvd_version": version,
        },
    )
    _write_json(folder / "checksums.json", checksums(folder))


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the files that determine the vectors."""
    names = (f"{STATIC}/model.safetensors", f"{STATIC}/tokenizer.json")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

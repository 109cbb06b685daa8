"""A real server of models, `transformers serve`, with a model of a few thousand random weights.

It speaks the protocol as its authors wrote it, streaming included; what it writes is noise, and must never be shown.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.llm.server import models
from pvd_assistant.model import Answer, Statement
from pvd_assistant.settings import Settings

pytestmark = pytest.mark.slow

_QUESTION = "Qui paie le poste de chef de projet, et combien ?"
_PATIENCE = 120


def _make_model(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    letters = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        ["Le poste est financé."],
        trainers.BpeTrainer(
            vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=letters
        ),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.chat_template = (
        "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: "
    )
    fast.save_pretrained(folder)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(fast),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=32_768,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    ).save_pretrained(folder)


@pytest.fixture(scope="module")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and model of a running server."""
    pytest.importorskip("accelerate")
    folder = tmp_path_factory.mktemp("model")
    _make_model(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    root, limit = f"http://127.0.0.1:{port}", time.monotonic() + _PATIENCE
    while time.monotonic() < limit and server.poll() is None:
        try:
            if httpx.get(f"{root}/health", timeout=2).is_success:
                break
        except httpx.TransportError:
            time.sleep(0.3)
    yield f"{root}/v1", str(folder)
    server.terminate()
    server.wait(20)


@pytest.fixture
def written(sample_settings: Settings, model_server: tuple[str, str]) -> Settings:
    """Settings with that server, and an answer short enough to be waited for."""
    url, model = model_server
    more = {"llm_url": url, "llm_model": model, "llm_answer_tokens": 50}
    return sample_settings.model_copy(update=more)


def test_its_models_are_listed(written: Settings) -> None:
    assert written.llm_model in {model.id for model in models(written)}


def test_noise_is_never_shown_and_the_answer_of_the_documents_stays(
    written: Settings, assistant: Assistant
) -> None:
    plain = assistant.ask(_QUESTION)
    given = list(Assistant(written).stream(_QUESTION))
    answer = given[-1]
    assert isinstance(answer, Answer)
    assert all(isinstance(piece, Statement) for piece in given[:-1])
    assert answer.engine == "extractive"
    assert answer.answer == plain.answer
    assert any("n’a pas pu être vérifié" in warning for warning in answer.warnings)

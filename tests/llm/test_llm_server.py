"""What `doctor` says of the server of the language model."""

import pytest
from scripted_llm import ScriptedLlm

from pvd_assistant.diagnosis import Check, diagnose
from pvd_assistant.llm.server import context_of, models
from pvd_assistant.settings import Settings, load_settings


def _check(settings: Settings) -> Check:
    return next(c for c in diagnose(settings) if c.name == "Modèle de langage")


def test_without_a_server_nothing_is_wrong(sample_settings: Settings) -> None:
    check = _check(sample_settings)

    assert check.works
    assert "aucun" in check.detail


def test_the_model_and_what_it_reads_are_told(sample_settings: Settings, llm: ScriptedLlm) -> None:
    llm.says("Oui.")
    check = _check(
        sample_settings.model_copy(update={"llm_url": llm.url, "llm_model": "petit-modele"})
    )

    assert check.works
    assert "petit-modele" in check.detail
    assert "8192" in check.detail
    assert not llm.asked  # no question is spent on it


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"llm_model": "alias-oublie"}, "PVD_LLM_MODEL"),
        ({"llm_key": "fausse"}, "PVD_LLM_KEY"),
        ({"llm_url": "http://127.0.0.1:9/v1"}, "PVD_LLM_URL"),
        ({"llm_url": "pas une adresse"}, "PVD_LLM_URL"),
    ],
)
def test_what_is_wrong_comes_with_the_setting_to_change(
    llm: ScriptedLlm, more: dict, said: str
) -> None:
    llm.says("Oui.")
    check = _check(load_settings(**({"llm_url": llm.url, "llm_model": "petit-modele"} | more)))

    assert not check.works
    assert said in check.detail
    assert "fausse" not in check.detail


@pytest.mark.parametrize(
    ("row", "setting", "tokens"),
    [
        ({"max_model_len": 32768}, 0, 32768),  # vLLM
        ({"max_context_length": 128000}, 16000, 16000),  # Albert, limited by the setting
        ({"max_model_len": 8192}, 16000, 8192),
        ({}, 0, 4096),  # Ollama, Mistral: nothing is said
        ({}, 16000, 16000),
    ],
)
def test_what_a_model_reads_is_what_the_server_says_within_the_setting(
    llm: ScriptedLlm, row: dict, setting: int, tokens: int
) -> None:
    llm.will({"text": ""}, models={"object": "list", "data": [{"id": "m"} | row]})
    settings = load_settings(llm_url=llm.url, llm_model="m", llm_context_tokens=setting)

    assert context_of("m", models(settings), settings) == tokens


def test_the_context_of_llama_cpp_is_read_beside_the_api(llm: ScriptedLlm) -> None:
    llm.will({"text": ""}, models={"data": [{"id": "m"}]}, props={"n_ctx": 6000})
    settings = load_settings(llm_url=llm.url, llm_model="m")

    assert context_of("m", models(settings), settings) == 6000

"""The adapter, against a real server process: good, slow, cut, malformed, busy, refusing, unknown model."""

import logging
import time

import pytest
from scripted_llm import ScriptedLlm

from pvd_assistant.errors import LlmError
from pvd_assistant.llm.client import ChatClient, Messages
from pvd_assistant.settings import Settings, load_settings

_KEY = "sk-tres-secret-0123"
_QUESTION = "Qui paie le poste de Madame Durand ?"


def _settings(llm: ScriptedLlm, **more: object) -> Settings:
    given = {"llm_url": llm.url, "llm_key": _KEY, "llm_model": "petit-modele", "llm_timeout_s": 5}
    return load_settings(**(given | more))


def _compose(room: int) -> Messages:
    return Messages("Réponds.", f"{_QUESTION} {'a' * max(0, room - 200)}")


def _ask(settings: Settings, pauses: list[float] | None = None) -> tuple[str, str]:
    client = ChatClient(settings, pause=(pauses if pauses is not None else []).append)
    completion = client.complete(_compose)
    return completion.model, "".join(completion.pieces)


def _fails(settings: Settings) -> LlmError:
    with pytest.raises(LlmError) as caught:
        _ask(settings)
    return caught.value


def test_gives_the_words_as_they_come(llm: ScriptedLlm) -> None:
    llm.says("L’État paie 75 % du poste.", size=3)

    completion = ChatClient(_settings(llm)).complete(_compose)
    pieces = list(completion.pieces)

    assert completion.model == "petit-modele"
    assert len(pieces) > 3
    assert "".join(pieces) == "L’État paie 75 % du poste."


def test_sends_what_every_server_accepts(llm: ScriptedLlm) -> None:
    llm.says("Oui.")

    _ask(_settings(llm))
    asked = llm.asked[0]

    assert asked["path"] == "/v1/chat/completions"
    assert asked["headers"]["authorization"] == f"Bearer {_KEY}"
    assert asked["body"]["max_tokens"] == 700
    assert "max_completion_tokens" not in asked["body"]
    assert asked["body"]["temperature"] == 0
    assert [m["role"] for m in asked["body"]["messages"]] == ["system", "user"]


def test_takes_the_first_model_that_writes_text_when_none_is_named(llm: ScriptedLlm) -> None:
    llm.says("Oui.")

    assert _ask(_settings(llm, llm_model=""))[0] == "petit-modele"


def test_a_stream_without_done_is_whole_when_it_says_why_it_stopped(llm: ScriptedLlm) -> None:
    llm.says("Oui, à 75 %.", no_done=True)

    assert _ask(_settings(llm))[1] == "Oui, à 75 %."


def test_waits_as_long_as_the_server_asks_then_succeeds(llm: ScriptedLlm) -> None:
    llm.will({"status": 429, "headers": {"Retry-After": "2"}}, {"text": "Oui."})
    pauses: list[float] = []

    assert _ask(_settings(llm), pauses)[1] == "Oui."
    assert pauses == [2.0]


def test_does_not_wait_longer_than_the_answer_is_waited_for(llm: ScriptedLlm) -> None:
    llm.will({"status": 429, "headers": {"Retry-After": "600"}})

    assert _fails(_settings(llm)).code == "llm.busy"
    assert len(llm.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_tries_again_when_the_server_breaks_down(llm: ScriptedLlm, status: int) -> None:
    llm.will({"status": status}, {"text": "Oui."})
    pauses: list[float] = []

    assert _ask(_settings(llm), pauses)[1] == "Oui."
    assert pauses == [0.5]


def test_gives_up_after_a_few_tries(llm: ScriptedLlm) -> None:
    llm.will({"status": 503})

    assert _fails(_settings(llm)).code == "llm.down"
    assert len(llm.asked) == 3


@pytest.mark.parametrize(
    "failure", [{"status": 429}, {"status": 503}, {"only_model": "modele-de-repli", "text": "Oui."}]
)
def test_asks_the_fallback_model(llm: ScriptedLlm, failure: dict) -> None:
    answer = {"only_model": "modele-de-repli", "text": "Oui."}
    llm.will(failure, failure, failure, answer) if "status" in failure else llm.will(answer)

    model, text = _ask(_settings(llm, llm_fallback_model="modele-de-repli"))

    assert (model, text) == ("modele-de-repli", "Oui.")


def test_an_unknown_model_is_not_asked_twice(llm: ScriptedLlm) -> None:
    llm.will({"only_model": "autre", "text": "Oui."})

    error = _fails(_settings(llm))

    assert error.code == "llm.model_unknown"
    assert "petit-modele" in str(error)
    assert len(llm.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_again_nor_shown(llm: ScriptedLlm, status: int) -> None:
    llm.will({"status": status, "body": {"error": {"message": f"Incorrect API key: {_KEY}"}}})

    error = _fails(_settings(llm, llm_fallback_model="modele-de-repli"))

    assert error.code == "llm.key_refused"
    assert len(llm.asked) == 1
    assert _KEY not in f"{error}{error.values}"


def test_halves_the_text_when_it_is_too_long_for_the_server(llm: ScriptedLlm) -> None:
    llm.will({"status": 422, "body": {"detail": "too many tokens"}}, {"text": "Oui."})

    assert _ask(_settings(llm))[1] == "Oui."
    first, second = (len(a["body"]["messages"][1]["content"]) for a in llm.asked)
    assert second < 0.6 * first


def test_puts_the_instructions_with_the_data_for_a_model_without_system_message(
    llm: ScriptedLlm,
) -> None:
    llm.will({"status": 400, "body": {"error": "System role not supported"}}, {"text": "Oui."})

    assert _ask(_settings(llm))[1] == "Oui."
    assert [m["role"] for m in llm.asked[1]["body"]["messages"]] == ["user"]
    assert llm.asked[1]["body"]["messages"][0]["content"].startswith("Réponds.")


def test_stops_asking_for_a_count_of_tokens_where_it_is_refused(llm: ScriptedLlm) -> None:
    refusal = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]}
    llm.will({"status": 422, "body": refusal}, {"text": "Oui."})

    assert _ask(_settings(llm))[1] == "Oui."
    assert "stream_options" in llm.asked[0]["body"]
    assert "stream_options" not in llm.asked[1]["body"]


def test_learns_how_much_a_model_reads_from_what_the_server_counts(llm: ScriptedLlm) -> None:
    llm.says("Oui.")
    client = ChatClient(_settings(llm))
    rooms: list[int] = []

    def compose(room: int) -> Messages:
        rooms.append(room)
        return _compose(room)

    for _ in range(2):
        "".join(client.complete(compose).pieces)

    assert rooms[0] < 8192 * 3
    assert rooms[1] > rooms[0]  # the server counts four characters a token, not three


def test_a_smaller_context_than_the_server_says_is_kept(llm: ScriptedLlm) -> None:
    llm.says("Oui.")

    _ask(_settings(llm, llm_context_tokens=2000))

    assert len(llm.told) < 2000 * 3


@pytest.mark.parametrize(
    "reply",
    [
        {"raw": ["{pas du json"]},
        {"raw": ['{"id": "x", "choices": null}']},
        {"raw": ['{"id": "x", "choices": "non"}']},
        {"raw": ["[]"]},
        {"raw": ['{"id": "x", "choices": []}']},
        {"text": ""},
    ],
)
def test_an_unreadable_or_empty_answer_is_an_error(llm: ScriptedLlm, reply: dict) -> None:
    llm.will(reply)

    assert _fails(_settings(llm)).code in ("llm.malformed", "llm.empty", "llm.cut", "llm.down")


def test_a_connection_lost_on_the_way_is_an_error(llm: ScriptedLlm) -> None:
    llm.says("Le poste est financé à 75", cut=True)

    with pytest.raises(LlmError) as caught:
        _ask(_settings(llm))

    assert caught.value.code == "llm.cut"


@pytest.mark.parametrize("reply", [{"wait": 3, "text": "Oui."}, {"comments": 60, "text": "Oui."}])
def test_a_silent_or_chattering_server_is_not_waited_for(llm: ScriptedLlm, reply: dict) -> None:
    llm.will(reply)
    start = time.monotonic()

    assert _fails(_settings(llm, llm_timeout_s=1)).code == "llm.timeout"
    assert time.monotonic() - start < 2.5


def test_the_next_question_does_not_wait_for_the_same_silence(llm: ScriptedLlm) -> None:
    llm.will({"wait": 3, "text": "Oui."})
    client = ChatClient(_settings(llm, llm_timeout_s=1))

    codes = []
    for _ in range(2):
        with pytest.raises(LlmError) as caught:
            client.complete(_compose)
        codes.append(caught.value.code)

    assert codes == ["llm.timeout", "llm.resting"]
    assert len(llm.asked) == 1


def test_nobody_listening_is_told_at_once(llm: ScriptedLlm) -> None:
    settings = load_settings(llm_url="http://127.0.0.1:9/v1", llm_model="m")

    assert _fails(settings).code == "llm.unreachable"


def test_neither_question_nor_key_is_logged_even_in_full_detail(
    llm: ScriptedLlm, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    llm.will({"status": 503}, {"text": "Oui."})

    _ask(_settings(llm))

    assert _KEY not in caplog.text
    assert "Durand" not in caplog.text


def test_the_environment_does_not_send_questions_elsewhere(
    llm: ScriptedLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from langchain_core.tracers.langchain import LangChainTracer

    traced: list[object] = []
    monkeypatch.setattr(LangChainTracer, "on_chat_model_start", lambda *_, **__: traced.append(1))
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "x")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "true")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    llm.says("Oui.")

    assert _ask(_settings(llm))[1] == "Oui."
    assert len(llm.asked) == 1
    assert not traced


def test_without_a_url_nothing_of_langchain_openai_is_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import pvd_assistant.answer.assistant; "
        "sys.exit(any(name in sys.modules for name in ('langchain_openai', 'openai', 'tiktoken')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

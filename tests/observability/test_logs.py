"""Logs as whoever runs the service reads them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from pvd_assistant.errors import SettingsError
from pvd_assistant.observability import logs, request_id
from pvd_assistant.settings import Settings, load_settings

Configure = Callable[[Settings], io.StringIO]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Configures the logs as in a fresh process; gives what is written to stderr."""
    root = logging.getLogger()
    before, level = [*root.handlers], root.level

    def configure(settings: Settings) -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr("sys.stderr", stream)
        root.handlers.clear()
        logs.configure(settings)
        return stream

    yield configure
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger(logs.ACCESS).setLevel(logging.NOTSET)


def test_json_logs_are_one_object_a_line_even_with_a_traceback(configured: Configure) -> None:
    written = configured(Settings(log_format="json"))
    with request_id.during("r-42"):
        try:
            raise ValueError("première\nligne")
        except ValueError:
            logging.getLogger("pvd_assistant.x").exception("Écrit\nsur deux lignes")
    logging.getLogger("pvd_assistant.y").warning("Seul", extra={"route": "/api/ask"})

    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["level"], first["logger"]) == ("ERROR", "pvd_assistant.x")
    assert first["message"] == "Écrit\nsur deux lignes"
    assert first["request_id"] == "r-42"
    assert "ValueError" in first["exc_info"]
    assert first["time"].startswith("20")
    assert (second["request_id"], second["route"]) == ("-", "/api/ask")


def test_text_logs_are_lines_with_the_id_of_the_request(configured: Configure) -> None:
    written = configured(Settings())
    with request_id.during("r-42"):
        logging.getLogger("pvd_assistant.x").warning("Dit")
    assert written.getvalue().endswith(" WARNING pvd_assistant.x [r-42] Dit\n")


def test_the_access_log_is_written_when_it_is_asked_for(configured: Configure) -> None:
    written = configured(Settings(access_log=True))
    logging.getLogger(logs.ACCESS).info("GET /")
    logging.getLogger("pvd_assistant.x").info("bavardage")
    assert "GET /" in written.getvalue()
    assert "bavardage" not in written.getvalue()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_secret_that_a_library_quotes_is_hidden(configured: Configure, kind: str) -> None:
    settings = Settings(
        log_format=kind,  # type: ignore[arg-type]
        llm_key=SecretStr('cle-"citee"-du-modele'),
        database_url=SecretStr("postgresql://pvd:mot%40de%2Fpasse@localhost/base"),
    )
    written = configured(settings)
    try:
        raise ValueError('refusé : cle-"citee"-du-modele')
    except ValueError:
        logging.getLogger("bibliotheque").exception("mot@de/passe ou mot%40de%2Fpasse")
    said = written.getvalue()
    for secret in ("citee", "mot@de", "mot%40de"):
        assert secret not in said
    assert said.count("***") >= 3


def test_a_level_is_read_whatever_its_case_and_a_wrong_one_is_named() -> None:
    assert load_settings(log_level="info").log_level == "INFO"
    with pytest.raises(SettingsError, match="log_level"):
        load_settings(log_level="bavard")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "é", '"><script>'])
def test_an_id_that_cannot_be_written_anywhere_is_replaced(given: str) -> None:
    name = request_id.accepted(given)
    assert name != given
    assert len(name) == 32
    assert request_id.accepted("proxy-7f.3_b") == "proxy-7f.3_b"

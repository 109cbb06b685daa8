"""A Chroma server that is down, slow, emptied or lying: one line, and the service finds it again."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pvd_assistant.errors import IndexingError
from pvd_assistant.index import chroma, dense
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.web.service import Service

QUESTION = "Qui paie le chef de projet ?"


@pytest.fixture(scope="module")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            Path(sys.executable).with_name("chroma"), "run",
            "--path", tmp_path_factory.mktemp("chroma"),
            "--host", "127.0.0.1", "--port", str(port),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait()


class Between(ThreadingHTTPServer):
    """Stands before the server and does what it is told: ``pass``, ``mute``, ``garbage``, ``foreign``…"""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = port
        self.does = "pass"
        self.only = ""
        self.freed = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = self.rfile.read(length)
        does = self.server.does if self.server.only in self.path else "pass"
        if does == "mute":
            self.server.freed.wait(60)
            self.close_connection = True
            return
        status, body = (500, b"oops") if does == "failing" else self._behind(asked)
        if does == "garbage":
            status, body = 200, b"<html>Bienvenue</html>"
        elif does == "list":
            status, body = 200, b"[]"
        elif does == "foreign" and "/query" in self.path:
            found = json.loads(body)
            found["ids"] = [[f"autre#{n}:0-9" for n in range(len(found["ids"][0]))]]
            body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _behind(self, asked: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request(self.command, self.path, asked, headers)
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815  as http.server wants them

    def log_message(self, *arguments: object) -> None:
        """Keep the tests quiet."""


@pytest.fixture
def between(chroma_port: int) -> Iterator[Between]:
    server = Between(chroma_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.freed.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings(sample_settings: Settings, between: Between, tmp_path: Path) -> Settings:
    shutil.copytree(sample_settings.corpus_dir / "offres", tmp_path / "corpus" / "offres")
    settings = load_settings(
        corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index", chroma_url=between.url
    )
    build(settings)
    return settings


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "_READ_S", 1.0)
    monkeypatch.setattr(dense, "_PATIENCE_S", 1.0)


@pytest.mark.parametrize("opened_before", [False, True])
@pytest.mark.parametrize("does", ["mute", "failing", "garbage", "list", "foreign"])
def test_questions_are_told_what_is_wrong_and_answered_again(
    settings: Settings, between: Between, does: str, opened_before: bool
) -> None:
    service = Service(settings)
    assistant = service.assistant()
    if opened_before:
        assert assistant.ask(QUESTION).citations
    between.does = does
    start = time.monotonic()

    with pytest.raises(IndexingError) as refused:
        assistant.ask(QUESTION)

    assert time.monotonic() - start < 20
    assert "\n" not in str(refused.value)
    assert between.url in str(refused.value)
    assert "PVD_CHROMA_URL" in str(refused.value) or "--rebuild" in str(refused.value)
    between.does = "pass"
    between.freed.set()
    assert service.assistant().ask(QUESTION).citations


@pytest.mark.parametrize("does", ["mute", "failing", "garbage", "list"])
def test_an_index_is_not_built_on_a_server_that_fails_and_the_old_one_stays(
    settings: Settings, between: Between, does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = settings.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
    before = (settings.index_dir / "CURRENT").read_text()
    between.does = does

    with pytest.raises(IndexingError) as refused:
        build(settings)

    assert between.url in str(refused.value)
    assert (settings.index_dir / "CURRENT").read_text() == before
    between.does = "pass"
    between.freed.set()
    with Index.open(settings) as index:
        assert index.search(QUESTION)
    assert build(settings).changed == ["offres/ort"]


def test_a_server_that_lost_everything_is_filled_again(
    settings: Settings, chroma_port: int
) -> None:
    import chromadb

    service = Service(settings)
    assert service.assistant().ask(QUESTION).citations
    with Index.open(settings) as index:
        name = index.manifest.collection
    chromadb.HttpClient("127.0.0.1", chroma_port).delete_collection(name)

    with pytest.raises(IndexingError, match="pvd-assistant index --rebuild"):
        service.assistant().ask(QUESTION)

    build(settings, rebuild=True)
    assert service.assistant().ask(QUESTION).citations

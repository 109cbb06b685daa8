"""A real server, its logs at their most talkative, its figures and its traces: no word of what is asked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.client import Client

from pvd_assistant.settings import Settings

#: Words that nothing but these questions would say, written as a visitor writes them.
RARE = ("Quatrebarbes", "zyrtologue", "wolfenbuttel")
QUESTION = "Qui paie le poste de chef de projet pour Mme {} ?"


@dataclass
class Watched:
    """A server and all that it says of itself."""

    web: httpx.Client
    log: Path
    traces: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def watched(
    sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    root = tmp_path_factory.mktemp("discreet")
    traces: list[bytes] = []
    collector = _collector(traces)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PVD_")}
    environment |= {
        "PVD_CORPUS_DIR": str(sample_settings.corpus_dir),
        "PVD_INDEX_DIR": str(sample_settings.index_dir),
        "PVD_DATA_DIR": str(root / "data"),
        "PVD_LOG_LEVEL": "DEBUG",
        "PVD_ACCESS_LOG": "true",
        "PVD_METRICS": "true",
        "PVD_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
    }
    command = [sys.executable, "-m", "pvd_assistant", "serve", "--port", str(port)]
    with (root / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as web:
                _wait(web)
                yield Watched(web, root / "log", traces)
        finally:
            server.terminate()
            server.wait(30)
            collector.shutdown()
            collector.server_close()


def _collector(received: list[bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _wait(web: httpx.Client) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if web.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError


def chat(web: httpx.Client, question: str) -> str:
    """Ask as the page does: an event is sent, then read as it comes."""
    config = web.get("/config").json()
    names = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
    asking = next(
        one
        for one in config["dependencies"]
        if any(
            (names.get(target), event) == ("question", "submit") for target, event in one["targets"]
        )
    )
    sent = {"fn_index": asking["id"], "session_hash": "discret"}
    data = [question, None, *([[]] * (len(asking["inputs"]) - 3)), ""]
    web.post("/gradio_api/queue/join", json=sent | {"data": data}).raise_for_status()
    with web.stream("GET", "/gradio_api/queue/data", params={"session_hash": "discret"}) as events:
        return "".join(events.iter_text())


def call(watched: Watched, tool: str, arguments: dict[str, str]) -> Any:
    async def exchange() -> Any:
        async with Client(f"{watched.web.base_url}/mcp".replace("//mcp", "/mcp")) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(exchange)


def test_no_face_writes_what_it_was_asked(watched: Watched) -> None:
    web = watched.web
    asked = [QUESTION.format(word) for word in RARE]
    assert "75" in chat(web, asked[0]), "it is answered"
    for question in asked:
        answer = web.post("/api/ask", json={"question": question, "history": []}).json()
        opinion = {"answer": answer | {"id": "a"}, "useful": False, "share_question": True}
        given = web.post("/api/feedback", json=opinion | {"comment": f"Dit par {RARE[1]}"})
        assert given.status_code in (200, 201, 204), given.text
        assert web.get("/api/search", params={"q": question}).json()["total"] > 0
        web.get("/api/communes", params={"q": RARE[2]})
        web.get("/api/projects", params={"q": RARE[1]})
        messages = {"messages": [{"role": "user", "content": question}], "model": "pvd"}
        assert web.post("/v1/chat/completions", json=messages).status_code in (200, 404)
        web.post("/v1/chat/completions", json=messages | {"stream": True})
        assert web.get("/pratiques", params={"q": question}).status_code == 200
        web.get("/pratiques/comparables", params={"commune": RARE[1]})
        web.get("/pratiques/export.csv", params={"q": RARE[0]})
        web.get(f"/sources/{RARE[0]}/{RARE[1]}", params={"n": RARE[2]})
        web.get(f"/nulle-part/{RARE[0]}")
        web.post("/api/ask", json={"question": [question], RARE[0]: RARE[1]})
        web.post("/api/ask", content=f'{{"question": "{question}'.encode())
        web.post(
            "/equipe/connexion", data={"identifiant": f"{RARE[0]}@x.fr", "mot_de_passe": RARE[1]}
        )
        assert not call(watched, "ask", {"question": question}).is_error
        call(watched, "search", {"q": question})
        call(watched, "projects", {"q": RARE[1]})

    said = [watched.log.read_text("utf-8", "replace"), web.get("/metrics").text]
    deadline = time.monotonic() + 30
    while not any(b"pvd.answer" in body for body in watched.traces) and time.monotonic() < deadline:
        time.sleep(0.2)
    said += [body.decode("utf-8", "replace") for body in watched.traces]
    assert "GET /api/search 200" in said[0], "the log is on"
    assert "DEBUG" in said[0], "at its most talkative"
    assert "pvd_answer_seconds" in said[1]
    assert any("pvd.answer" in body for body in said[2:])
    assert [word for word in RARE for text in said if _holds(text, word)] == []


def _holds(text: str, word: str) -> bool:
    plain = text.casefold()
    return word.casefold() in plain or json.dumps(word)[1:-1].casefold() in plain

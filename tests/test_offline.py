"""Nothing leaves the machine: what indexing, answering and serving ask of the network is listened to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pvd_assistant.settings import Settings

#: Told of every name that is looked up and of every address that is called, whichever library does it.
_LISTENING = """
import ipaddress, json, sys
called = []

def here(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "", None)

def listen(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if not here(host):
        called.append([event, host])

sys.addaudithook(listen)
"""
_WORK = """
from pathlib import Path
from fastapi.testclient import TestClient
from pvd_assistant import Assistant, Settings
from pvd_assistant.index.builder import build
from pvd_assistant.web.app import create_app

settings = Settings(**{name: Path(path) for name, path in json.loads(sys.argv[1]).items()})
build(settings)
assistant = Assistant(settings)
status = assistant.ask("Qui paie le poste de chef de projet ?").status
with TestClient(create_app(settings, assistant), client=("127.0.0.1", 5000)) as web:
    pages = [web.get(path).status_code for path in ("/", "/pratiques", "/ready", "/health")]
print(json.dumps({"status": status, "pages": pages, "called": called}))
"""
_PHONING = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.01)
except OSError:
    pass
print(json.dumps({"called": called}))
"""


def _run(code: str, folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", _LISTENING + code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_indexing_answering_and_serving_call_nobody(
    sample_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "ANONYMIZED_TELEMETRY"):
        monkeypatch.delenv(name, raising=False)
    folders = {"corpus_dir": str(sample_settings.corpus_dir)}
    folders |= {name: str(tmp_path / name) for name in ("index_dir", "data_dir")}
    said = _run(_WORK, tmp_path, json.dumps(folders))
    assert said == {"status": "answered", "pages": [200, 200, 200, 200], "called": []}


def test_a_call_would_be_heard(tmp_path: Path) -> None:
    called = _run(_PHONING, tmp_path)["called"]
    assert ["socket.connect", "192.0.2.1"] in called  # type: ignore[operator]

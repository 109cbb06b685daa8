import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from pvd_assistant.web.server import ServerError, address, listen


@pytest.fixture
def taken():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        yield busy.getsockname()[1]


def test_a_taken_port_is_named_with_the_remedy(taken):
    with pytest.raises(ServerError) as caught:
        listen("127.0.0.1", taken)
    assert f"Le port {taken}" in str(caught.value)
    assert f"--port {taken + 1}" in str(caught.value)
    assert caught.value.exit_status == 1


def test_an_address_of_another_machine_is_named(taken):
    with pytest.raises(ServerError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 8000)


def test_the_address_shown_can_be_typed():
    assert address("0.0.0.0", 7860) == "http://localhost:7860/"
    assert address("::1", 80) == "http://[::1]:80/"
    assert address("assistant.local", 80) == "http://assistant.local:80/"


def test_visitors_wait_while_the_server_prepares():
    with listen("127.0.0.1", 0) as waiting, socket.socket() as visitor:
        visitor.connect(waiting.getsockname())


@pytest.mark.parametrize(
    "module", ["pvd_assistant", "pvd_assistant.web", "pvd_assistant.web.server"]
)
def test_importing_the_package_loads_nothing_heavy(module):
    code = (
        f"import sys, {module}; "
        "heavy = {'gradio', 'fastapi', 'uvicorn', 'torch', 'chromadb'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def settled_health(port):
    """Return the report of a server that cannot answer, once it no longer starts."""
    report = {"status": "starting"}
    deadline = time.monotonic() + 60
    while report["status"] == "starting" and time.monotonic() < deadline:
        with pytest.raises(urllib.error.HTTPError) as health:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60)
        report = json.loads(health.value.read())
    return report


def test_the_command_serves_says_where_and_stops_when_interrupted(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pvd_assistant", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--index", str(tmp_path / "none")],
        cwd=tmp_path,
        env=os.environ | {"PVD_DATA_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = server.stderr.readline()
        assert f"http://localhost:{port}/" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            assert "Assistant du Club" in page.read().decode()
        assert "pvd-assistant index" in settled_health(port)["message"]
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert "Traceback" not in server.stderr.read()
    finally:
        server.kill()
        server.wait()
        server.stderr.close()

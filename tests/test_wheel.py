"""The wheel alone, in an empty folder: installed without the repository, it prepares, indexes, answers, serves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from pvd_assistant.version import package_version

REPOSITORY = Path(__file__).parent.parent
#: What is enough to build the wheel.
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "corpus", "pvd_assistant")

pytestmark = pytest.mark.slow


@dataclass
class Installed:
    """A virtual environment that holds the wheel, and an empty folder to work in."""

    bin: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.bin / "pvd-assistant", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {**kept, "PATH": f"{self.bin}:/usr/bin:/bin", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: building leaves files beside its sources."""
    copied = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, copied / name, ignore=ignored)
        else:
            shutil.copy(source, copied / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    build.append("-C--build-option=--compression=stored")  # the model takes seconds to compress
    done = subprocess.run([*build, "."], cwd=copied, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = (copied / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own; its dependencies are read where they are installed already."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([*pip, *offline, wheel], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    # Files that lead elsewhere (.pth) are not followed from there: the repository stays out of reach.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Installed(place / "bin", tmp_path_factory.mktemp("work"))


def test_the_wheel_holds_the_documents_and_nothing_of_the_repository(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = "pvd_assistant/data/corpus/"
    carried = {name.removeprefix(inside) for name in names if name.startswith(inside)}
    corpus = REPOSITORY / "corpus"
    expected = {
        path.relative_to(corpus).as_posix()
        for path in corpus.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert carried == expected
    for needed in ("data/messages/cli.yaml", "data/web/templates/base.html", "py.typed"):
        assert f"pvd_assistant/{needed}" in names
    assert {name.partition("/")[0] for name in names} == {
        "pvd_assistant",
        f"pvd_assistant-{package_version()}.dist-info",
    }


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    missing = [
        path
        for path in (REPOSITORY / "pvd_assistant").rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.relative_to(REPOSITORY).as_posix() not in names
    ]
    assert missing == []


def test_from_an_empty_folder_to_a_server_that_is_ready(installed: Installed) -> None:
    where = "import pvd_assistant; print(pvd_assistant.__file__)"
    python = subprocess.run(
        [installed.bin / "python", "-c", where], capture_output=True, text=True, check=True
    )
    assert str(installed.bin.parent) in python.stdout
    assert installed.run("--version").stdout == f"pvd-assistant {package_version()}\n"

    first = installed.run("ask", "Qui paie le chef de projet ?")
    assert (first.returncode, "pvd-assistant index" in first.stderr) == (1, True)

    assert installed.run("init").returncode == 0
    kept = ("offres", "territoires")  # enough to answer, and quick to index
    for folder in (installed.folder / "corpus").iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)
    indexed = installed.run("index")
    assert indexed.returncode == 0, indexed.stderr
    asked = installed.run("ask", "Qui paie le poste de chef de projet ?", "--json")
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered", asked.stderr
    assert answer["citations"][0]["document"].startswith("offres/")

    _serves(installed)


def _serves(installed: Installed) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [installed.bin / "pvd-assistant", "serve", "--port", str(port)],
        cwd=installed.folder,
        env=installed.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        report = _ready(f"http://127.0.0.1:{port}/ready")
        assert report["version"] == package_version()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            assert "Assistant du Club" in page.read().decode()
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.wait()


def _ready(address: str) -> dict[str, object]:
    """Return the report of a server once it is ready."""
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as report:
                ready: dict[str, object] = json.loads(report.read())
                return ready
        except (ConnectionError, urllib.error.URLError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)

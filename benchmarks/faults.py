"""Kill real processes at random moments, again and again, and look at what is left.

    python -m benchmarks.faults index --rounds 30
    python -m benchmarks.faults server --rounds 10

The tests run the same thing a few times (``tests/faults``). Moments are drawn from ``--seed``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import colleague
from pvd_assistant.index.builder import build
from pvd_assistant.index.generation import generations
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings, load_settings

REPOSITORY = Path(__file__).parents[1]
QUESTION = "Qui paie le poste de chef de projet ?"
#: Seconds that a server has to keep its first opinions and texts.
_PATIENCE_S = 60
_COMMAND = [sys.executable, "-m", "pvd_assistant"]
#: Opinions come without end, and the colleague is alone.
_SERVED = {"PVD_API_RATE_LIMIT": "0", "PVD_HELPDESK_SECOND_READER": "0"}
_OPINION = {
    "answer": {"id": "", "status": "answered", "family": "offer", "engine": "x", "citations": []},
    "useful": True,
}


@dataclass(slots=True)
class Outcome:
    """What a series of kills showed.

    :ivar killed: processes that were killed before they ended.
    :ivar kept: opinions that a server said to have kept, and that were looked for.
    :ivar drafted: the same of texts of replies.
    :ivar sent: the same of replies noted as sent.
    :ivar problems: what should not have been seen; empty when all is well.
    """

    rounds: int = 0
    killed: int = 0
    kept: int = 0
    drafted: int = 0
    sent: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = "\n".join(self.problems) or "nothing lost, nothing left over"
        kept = f"{self.kept} opinions and {self.drafted} texts kept, {self.sent} replies sent"
        return f"{self.rounds} rounds, {self.killed} killed before the end, {kept}\n{said}"


def kill_indexing(settings: Settings, rounds: int, seed: int = 1) -> Outcome:
    """Kill ``pvd-assistant index`` ``rounds`` times; each time the old index must answer.

    :param settings: folders of a corpus whose documents may be changed, and of its index.
    """
    outcome, draw = Outcome(), random.Random(seed)
    build(settings)
    changed = sorted(settings.corpus_dir.rglob("*.md"))[0]
    took = _index(settings, changed, 0, None)
    for number in range(1, rounds + 1):
        outcome.rounds += 1
        # Nothing is written while Python starts: moments are drawn from what follows.
        moment = draw.uniform(took * 0.3, took)
        outcome.killed += _index(settings, changed, number, moment) < 0
        try:
            with Index.open(settings) as index:
                if not index.search(QUESTION):
                    outcome.problems.append(f"round {number}: nothing is found any more")
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            outcome.problems.append(f"round {number}: {error!r}")
        if len(generations(settings.index_dir)) > 3:
            outcome.problems.append(f"round {number}: generations pile up")
    build(settings)
    build(settings)
    with Index.open(settings) as index:
        (document,) = [d for d in index.documents.values() if d.path.endswith(changed.name)]
        if f"Tour numéro {rounds}." not in "".join(p.text for p in index.parts(document.id)):
            outcome.problems.append("the next run did not index the last change")
    left = sorted(path.name for path in settings.index_dir.iterdir())
    if len(generations(settings.index_dir)) > 1 or len(left) > 4:
        outcome.problems.append(f"left over: {', '.join(left)}")
    return outcome


def _index(settings: Settings, changed: Path, number: int, moment: float | None) -> float:
    """Change a document and index; return the seconds it took, -1 when it was killed on the way."""
    text = changed.read_text("utf-8").partition("\nTour numéro")[0]
    changed.write_text(f"{text}\nTour numéro {number}.\n", "utf-8")
    rebuild = ["--rebuild"] if number % 2 else []
    folders = ["--corpus", settings.corpus_dir, "--index", settings.index_dir]
    start = time.monotonic()
    process = subprocess.Popen(
        [*_COMMAND, "index", *rebuild, *map(str, folders)],
        env=os.environ | {"PVD_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
    )
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return -1
    return time.monotonic() - start


def kill_server(settings: Settings, rounds: int, seed: int = 1) -> Outcome:
    """Kill the server ``rounds`` times while it answers, keeps opinions, and a colleague drafts and sends.

    Every opinion, request and text that it said to have kept must be in the database, whole.

    :param settings: ``data_dir`` and ``index_dir`` of a service that is ready.
    """
    outcome, draw = Outcome(), random.Random(seed)
    opinions: set[str] = set()
    desk = colleague.Desk()
    colleague.make_account(settings)
    for number in range(1, rounds + 1):
        outcome.rounds += 1
        server = _Server(settings)
        try:
            if not server.wait_until_ready():
                outcome.problems.append(f"round {number}: the server does not start")
                return outcome
            clients = [
                threading.Thread(target=server.send_opinions, args=(f"{number}-{n}", opinions))
                for n in range(3)
            ]
            clients.append(threading.Thread(target=server.ask))
            drafting = colleague.Colleague(server.address, f"r{number}", desk)
            clients.append(threading.Thread(target=drafting.work))
            for client in clients:
                client.start()
            given, sent = len(opinions) + 3, len(desk.closed) + 1
            end = time.monotonic() + _PATIENCE_S
            while time.monotonic() < end and (len(opinions) < given or len(desk.closed) < sent):
                time.sleep(0.01)
            time.sleep(draw.uniform(0, 1))
            outcome.killed += server.kill()
            for client in clients:
                client.join()
        finally:
            server.kill()
        said = _damage(settings, opinions, desk) + desk.problems
        outcome.problems += [f"round {number}: {problem}" for problem in said]
        desk.problems.clear()
    outcome.kept = len(opinions)
    outcome.drafted, outcome.sent = len(desk.kept), len(desk.closed)
    return outcome


def _damage(settings: Settings, opinions: set[str], desk: colleague.Desk) -> list[str]:
    """Return what is wrong with the database."""
    connection = sqlite3.connect(settings.data_dir / "pvd.sqlite")
    try:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        held = {row[0] for row in connection.execute("SELECT answer FROM opinions")}
        wrong = colleague.damage(connection, desk)
    finally:
        connection.close()
    lost = sorted(opinions - held)
    return [sound] * (sound != "ok") + [f"{len(lost)} opinions lost"] * bool(lost) + wrong


class _Server:
    """``pvd-assistant serve`` in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        folders = ["--index", settings.index_dir, "--corpus", settings.corpus_dir]
        self._process = subprocess.Popen(
            [*_COMMAND, "serve", "--port", str(port), *map(str, folders)],
            env=os.environ | _SERVED | {"PVD_DATA_DIR": str(settings.data_dir)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY,
        )

    def wait_until_ready(self, seconds: float = 90) -> bool:
        """Wait until questions can be answered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=5):
                    return True
            except OSError:
                time.sleep(0.1)
        return False

    def send_opinions(self, name: str, kept: set[str]) -> None:
        """Send opinions until the server is gone; those it said to have kept are added to ``kept``."""
        number = 0
        while self._send("/api/feedback", _opinion(f"{name}-{number}")):
            kept.add(f"{name}-{number}")
            number += 1

    def ask(self) -> None:
        """Ask questions until the server is gone."""
        while self._send("/api/ask", {"question": QUESTION}):
            pass

    def kill(self) -> bool:
        """End it without warning; tell whether it was still running."""
        running = self._process.poll() is None
        self._process.kill()
        self._process.wait()
        return running

    def _send(self, path: str, body: dict[str, object]) -> bool:
        request = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                response.read()
            return True
        except (OSError, ValueError, urllib.error.HTTPError):
            return False


def _opinion(name: str) -> dict[str, object]:
    answer = {**_OPINION["answer"], "id": name}  # type: ignore[dict-item]
    return {**_OPINION, "answer": answer}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one series in a folder of its own and print what it showed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("index", "server"))
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=REPOSITORY / "corpus")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(given.corpus, root / "corpus")
        settings = load_settings(
            corpus_dir=root / "corpus", index_dir=root / "index", data_dir=root / "data"
        )
        build(settings)
        run = kill_indexing if given.what == "index" else kill_server
        outcome = run(settings, given.rounds, given.seed)
    print(outcome)
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""``pvd-assistant serve`` in a process of its own, and what it uses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[1]


class Served:
    """A server of this machine, on a port of its own; what it writes is in ``log``.

    :param data: folder of its database; its own, so that nothing of the service is touched.
    :param settings: more environment variables.
    """

    def __init__(
        self, index: Path, corpus: Path, data: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        folders = ["--index", str(index.absolute()), "--corpus", str(corpus.absolute())]
        self.log = data / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pvd_assistant", "serve", "--port", str(port), *folders],
                env=os.environ | {"PVD_DATA_DIR": str(data)} | dict(settings or {}),
                stdout=log,
                stderr=log,
                cwd=REPOSITORY,
            )
        self._seen = psutil.Process(self.process.pid)

    def wait_until_ready(self, seconds: float = 90) -> bool:
        """Wait until questions can be answered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/ready", timeout=5):
                    return True
            except OSError:
                time.sleep(0.1)
        return False

    def memory_mb(self) -> float:
        """Return its resident memory."""
        resident: int = self._seen.memory_info().rss
        return resident / 2**20

    def processor_s(self) -> float:
        """Return the processor time it has used, all its threads together."""
        used = self._seen.cpu_times()
        return float(used.user + used.system)

    def kill(self) -> bool:
        """End it without warning; tell whether it was still running."""
        running = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        return running

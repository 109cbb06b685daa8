"""A process of ours that opens documents: it answers in lines of JSON, and ends when it is told to."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pvd_assistant

#: Memory a process that opens documents may take.
MEMORY = 3 << 30


class Process:
    """A Python process: what it is sent, what it says, and its end.

    :param arguments: after ``python -P``.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        package = str(Path(pvd_assistant.__file__).parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-P", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": package, "PYTHONIOENCODING": "utf-8"},
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, line: str) -> None:
        """Write a line to it.

        :raises OSError: it has ended.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def line(self, limit: float) -> bytes:
        """Return the next line that it says.

        :param limit: how long it may take, in seconds.
        :raises TimeoutError: it takes longer.
        :raises EOFError: it has ended.
        """
        try:
            line = self._lines.get(timeout=limit)
        except queue.Empty:
            raise TimeoutError from None
        if not line:
            raise EOFError
        return line

    def stop(self) -> None:
        """End it, whatever it is doing."""
        assert self._process.stdin is not None
        self._process.kill()
        self._thread.join()
        self._process.wait()
        try:
            self._process.stdin.close()
        except OSError:  # it never read what it was sent
            return

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout:
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(b"")


def limit_resources() -> None:
    """Bound what this process may do: memory, and no file written."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

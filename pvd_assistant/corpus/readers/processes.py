"""A process of ours that opens documents: it answers in lines of JSON, and ends when it is told to."""

from __future__ import annotations

import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pvd_assistant

#: Memory a process that opens documents may take.
MEMORY = 3 << 30
#: What it is told of the environment, where the service has its keys: how to start, how files are named.
_TOLD = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONUTF8", "LANG", "LC_ALL",
    "LC_CTYPE", "SYSTEMROOT",
)  # fmt: skip


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
            env=_environment() | {"PYTHONPATH": package, "PYTHONIOENCODING": "utf-8"},
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


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _TOLD if name in os.environ}


def limit_resources() -> None:
    """Bound what this process may do: memory, and no file written."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow(seconds: float) -> None:
    """Let this process compute for so long from now on: the system ends it then.

    Whoever started it ends it sooner; this holds when that one is stuck.
    """
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(time.process_time() + seconds) + 1
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, most))


@contextmanager
def ended_with_its_parent() -> Iterator[None]:
    """Let the system end this process as soon as the one that started it is gone, even amid a loop in C.

    The standard input closes then, which SIGIO tells, and nothing handles: nothing may be sent meanwhile.
    ``PR_SET_PDEATHSIG`` would end it with the thread that started it, which a kept process outlives.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such signal
        yield
        return
    sent = sys.stdin.fileno()
    flags = fcntl.fcntl(sent, fcntl.F_GETFL)
    fcntl.fcntl(sent, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sent, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([sent], [], [], 0)[0]:  # it was gone before
        sys.exit()
    try:
        yield
    finally:
        fcntl.fcntl(sent, fcntl.F_SETFL, flags)

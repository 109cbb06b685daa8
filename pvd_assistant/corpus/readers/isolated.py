"""Reads a document in a process of its own, within limits of time and memory: see ``worker``.

A process is kept for the next document: starting one takes longer than reading most of them.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.processes import Process
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Block, Part
from pvd_assistant.settings import Settings

WORKER = ["-m", "pvd_assistant.corpus.readers.worker"]
#: A document may take as long as this many pages of a PDF, once the process runs.
_PAGES = 6
_START = 30.0
#: A process is kept this long without a document; it ends by itself soon after.
_IDLE = 20.0
#: A process that read more bytes than this is not kept: what they took stays taken.
_LARGE = 1_000_000

_lock = threading.Lock()
_kept: list[tuple[float, Process]] = []
if hasattr(os, "register_at_fork"):  # two owners would mix what the process says
    os.register_at_fork(after_in_child=_kept.clear)


def read(path: Path, module: str, settings: Settings) -> tuple[Part, ...]:
    """Return what the reader ``module`` finds in a file.

    :raises DocumentError: it cannot be read, takes too long or too much memory.
    """
    process = _take() or Process(WORKER)
    limit = _START + _PAGES * settings.page_timeout_s
    asked = [os.path.abspath(path), module, settings.max_file_mb, limit]  # noqa: PTH100
    kept = False
    try:
        process.send(json.dumps(asked))
        answer = json.loads(process.line(limit))
        kept = path.stat().st_size <= _LARGE
    except TimeoutError as error:
        raise DocumentError("corpus.too_slow", path=path) from error
    except (EOFError, OSError) as error:
        raise DocumentError("corpus.too_heavy", path=path) from error
    finally:
        _keep(process) if kept else process.stop()
    if "error" in answer:
        raise DocumentError(answer["error"], **answer["values"] | {"path": path})
    return tuple(_part(data) for data in answer["parts"])


def _part(data: list[Any]) -> Part:
    index, text, blocks, page, label = data
    found = tuple(Block(a, b, kind, tuple(above), header) for a, b, kind, above, header in blocks)
    return Part(index, text, found, page, label)


def _take() -> Process | None:
    """Return a process that was kept and still runs."""
    with _lock:
        since, process = _kept.pop() if _kept else (0.0, None)
    if process is not None and time.monotonic() - since > _IDLE:
        process.stop()
        return None
    return process


def _keep(process: Process) -> None:
    with _lock:
        if not _kept:
            _kept.append((time.monotonic(), process))
            return
    process.stop()


@atexit.register
def stop() -> None:
    """End the process that was kept."""
    with _lock:
        while _kept:
            _kept.pop()[1].stop()

"""Indexes in the background of a server what was changed, one run at a time, in a process of its own."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pvd_assistant
from pvd_assistant.errors import IndexLockedError, LibraryError, PvdError, StorageError
from pvd_assistant.library import trash, uploads
from pvd_assistant.library.jobs import Jobs, utc_now
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

#: Told of: steps done, steps in all, what is being done; without steps, only that the work goes on.
Tell = Callable[[int, int, str], None]
#: Brings the index up to date and returns what came of it.
Run = Callable[[Settings, bool, Tell], str]

#: Seconds between two looks at the queue, which another server may have filled.
_IDLE = 5.0
#: Seconds between two signs of life of a job.
_BEAT = 2.0
_RETRY = dt.timedelta(seconds=5)
_SWEEP = dt.timedelta(hours=1)
_COMMAND = ("-P", "-m", "pvd_assistant.library.indexing")

_log = logging.getLogger(__name__)


class Worker:
    """Takes the jobs of the queue one after the other.

    :param run: does the work, replaced by the tests.
    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        run: Run | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._database = database
        self._jobs = Jobs(database, now)
        self._run = run or self._run_aside
        self._now = now
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None
        self._swept: dt.datetime | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work as long as the block lasts, unless the settings leave that to another server."""
        if self._settings.library_worker:
            self._thread = threading.Thread(target=self._loop, name="indexing", daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._awake.set()
            if self._thread is not None:
                self._thread.join()

    def wake(self) -> None:
        """Look at the queue now."""
        self._awake.set()

    def step(self) -> bool:
        """Do the job that is due; tell whether there was one.

        :raises StorageError: the database cannot be reached or written.
        """
        job = self._jobs.claim()
        if job is None:
            return False
        try:
            message = self._run(
                self._settings, job.purge, lambda *far: self._jobs.beat(job.id, *far)
            )
        except IndexLockedError as error:
            self._jobs.postpone(job.id, self._now() + _RETRY, str(error))
        except _StoppedError:
            self._jobs.postpone(job.id, self._now(), "")
        except StorageError:
            raise  # the silence of the job tells that it stopped: it is done again
        except PvdError as error:
            _log.warning("%s", error)
            self._jobs.fail(job.id, str(error))
        else:
            self._jobs.finish(job.id, message)
        return True

    def _loop(self) -> None:
        while not self._stopping.is_set():
            busy = False
            try:
                self._sweep()
                busy = self._exists() and self.step()
            except (PvdError, OSError) as error:
                _log.warning("%s", error)
            if not busy:
                self._awake.wait(_IDLE)
                self._awake.clear()

    def _exists(self) -> bool:
        """Tell whether there is a database: looking for work does not make one."""
        return self._database.revision() is not None

    def _sweep(self) -> None:
        """Delete, from time to time, what is kept no longer."""
        moment = self._now()
        if self._swept is None or moment - self._swept >= _SWEEP:
            self._swept = moment
            uploads.sweep(self._settings, moment)
            trash.sweep(self._settings, moment)

    def _run_aside(self, settings: Settings, purge: bool, tell: Tell) -> str:
        """Run :mod:`pvd_assistant.library.indexing` and follow what it says."""
        with _process(settings, purge) as lines:
            while not self._stopping.is_set():
                try:
                    said = lines.get(timeout=_BEAT)
                except queue.Empty:
                    tell(0, 0, "")
                    continue
                if said is None:
                    raise LibraryError("library.job_died")
                if "at" in said:
                    tell(said["at"], said["of"], said["label"])
                elif "done" in said:
                    return str(said["done"])
                elif "locked" in said:
                    raise IndexLockedError("library.job_locked")
                else:
                    raise LibraryError("library.job_failed", reason=said["failed"])
        raise _StoppedError


class _StoppedError(Exception):
    """The server stops before the job is done."""


@contextmanager
def _process(settings: Settings, purge: bool) -> Iterator[queue.Queue[dict[str, Any] | None]]:
    """Start the process and give what it says, ``None`` at its end; it never outlives the block."""
    package = str(Path(pvd_assistant.__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, *_COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": package, "PYTHONIOENCODING": "utf-8"},
    )
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    thread = threading.Thread(target=_follow, args=(process, lines), daemon=True)
    thread.start()
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as sent:
            sent.write(json.dumps({"settings": _told(settings), "purge": purge}).encode())
        yield lines
    finally:
        process.kill()
        thread.join()
        process.wait()


def _follow(process: subprocess.Popen[bytes], lines: queue.Queue[dict[str, Any] | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a library that prints
            if isinstance(said, dict):
                lines.put(said)
    lines.put(None)


def _told(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON-ready data, passwords in clear."""
    told: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        told[name] = str(value) if isinstance(value, Path) else value
    return told

"""The process that indexes: ``python -m pvd_assistant.library.indexing``, run by the server beside itself.

Reading and embedding would slow the answers down in the server's own process. The settings come on
standard input, for they hold passwords; one JSON object a line goes out: how far it is, then what came of
it. Should the server die, the next line cannot be written and this process ends; the index is not harmed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import closing
from typing import Any

from pvd_assistant.errors import IndexLockedError, PvdError, StorageError
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.library.listing import keep_checks
from pvd_assistant.library.refresh import refresh
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

#: Seconds between two lines at least.
_BEAT = 0.5
#: How far this process yields to those that answer questions.
_NICENESS = 10

_log = logging.getLogger(__name__)


def main() -> None:
    """Index, and say what came of it."""
    given = json.load(sys.stdin)
    settings = Settings(**given["settings"])
    logging.basicConfig(level=settings.log_level, stream=sys.stderr)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        said = {"done": index(settings, purge=given["purge"])}
    except IndexLockedError as error:
        said = {"locked": str(error)}
    except PvdError as error:
        said = {"failed": str(error)}
    _say(said)


def index(settings: Settings, *, purge: bool) -> str:
    """Bring the index up to date and return what to tell of it.

    :param purge: leave in the index no trace of what was erased.
    :raises PvdError: as :func:`pvd_assistant.library.refresh.refresh`.
    """
    tell = _Teller()
    with closing(Database(settings)) as database:
        report = refresh(settings, database, on_progress=tell)
        if purge:
            build(settings, purge=True, on_progress=tell)
        try:
            with Index.open(settings) as live:
                keep_checks(settings, database, live.documents)
        except StorageError as error:
            _log.warning("%s", error)
    changes = (len(report.added), len(report.changed), len(report.removed))
    said = text("library.job_done", added=changes[0], changed=changes[1], removed=changes[2])
    if not any(changes):
        said = text("library.job_nothing")
    if report.failed:
        said += " " + text("library.job_unread", count=len(report.failed))
    return f"{said} {text('library.job_purged')}" if purge else said


class _Teller:
    """Says how far the work is, not too often."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, total: int, label: str) -> None:
        moment = time.monotonic()
        if moment - self._last >= _BEAT or done >= total:
            self._last = moment
            _say({"at": done, "of": total, "label": label})


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

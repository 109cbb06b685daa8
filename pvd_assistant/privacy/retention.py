"""The one job that erases what has been kept long enough: at each start, then every day, or by a command."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from pvd_assistant.errors import StorageError
from pvd_assistant.library import trash, uploads
from pvd_assistant.privacy.rules import RULES, Old, note, sweep_sign_ins
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import ImportedFile

_DAY_S = 24 * 3600.0
#: The setting, in days, by which each kind of thing is kept; those that are not here follow another one.
DELAYS = {rule.name: rule.days for rule in RULES} | {
    "trash": "library_undo_days",
    "aside": "aside_days",
    "feedback": "opinion_text_days",
}
#: What a restoration puts aside in the data folder.
_ASIDE = ("avant-restauration-*.tar.gz", "*.sqlite.abimee-*")

logger = logging.getLogger(__name__)


def forget(
    database: Database, settings: Settings, now: dt.datetime, *, dry_run: bool = False
) -> Mapping[str, int]:
    """Erase what is older than its delay and return how many things of each kind, the same kinds each time.

    :param dry_run: count what would be erased, and leave it.
    :raises StorageError: the database cannot be written.
    :raises OSError: a file cannot be deleted.
    """
    counts: dict[str, int] = {}
    files = _old_files(settings, now)
    exists = database.revision() is not None  # nothing is created just to find nothing
    if exists:
        with database.transaction() as session:
            tried = session.begin_nested()
            counts |= _rows(session, database, settings, now)
            read = imported_files(session, settings)
            files["feedback"] = _older(read, _oldest(settings.opinion_text_days, now))
            if dry_run:
                tried.rollback()
    counts |= {kind: len(paths) for kind, paths in files.items()}
    if not dry_run:
        for path in (path for paths in files.values() for path in paths):
            _delete(path)
        if exists:
            database.compact()
    return counts


def _rows(
    session: Session, database: Database, settings: Settings, now: dt.datetime
) -> dict[str, int]:
    counts = {
        rule.name: rule.apply(
            Old(session, settings, now, _oldest(getattr(settings, rule.days), now))
        )
        for rule in RULES
    }
    if erased := {name: count for name, count in counts.items() if count}:
        told = ", ".join(f"{name} {count}" for name, count in erased.items())
        note(session, now, "retention.applied", "retention", told)
    return counts | sweep_sign_ins(session, database, settings, now)


def _old_files(settings: Settings, now: dt.datetime) -> dict[str, list[Path]]:
    found = {"uploads": uploads.late(settings, now), "trash": trash.late(settings, now)}
    aside = (path for pattern in _ASIDE for path in sorted(settings.data_dir.glob(pattern)))
    return found | {"aside": _older(aside, _oldest(settings.aside_days, now))}


def imported_files(session: Session, settings: Settings) -> list[Path]:
    """Return the files of opinions of an earlier version that the database holds whole, not changed since."""
    found = []
    for path in sorted((settings.data_dir / "feedback").glob("*.jsonl")):
        known = session.get(ImportedFile, f"feedback/{path.name}")
        if known is not None and known.size >= path.stat().st_size:
            found.append(path)
    return found


def _older(paths: Iterator[Path] | list[Path], oldest: dt.datetime) -> list[Path]:
    return [path for path in paths if path.stat().st_mtime < oldest.timestamp()]


def _oldest(days: int, now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=days)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)  # another replica may be at it too
    else:
        path.unlink(missing_ok=True)


@contextmanager
def forgetting(database: Database, settings: Settings) -> Iterator[None]:
    """Erase what is due now, then every day, as long as the block runs."""
    stop = threading.Event()
    daily = threading.Thread(
        target=_every_day, args=(database, settings, stop.wait), name="forgetting", daemon=True
    )
    daily.start()
    try:
        yield
    finally:
        stop.set()
        daily.join(5)


def _every_day(database: Database, settings: Settings, wait: Callable[[float], bool]) -> None:
    while True:
        try:
            forget(database, settings, dt.datetime.now(dt.UTC))
        except (StorageError, OSError) as error:
            logger.warning("%s", error)
        if wait(_DAY_S):
            return

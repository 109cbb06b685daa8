"""The targets of ``corpus sync``, one at a time on a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from filelock import FileLock, Timeout

from pvd_assistant.errors import PvdError, SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync import aides, communes, geo, prefectures
from pvd_assistant.sync.outcome import Outcome

#: In the order they are run: the list is read against the communes of the day.
TARGETS: dict[str, Callable[[Settings], Outcome]] = {
    "geo": geo.sync,
    "communes": communes.sync,
    "prefectures": prefectures.sync,
    "aides": aides.sync,
}


def sync(
    targets: Sequence[str], settings: Settings
) -> Iterator[tuple[str, Outcome | PvdError | OSError]]:
    """Refresh each target; a failure is given back in its place and the next one is tried.

    :raises SyncError: another refresh is running.
    """
    settings.official_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.official_dir / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise SyncError("sync.running", path=settings.official_dir) from error
    try:
        for target in TARGETS:
            if target in targets:
                yield target, _run(target, settings)
    finally:
        lock.release()


def _run(target: str, settings: Settings) -> Outcome | PvdError | OSError:
    try:
        return TARGETS[target](settings)
    except (PvdError, OSError) as error:
        return error

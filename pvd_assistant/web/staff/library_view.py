"""What the library's pages share: the desk where they work, addresses, refusals, the state of the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.errors import CorpusError, LibraryError, PvdError
from pvd_assistant.index.passages import DocumentRecord
from pvd_assistant.index.store import Index
from pvd_assistant.library.changes import Editor
from pvd_assistant.library.jobs import Job, Jobs, JobState
from pvd_assistant.library.worker import Worker
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.access import HOME, staff_page

LIBRARY = f"{HOME}/bibliotheque"
#: What is said at the top of a page once something was done, by what its redirection says.
_DONE = frozenset(
    {
        "ajoute",
        "remplace",
        "decrit",
        "retire",
        "remis",
        "supprime",
        "annule",
        "efface",
        "abandonne",
        "demande",
    }
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the library's pages work."""

    service: Service
    database: Database
    worker: Worker

    @property
    def settings(self) -> Settings:
        """The settings of the service."""
        return self.service.settings

    @property
    def editor(self) -> Editor:
        """Who changes the documents."""
        return Editor(self.settings, self.database)

    @property
    def jobs(self) -> Jobs:
        """The runs of the index."""
        return Jobs(self.database)

    def index(self) -> Index | None:
        """Return the index in use; ``None`` when there is none yet, or none that can be read."""
        try:
            return self.service.assistant().index
        except PvdError:
            return None

    def records(self) -> Mapping[str, DocumentRecord]:
        """Return the documents of the index in use."""
        index = self.index()
        return index.documents if index else {}

    def last_job(self) -> Job | None:
        """Return the job under way, else the one that waits, else the last one."""
        found = self.jobs.latest()
        going = [job for job in found if not job.over]
        running = [job for job in going if job.state is JobState.RUNNING]
        return next(iter([*running, *going, *found]), None)

    def attempt(self, request: Request, change: Callable[[], str], back: str = LIBRARY) -> Response:
        """Make a change and go to the page it names; a refusal is told on a page of its own."""
        try:
            address = change()
        except (LibraryError, CorpusError) as error:
            return refused(request, error, back)
        self.worker.wake()
        return RedirectResponse(address, 303)


def page_of(document: str, done: str = "") -> str:
    """Return the address of a document's page, and what is said at its top."""
    return f"{LIBRARY}/document/{quote(document)}" + (
        f"?{urlencode({'fait': done})}" if done else ""
    )


def done(request: Request) -> str:
    """Return what to say was done."""
    name = request.query_params.get("fait", "")
    return text(f"library.done_{name}") if name in _DONE else ""


def refused(request: Request, error: LibraryError | CorpusError, back: str = LIBRARY) -> Response:
    """Say why something could not be done."""
    status = 404 if error.code in ("library.unknown", "library.no_upload") else 409
    return staff_page(request, "library_refused.html", status, message=told(error), back=back)


def told(error: PvdError) -> str:
    """Return what an error says, files by their bare name: no path of this machine."""
    path = error.values.get("path")
    if path is None:
        return str(error)
    return text(error.code, **error.values | {"path": Path(str(path)).name})

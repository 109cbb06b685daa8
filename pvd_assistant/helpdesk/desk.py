"""The helpdesk at work: a request taken and drafted, drafted again, answered as an earlier one, checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pvd_assistant.accounts.roles import Person
from pvd_assistant.errors import EmbeddingError, IndexingError, PvdError
from pvd_assistant.helpdesk.checks import Check, checks
from pvd_assistant.helpdesk.drafting import draft, signature
from pvd_assistant.helpdesk.inserting import Where, insert, passage_named
from pvd_assistant.helpdesk.intake import take
from pvd_assistant.helpdesk.mail import Mail
from pvd_assistant.helpdesk.model import Draft, Request, Taken
from pvd_assistant.helpdesk.reusing import reused
from pvd_assistant.helpdesk.similar import Neighbour, Neighbourhood
from pvd_assistant.helpdesk.standing import Standing, standing
from pvd_assistant.helpdesk.store import RequestStore, Written
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.territory.communes import Territory

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant
    from pvd_assistant.index.store import Index


@dataclass(frozen=True, slots=True)
class Looked:
    """A reply looked at.

    :ivar problem: why it could not be compared with the documents; empty when it was.
    """

    standing: Standing
    checks: tuple[Check, ...]
    problem: str = ""


class Desk:
    """What the helpdesk does, over the requests kept and the assistant.

    :param assistant: gives the assistant, or says why it cannot.
    """

    def __init__(
        self, database: Database, settings: Settings, assistant: Callable[[], Assistant]
    ) -> None:
        self.database = database
        self.settings = settings
        self.store = RequestStore(database, settings)
        self._assistant = assistant
        self._neighbourhood = Neighbourhood()

    @property
    def territory(self) -> Territory:
        """The tables of communes, those just refreshed included."""
        return Territory.load(self.settings.official_dir)

    def index(self) -> Index:
        """Return the index in use.

        :raises PvdError: there is none yet, or it cannot be used.
        """
        return self._assistant().index

    def town(self, code: str | None) -> str:
        """Return « Tournus (Saône-et-Loire) »; empty for no town."""
        commune = self.territory.by_code(code) if code else None
        return commune.label if commune else ""

    def receive(self, person: Person, mail: Mail) -> int:
        """Keep what came with a first draft and return the number of the request.

        It is kept without a draft when the assistant cannot answer.

        :raises RequestError: it says nothing.
        :raises StorageError: the database cannot be written.
        """
        taken = take(mail, self.territory)
        try:
            first = draft(taken, self._assistant(), signature(self.settings, person.name))
        except PvdError:
            first = None
        return self.store.create(person, taken, first)

    def draft_again(self, person: Person, request: Request) -> Written:
        """Draft a reply again, beside the one there is when somebody wrote it.

        :raises PvdError: the assistant cannot answer.
        :raises RequestError: the reply was sent.
        :raises StorageError: the database cannot be written.
        """
        taken = Taken(request.subject, request.body, town=request.town, questions=request.questions)
        made = draft(taken, self._assistant(), self._signature(person, request))
        return self.store.propose(person, request.id, request.version, made, "assistant")

    def reuse(self, person: Person, request: Request, other: int) -> Written:
        """Take up the reply to another request.

        :raises RequestError: there is no such request, or the reply was sent.
        :raises StorageError: the database cannot be written.
        """
        earlier = self.store.reply(self.store.get(other))
        made = reused(earlier, self.town(request.town), self._signature(person, request))
        return self.store.propose(person, request.id, request.version, made, "reused")

    def insert(
        self, person: Person, request: Request, version: int, name: str, where: Where
    ) -> Written:
        """Put a sentence of a document in a reply.

        :param version: ``Request.version`` of what the person had before their eyes.
        :param name: « <passage>|<unit> ».
        :raises PvdError: the documents cannot be read.
        :raises RequestError: the passage is not in the documents any more, or the text is too long.
        :raises StorageError: the database cannot be written.
        """
        index = self.index()
        passage, unit = passage_named(name, index)
        changed = insert(self.store.reply(request), passage, unit, where, index)
        return self.store.write(person, request.id, version, changed.body, changed)

    def look(self, request: Request, reply: Draft, today: dt.date) -> Looked:
        """Compare a reply with the documents and list what to check before signing."""
        problem, index = "", None
        try:
            index = self.index()
            found = standing(reply, index)
        except PvdError as error:
            problem, found = str(error), standing(reply, None)
        signer = request.name(request.signer)
        return Looked(found, checks(reply, found, today, signer) if reply.body else (), problem)

    def neighbours(self, request: Request) -> list[Neighbour]:
        """Return earlier requests that ask nearly the same; none when the assistant cannot tell.

        :raises StorageError: the database cannot be reached.
        """
        try:
            index = self.index()
            return self._neighbourhood.of(request, self.database, index)
        except (IndexingError, EmbeddingError):
            return []

    def _signature(self, person: Person, request: Request) -> str:
        return signature(self.settings, request.name(request.signer) or person.name)

"""The nouns of the helpdesk: a request, the versions of its reply, what was left out of what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pvd_assistant.model import Citation, Statement

Origin = Literal["assistant", "person", "reused", "aside"]
#: Longest text of a reply, in characters.
LONGEST_REPLY = 60_000


class State(StrEnum):
    """Where a reply stands."""

    DRAFT = "brouillon"
    REVIEWED = "relu"
    SENT = "envoye"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was masked or left out of what came, to be told to who answers.

    :ivar masked: how many personal data of each kind.
    :ivar parts: « history », « signature », « footer », « forwarded » (the request was in it), « cut ».
    :ivar attachments: names of the files that came with it: none is read nor kept.
    """

    masked: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "masked": dict(self.masked),
            "parts": list(self.parts),
            "attachments": list(self.attachments),
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> LeftOut:
        """Read what was kept."""
        return cls(
            dict(data.get("masked", {})),
            tuple(data.get("parts", ())),
            tuple(data.get("attachments", ())),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that came, without personal data, and what it asks.

    :ivar body: what it says, greetings, signature and history left out, personal data masked.
    :ivar town: INSEE code of the commune it is about.
    """

    subject: str
    body: str
    sender_name: str = ""
    sender_address: str = ""
    town: str | None = None
    questions: tuple[str, ...] = ()
    left_out: LeftOut = LeftOut()


@dataclass(frozen=True, slots=True)
class Draft:
    """A text of a reply with what it rests on.

    :ivar statements: with the numbers of their citations.
    :ivar told: its lines that state nothing: greeting, lead-in, whom to ask.
    :ivar unanswered: questions that the documents do not answer.
    :ivar engine: as :class:`pvd_assistant.model.Answer` has it.
    """

    body: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    told: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    engine: str = "extractive"

    def kept(self) -> dict[str, Any]:
        """Return its columns as they are kept."""
        return {
            "body": self.body,
            "statements": [
                {"text": s.text, "citations": list(s.citations), "support": s.support}
                for s in self.statements
            ],
            "citations": [asdict(citation) for citation in self.citations],
            "told": list(self.told),
            "unanswered": list(self.unanswered),
            "engine": self.engine,
        }


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a reply, who wrote it and when.

    :ivar author: name of who wrote it; empty for the assistant.
    :ivar draft: the text and what it rests on.
    """

    number: int
    time: dt.datetime
    author_id: int | None
    author: str
    origin: Origin
    draft: Draft


@dataclass(frozen=True, slots=True)
class Request:
    """A request and where its reply stands.

    :ivar accepted: number of the version that is the reply.
    :ivar version: repeated by who changes it: somebody else changed it meanwhile when it differs.
    :ivar names: names of the people it names, by number of account.
    """

    id: int
    created: dt.datetime
    created_by: int | None
    subject: str
    body: str
    sender_name: str
    sender_address: str
    town: str | None
    questions: tuple[str, ...]
    left_out: LeftOut
    state: State
    assigned_to: int | None
    accepted: int
    accepted_by: int | None
    reviewed_by: int | None
    reviewed: dt.datetime | None
    sent_by: int | None
    sent: dt.datetime | None
    version: int
    names: Mapping[int, str] = field(default_factory=dict)

    def name(self, account: int | None) -> str:
        """Return the name of somebody, empty when there is nobody or when their account is gone."""
        return self.names.get(account, "") if account is not None else ""

    @property
    def is_sent(self) -> bool:
        """Whether its reply can no longer change."""
        return self.state is State.SENT

    @property
    def signer(self) -> int | None:
        """Who signs the reply: whoever it is assigned to, else who took the request."""
        return self.assigned_to if self.assigned_to is not None else self.created_by

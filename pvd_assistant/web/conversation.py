"""A conversation in a browser tab: questions, their answers as they are written, votes.

Everything is immutable and free of Gradio: the page is a function of the conversation.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from pvd_assistant.model import Answer, Turn

#: Exchanges kept on the page; the oldest ones leave it first.
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Vote:
    """What the reader thought of an answer.

    :ivar explained: the reasons were sent, or the reader chose not to give any.
    """

    useful: bool
    explained: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer.

    :ivar shown: characters of the answer shown so far; ``None`` once all is shown.
    :ivar problem: why there is no answer, in French.
    """

    id: str
    question: str
    answer: Answer | None = None
    shown: int | None = None
    problem: str = ""
    vote: Vote | None = None

    @property
    def state(self) -> str:
        """``searching``, ``writing``, ``done`` or ``failed``."""
        if self.problem:
            return "failed"
        if self.answer is None:
            return "searching"
        return "done" if self.shown is None else "writing"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The exchanges of a tab, oldest first."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def last(self) -> Exchange | None:
        """The newest exchange, being written or not."""
        return self.exchanges[-1] if self.exchanges else None

    def asked(self, question: str) -> Conversation:
        """Return the conversation with a new question."""
        fresh = Exchange(id=uuid.uuid4().hex[:12], question=question)
        return Conversation((*self.exchanges, fresh)[-LONGEST:])

    def with_last(self, **changes: object) -> Conversation:
        """Return the conversation with its newest exchange changed."""
        newest = replace(self.exchanges[-1], **changes)  # type: ignore[arg-type]
        return Conversation((*self.exchanges[:-1], newest))

    def find(self, exchange_id: str) -> Exchange | None:
        """Return the exchange of that id."""
        return next((e for e in self.exchanges if e.id == exchange_id), None)

    def voted(self, exchange_id: str, vote: Vote) -> Conversation:
        """Return the conversation with a vote on one of its answers."""
        return Conversation(
            tuple(replace(e, vote=vote) if e.id == exchange_id else e for e in self.exchanges)
        )

    def turns(self) -> tuple[Turn, ...]:
        """Return the answered exchanges as the assistant reads them."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None:
                turns.append(Turn("user", exchange.question))
                turns.append(Turn("assistant", exchange.answer.answer))
        return tuple(turns)

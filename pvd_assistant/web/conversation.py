"""A conversation in a browser tab: questions, their answers as they are written, votes.

Everything is immutable and free of Gradio: the page is a function of the conversation.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from pvd_assistant.model import Answer, Statement, Turn
from pvd_assistant.web.towns import Town

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

    :ivar waiting: what is said while others are answered before it, in French.
    :ivar drafted: statements verified so far, while a language model writes the answer.
    :ivar shown: characters of the answer shown so far; ``None`` once all is shown.
    :ivar problem: why there is no answer, in French.
    :ivar town: the town kept in mind when it was asked.
    :ivar kept_since: day it was answered (ISO), for one that the browser kept and gave back.
    """

    id: str
    question: str
    waiting: str = ""
    answer: Answer | None = None
    drafted: tuple[Statement, ...] = ()
    shown: int | None = None
    problem: str = ""
    vote: Vote | None = None
    town: Town | None = None
    kept_since: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing is left to work out: there is an answer, or it is known that there is none."""
        return self.answer is not None or bool(self.problem)

    @property
    def state(self) -> str:
        """``waiting``, ``searching``, ``writing``, ``done`` or ``failed``."""
        if self.problem:
            return "failed"
        if self.waiting:
            return "waiting"
        if self.answer is None:
            return "writing" if self.drafted else "searching"
        return "done" if self.shown is None else "writing"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The exchanges of a tab, oldest first.

    :ivar town: the town kept in mind for the questions to come.
    :ivar id: what tells it from the others that a browser keeps; given by its first question.
    """

    exchanges: tuple[Exchange, ...] = ()
    town: Town | None = None
    id: str = ""

    @property
    def last(self) -> Exchange | None:
        """The newest exchange, being written or not."""
        return self.exchanges[-1] if self.exchanges else None

    def asked(self, question: str) -> Conversation:
        """Return the conversation with a new question."""
        fresh = Exchange(id=_new_id(), question=question, town=self.town)
        exchanges = (*self.exchanges, fresh)[-LONGEST:]
        return replace(self, exchanges=exchanges, id=self.id or _new_id())

    def about(self, town: Town | None) -> Conversation:
        """Return the conversation with another town kept in mind, or none."""
        return replace(self, town=town)

    def with_last(self, **changes: object) -> Conversation:
        """Return the conversation with its newest exchange changed."""
        newest = replace(self.exchanges[-1], **changes)  # type: ignore[arg-type]
        return replace(self, exchanges=(*self.exchanges[:-1], newest))

    def find(self, exchange_id: str) -> Exchange | None:
        """Return the exchange of that id."""
        return next((e for e in self.exchanges if e.id == exchange_id), None)

    def voted(self, exchange_id: str, vote: Vote) -> Conversation:
        """Return the conversation with a vote on one of its answers."""
        exchanges = (replace(e, vote=vote) if e.id == exchange_id else e for e in self.exchanges)
        return replace(self, exchanges=tuple(exchanges))

    def history(self, limit: int) -> tuple[Turn, ...]:
        """Return the last turns, which the assistant reads.

        :param limit: most turns; with 0 nothing is carried from a question to the next.
        """
        return self.turns()[-limit:] if limit else ()

    def turns(self) -> tuple[Turn, ...]:
        """Return the answered exchanges as the assistant reads them."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None:
                turns.append(Turn("user", exchange.question))
                turns.append(Turn("assistant", exchange.answer.answer))
        return tuple(turns)


def _new_id() -> str:
    return uuid.uuid4().hex[:12]

"""The reply that was sent to a request, and what of it may become a source."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.knowledge_model import CitedPassage, Wording, possible
from pvd_assistant.helpdesk.knowledge_text import answer_to, masked, substance
from pvd_assistant.helpdesk.model import State
from pvd_assistant.helpdesk.sentences import marks_in
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply that was reviewed and sent.

    :ivar questions: found in the request.
    :ivar told: lines of its draft that state nothing.
    :ivar sources: passages it cites, without the digests of their documents.
    """

    request_id: int
    questions: tuple[str, ...]
    body: str
    told: tuple[str, ...]
    sources: tuple[CitedPassage, ...]

    def wording(self, at: int = 0) -> Wording:
        """Return a first wording of the reply to one of the questions, personal data masked."""
        question = self.questions[at] if at < len(self.questions) else ""
        answer = answer_to(question, self.body) if question else self.body
        return masked(Wording(question, substance(answer, self.told)))


def sent_reply(session: Session, request_id: int) -> SentReply:
    """Return the reply to a request.

    :raises KnowledgeError: there is no such request, or its reply was not reviewed and sent.
    """
    request = session.get(RequestRow, request_id) if possible(request_id) else None
    if request is None:
        raise KnowledgeError("knowledge.unknown_request")
    version = session.scalar(
        select(ReplyVersionRow).where(
            ReplyVersionRow.request_id == request_id, ReplyVersionRow.number == request.accepted
        )
    )
    signed = request.reviewed is not None and request.sent is not None
    if version is None or request.state != State.SENT or not signed:
        raise KnowledgeError("knowledge.not_sent")
    numbers = marks_in(version.body)
    # A reply without any number rests on all that its draft cites.
    cited = [one for one in version.citations if one["n"] in numbers] or version.citations
    return SentReply(
        request_id,
        tuple(request.questions),
        version.body,
        tuple(version.told),
        tuple(CitedPassage.read(one, digest="") for one in cited),
    )

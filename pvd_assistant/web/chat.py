"""A question becomes an answer that is written under the reader's eyes. No Gradio here."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.errors import PvdError, UsageError
from pvd_assistant.french import french_number
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Filters
from pvd_assistant.web.answer_text import steps
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.service import Service

#: Seconds between two statements: long enough to be followed, short enough not to be waited for.
PACE = 0.12

logger = logging.getLogger(__name__)


def checked(question: str | None, limit: int) -> str:
    """Return the question as it is understood, shown and kept.

    :raises UsageError: there is nothing to read in it, or it is too long.
    """
    raw = (question or "").strip()
    if len(raw) > limit:
        raise UsageError(
            "web.question_too_long", length=french_number(len(raw)), limit=french_number(limit)
        )
    plain = clean(raw, limit)
    if not any(character.isalnum() for character in plain):
        raise UsageError("web.question_markup" if "<" in raw else "web.question_empty")
    return plain


def ask(
    service: Service,
    conversation: Conversation,
    question: str,
    filters: Filters,
    pace: float,
) -> Iterator[Conversation]:
    """Give the conversation as it grows: the question, then the answer statement by statement.

    :param question: checked by :func:`checked`.
    :param pace: seconds between two statements.
    """
    limit = service.settings.history_limit
    history = conversation.turns()[-limit:] if limit else ()
    conversation = conversation.asked(question)
    yield conversation
    try:
        answer = service.assistant().ask(question, history=history, filters=filters)
    except PvdError as error:
        yield conversation.with_last(problem=str(error))
        return
    except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        # The reader must never be left before a page that waits for ever.
        logger.exception("The question could not be answered")
        yield conversation.with_last(problem=text("web.unexpected"))
        return
    yield from _written(conversation, answer, pace)


def _written(conversation: Conversation, answer: Answer, pace: float) -> Iterator[Conversation]:
    for shown in steps(answer.answer)[:-1]:
        yield conversation.with_last(answer=answer, shown=shown)
        time.sleep(pace)
    yield conversation.with_last(answer=answer, shown=None)

"""A question becomes an answer that is written under the reader's eyes. No Gradio here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.answer.kept_town import naming, with_contact
from pvd_assistant.errors import PvdError, UsageError
from pvd_assistant.french import french_number, french_wait
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Filters, Statement
from pvd_assistant.web.answer_text import steps
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.service import Service
from pvd_assistant.web.towns import own_town

#: Seconds between two statements: long enough to be followed, short enough not to be waited for.
PACE = 0.12
#: Longest an answer that is ready takes to be written, in seconds.
_LONGEST = 1.2

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


def waiting(ahead: int, seconds: float) -> str:
    """Return what is said to whoever waits behind others, for about some seconds."""
    if not ahead:
        return text("web.line_next")
    return text("web.line_place", place=french_number(ahead + 1), wait=french_wait(seconds))


def ask(
    service: Service,
    conversation: Conversation,
    filters: Filters,
    pace: float,
    hurried: Callable[[], bool] = lambda: False,
) -> Generator[Conversation, None, None]:
    """Give the conversation as its answer grows, statement by statement.

    :param conversation: ends with the question, checked by :func:`checked`.
    :param pace: seconds between two statements.
    :param hurried: tells whether others wait; what is left of an answer is then given at once.
    """
    before = replace(conversation, exchanges=conversation.exchanges[:-1])
    question = conversation.exchanges[-1].question
    try:
        assistant = service.assistant()
        history = before.history(service.settings.history_limit)
        said = own_town(question, assistant.territory, _was_asked_which(before))
        if said is not None:
            conversation = conversation.about(said).with_last(town=said)
        town = conversation.town
        asked = naming(question, town.label, history, assistant) if town else question
        coming = assistant.stream(asked, history=history, filters=filters)
        answer = yield from _drafted(conversation, coming, bool(service.settings.llm_url))
        answer = replace(answer, question=question)
        if town is not None:
            answer = with_contact(answer, town.code, assistant.territory)
    except PvdError as error:
        yield conversation.with_last(problem=str(error))
        return
    except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        # The reader must never be left before a page that waits for ever.
        logger.exception("The question could not be answered")
        yield conversation.with_last(problem=text("web.unexpected"))
        return
    if answer.engine == "extractive":
        yield from _written(conversation, answer, pace, hurried)
    else:  # what a model wrote has been read as it came
        yield conversation.with_last(answer=answer)


def _was_asked_which(conversation: Conversation) -> bool:
    """Tell whether the assistant has just asked which town it is about."""
    answer = conversation.last.answer if conversation.last else None
    return answer is not None and answer.status == "clarify" and answer.family == "commune"


def _drafted(
    conversation: Conversation, coming: Iterator[Statement | Answer], shown: bool
) -> Generator[Conversation, None, Answer]:
    """Give the statements as a language model writes them; return the answer they end in.

    :param shown: they come one by one. Without a model they all come at the end, with the answer.
    """
    drafted: tuple[Statement, ...] = ()
    for one in coming:
        if isinstance(one, Answer):
            return one
        drafted = (*drafted, one)
        if shown:
            yield conversation.with_last(drafted=drafted)
    raise RuntimeError("The answer never came")


def _written(
    conversation: Conversation, answer: Answer, pace: float, hurried: Callable[[], bool]
) -> Iterator[Conversation]:
    pauses = steps(answer.answer)[:-1]
    for shown in pauses:
        if hurried():  # a step costs the server a tenth of what the answer does
            break
        yield conversation.with_last(answer=answer, shown=shown)
        time.sleep(min(pace, _LONGEST / len(pauses)))
    yield conversation.with_last(answer=answer, shown=None)

"""A question of the chat from its arrival to its answer: bounded, in its turn. No Gradio here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from functools import partial

from anyio.to_thread import run_sync

from pvd_assistant.french import french_wait
from pvd_assistant.model import Filters
from pvd_assistant.observability import request_id
from pvd_assistant.observability.steps import within
from pvd_assistant.settings import Settings
from pvd_assistant.web import chat
from pvd_assistant.web.api.limits import BusyError, Rate, chosen_or_measured
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.line import Line
from pvd_assistant.web.service import Service

#: Questions answered at the same time. Measured with 32 visitors on two cores: 4 give the most answers a
#: second and the least processor time an answer, 2 leave some of the processor unused, at 8 and 16 threads
#: fight for Python's lock (``docs/performance.md``).
_AT_ONCE = 4
#: Seconds before somebody who waits is told their place, and between two news of it.
_FIRST_NEWS, _NEWS = 2.0, 10.0


def at_once(settings: Settings) -> int:
    """Return how many questions of the chat are answered at the same time."""
    return chosen_or_measured(settings.chat_concurrency, _AT_ONCE, settings)


class Asking:
    """Has the questions of the chat answered.

    :param service: gives the assistant.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._rate = Rate(service.settings.chat_rate_limit)
        self._line = Line(at_once(service.settings), service.settings.chat_queue)

    async def ask(
        self, question: str, conversation: Conversation, filters: Filters, address: str
    ) -> AsyncGenerator[Conversation, None]:
        """Give the conversation as it grows: the question, its place in the line, its answer.

        :param address: where the question comes from.
        :raises UsageError: there is nothing to read in it, or it is too long.
        :raises BusyError: its address asks too much, or too many others wait.
        """
        asked = chat.checked(question, self._service.settings.question_limit)
        seconds = self._rate.wait(address)
        if seconds:
            raise BusyError("web.too_many", wait=french_wait(seconds))
        with self._line.place() as place:
            conversation = conversation.asked(asked)
            yield conversation
            wait = _FIRST_NEWS
            while not await place.comes(wait):
                wait = _NEWS
                yield conversation.with_last(waiting=chat.waiting(place.ahead, place.seconds))
            states = chat.ask(
                self._service, conversation, filters, chat.PACE, lambda: self._line.waited_for
            )
            # Gradio answers from a queue of its own, outside of the request that brought the question.
            named = partial(request_id.during, request_id.accepted(""))
            async for state in _in_threads(within(named, states)):
                if state.exchanges[-1].settled:
                    place.leave()  # it is only written from now on
                yield state


async def _in_threads(
    states: Generator[Conversation, None, None],
) -> AsyncGenerator[Conversation, None]:
    """Give what a generator gives, each step worked out in a thread.

    It is not closed here: a step whose reader has gone may be under way, and the generator ends with it.
    """
    while (state := await run_sync(next, states, None)) is not None:
        yield state

"""The chat page as Gradio ``Blocks``: components, and what happens when one is used.

What is decided (answers, filters, opinions) lives in modules without Gradio; here it is only wired.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from pvd_assistant.errors import PvdError, StorageError, UsageError
from pvd_assistant.messages import text
from pvd_assistant.web import filters
from pvd_assistant.web.api.limits import BusyError
from pvd_assistant.web.asking import Asking, at_once
from pvd_assistant.web.conversation import Conversation, Vote
from pvd_assistant.web.feedback import FeedbackStore, Opinion
from pvd_assistant.web.gradio_loading import load_gradio
from pvd_assistant.web.gradio_skipping import leave_what_is_skipped
from pvd_assistant.web.keeping import given_back, to_keep
from pvd_assistant.web.rendering import (
    earlier_html,
    kept_html,
    newest_html,
    notice_html,
    own_html,
    reminder_html,
    takeaway_html,
    town_html,
)
from pvd_assistant.web.service import Service
from pvd_assistant.web.takeaway import take_away
from pvd_assistant.web.towns import Lookup, look_up, town_of
from pvd_assistant.web.wording import counted

#: Events other than questions: how many of one kind are answered at the same time, how many in all,
#: how many more may wait.
_OF_A_KIND, _EVENTS, _EVENTS_WAITING = 8, 40, 200
#: Conversations kept in memory; beyond, the one that has not been used for longest goes. One of five
#: questions holds 0.75 MB, page included, one without a question 0.1 MB.
_SESSIONS = 400
#: Conversations just left that are remembered: many more than answers written at the same time.
_LEFT = 1000
#: Seconds after which the conversation of a closed tab is forgotten.
_KEPT = 3600

# The page's own script draws nothing: it turns clicks on the answers into these events.
_CONNECT = "window.pvd.connect(element, trigger, ['ask', 'rate', 'town', 'take']);"
_SEND = "() => document.getElementById('envoyer').click()"
# What the browser keeps goes through a component of its own, which shows nothing.
_CONNECT_KEPT = "window.pvd.connectKept(trigger, ['keep', 'reopen']);"


logger = logging.getLogger(__name__)


def build(service: Service, store: FeedbackStore) -> Any:
    """Return the ``Blocks`` of the chat page, ready to be mounted."""
    gr = load_gradio()
    page = _Page(gr, service, store)
    with gr.Blocks(title=text("web.title"), analytics_enabled=False, fill_width=True) as blocks:
        page.lay_out()
        page.wire(blocks)
    leave_what_is_skipped(blocks)
    # Gradio counts a question that waits in our line among the events it is answering.
    blocks.max_threads = at_once(service.settings) + service.settings.chat_queue + _EVENTS
    blocks.state_session_capacity = _SESSIONS
    blocks.queue(default_concurrency_limit=_OF_A_KIND, max_size=_EVENTS_WAITING, api_open=False)
    return blocks


class _Page:
    """The components of the page and their handlers."""

    def __init__(self, gr: Any, service: Service, store: FeedbackStore) -> None:
        self.gr = gr
        self.service = service
        self.store = store
        self.asking = Asking(service)
        # The newest exchange of conversations left for another one.
        self.left: deque[str] = deque(maxlen=_LEFT)

    def lay_out(self) -> None:
        """Create the components, in reading order."""
        gr = self.gr
        empty = Conversation()
        self.conversation = gr.State(empty, time_to_live=_KEPT)
        with gr.Column(elem_id="conversation"):
            self.earlier = self._html("", "echanges-precedents")
            self.newest = self._html(newest_html(empty), "echange-courant")
        with gr.Column(elem_id="saisie"):
            self.notice = self._html("", "avertissement")
            self.town = self._html(town_html(None), "commune")
            with gr.Row(elem_id="saisie-ligne"):
                self.question = gr.Textbox(
                    label=text("web.question"),
                    placeholder=text("web.question_placeholder"),
                    lines=1,
                    max_lines=6,
                    elem_id="question",
                    scale=5,
                )
                self.send = gr.Button(
                    text("web.send"), variant="primary", elem_id="envoyer", scale=1, min_width=120
                )
            with gr.Row(elem_id="saisie-pied"):
                self._filters()
                self.takeaway = self._html(takeaway_html(empty), "emporter")
                self.new = gr.Button(text("web.new"), size="sm", elem_id="nouvelle", min_width=120)
                self._html(own_html(), "conversations")
            self._html(reminder_html(), "rappel")
            self.kept = self._html("", "gardees", _CONNECT_KEPT)

    def _html(self, value: str, elem_id: str, connect: str = _CONNECT) -> Any:
        return self.gr.HTML(
            value, elem_id=elem_id, apply_default_css=False, js_on_load=connect, padding=False
        )

    def _filters(self) -> None:
        gr = self.gr
        with gr.Accordion(text("web.filters"), open=False, elem_id="filtres") as self.accordion:
            with gr.Row(elem_classes="filtres-grille"):
                self.lists = [
                    gr.Dropdown(
                        [],
                        label=text(f"web.filter_{name}"),
                        multiselect=True,
                        elem_id=f"filtre-{name}",
                        min_width=200,
                    )
                    for name in filters.NAMES
                ]
                self.since = gr.Dropdown(
                    filters.since_options(),
                    value="",
                    label=text("web.filter_since"),
                    elem_id="filtre-since",
                    min_width=200,
                )
            self.clear = gr.Button(text("web.filters_clear"), size="sm", elem_id="filtres-retirer")

    def wire(self, blocks: Any) -> None:
        """Connect events to handlers."""
        gr = self.gr
        # In the order of what the handlers give.
        self.talk = [
            self.earlier,
            self.newest,
            self.conversation,
            self.question,
            self.notice,
            self.town,
            self.takeaway,
        ]
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        ask, rate, settle, take, keep, reopen = self._event_handlers()
        # A question sent before Gradio is done with the one before is asked as soon as it is, not lost.
        gr.on(
            [self.send.click, self.question.submit],
            self.answer,
            [self.question, self.conversation, *self.lists, self.since],
            self.talk,
            **quiet,
            trigger_mode="always_last",
            concurrency_limit=None,  # the line decides
        )
        for place in (self.earlier, self.newest):
            # Sent as a reader does: never answered beside another question of the same page.
            place.ask(ask, None, self.question, **quiet).then(None, js=_SEND)
            shown = [self.earlier, self.newest, self.conversation, self.notice]
            place.rate(rate, self.conversation, shown, **quiet)
        self.town.town(settle, self.conversation, [self.town, self.conversation], **quiet)
        self.takeaway.take(take, self.conversation, self.takeaway, **quiet)
        self.new.click(self.forget, self.conversation, self.talk, **quiet)
        self.kept.reopen(reopen, self.conversation, self.talk, **quiet)
        self.kept.keep(keep, self.conversation, self.kept, **quiet, trigger_mode="multiple")
        chosen = [*self.lists, self.since]
        gr.on([c.change for c in chosen], self.count, chosen, self.accordion, **quiet)
        self.clear.click(self.no_filter, None, chosen, **quiet)
        blocks.load(self.offer_choices, None, [*self.lists, self.notice], **quiet)

    def _event_handlers(self) -> tuple[Callable[..., Any], ...]:
        """Return the handlers of the page's own events, annotated as Gradio recognises them."""

        def ask(event: Any) -> str:
            return str(event._data.get("question", ""))

        def rate(conversation: Conversation, event: Any) -> tuple[Any, ...]:
            return self.rate(conversation, event._data)

        def settle(conversation: Conversation, event: Any) -> tuple[Any, ...]:
            return self.settle(conversation, event._data)

        def take(conversation: Conversation, event: Any) -> str:
            file = take_away(conversation, str(event._data.get("kind", "")), dt.date.today())
            return takeaway_html(conversation, file)

        def keep(conversation: Conversation, event: Any) -> str:
            ids = [str(one) for one in event._data.get("ids", ())]
            return kept_html(to_keep(conversation, ids, dt.date.today()))

        def reopen(conversation: Conversation, event: Any) -> tuple[Any, ...]:
            return self.reopen(conversation, event._data)

        handlers = (ask, rate, settle, take, keep, reopen)
        for handler in handlers:
            handler.__annotations__["event"] = self.gr.EventData
        _Page.answer.__annotations__["request"] = self.gr.Request
        return handlers

    async def answer(
        self, request: Any, question: str, conversation: Conversation, *picked: Any
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Answer the question of the field; one that is refused stays there with a message."""
        keep = self.gr.skip()
        if not question and conversation.last is not None:  # sent twice: the field is empty by now
            yield (keep,) * len(self.talk)
            return
        *lists, since = picked
        address = request.client.host if request.client else ""
        states = self.asking.ask(question, conversation, filters.chosen(lists, since), address)
        before = None
        async with aclosing(states):
            try:
                async for state in states:
                    if state.last is not None and state.last.id in self.left:
                        yield (keep,) * len(self.talk)  # Gradio shows again what was given last
                        return
                    yield self._grown(before, state)
                    before = state
            except (UsageError, BusyError) as error:
                yield keep, keep, keep, keep, notice_html(str(error)), keep, keep

    def _grown(self, before: Conversation | None, state: Conversation) -> tuple[Any, ...]:
        """Return what changes on the page from one state of an answer to the next."""
        keep = self.gr.skip()
        first = before is None
        earlier = earlier_html(state) if first else keep
        emptied, cleared = ("", notice_html("")) if first else (keep, keep)
        town = keep if before is None or before.town == state.town else town_html(state.town)
        ended = state.last is not None and state.last.state in ("done", "failed")
        takeaway = takeaway_html(state) if ended else keep
        return earlier, newest_html(state), state, emptied, cleared, town, takeaway

    def leave(self, conversation: Conversation) -> None:
        """Stop the answer being written: it would come back over what takes its place."""
        if conversation.last is not None:
            self.left.append(conversation.last.id)

    def rate(self, conversation: Conversation, said: Mapping[str, Any]) -> tuple[Any, ...]:
        """Record a vote, then its reasons."""
        exchange = conversation.find(str(said.get("id", "")))
        if exchange is None or exchange.answer is None:
            return (self.gr.skip(),) * 4
        opinion = Opinion(
            answer_id=exchange.id,
            useful=said.get("useful") is True,
            reasons=tuple(str(reason) for reason in said.get("reasons", [])),
            comment=str(said.get("comment", "")),
            share_question=said.get("share") is True,
        )
        explained = said.get("explained") is True
        try:
            self.store.add(opinion, exchange.answer)
        except StorageError as error:
            logger.warning("%s", error)
            return (*(self.gr.skip(),) * 3, notice_html(text("web.opinion_failed")))
        voted = conversation.voted(exchange.id, Vote(opinion.useful, explained))
        return earlier_html(voted), newest_html(voted), voted, notice_html("")

    def settle(
        self, conversation: Conversation, said: Mapping[str, Any]
    ) -> tuple[str, Conversation]:
        """Keep a town in mind, or forget it; say so when the words do not name one."""
        if said.get("forget") is True:
            return town_html(None), conversation.about(None)
        try:
            territory = self.service.assistant().territory
        except PvdError as error:
            return town_html(conversation.town, Lookup(message=str(error))), conversation
        chosen = town_of(str(said.get("code", "")), territory)
        found = Lookup(chosen) if chosen else look_up(str(said.get("words", "")), territory)
        if found.town is None:
            return town_html(conversation.town, found), conversation
        return town_html(found.town), conversation.about(found.town)

    def forget(self, conversation: Conversation) -> tuple[Any, ...]:
        """Start a new conversation."""
        self.leave(conversation)
        return self._shown(Conversation())

    def reopen(self, conversation: Conversation, kept: object) -> tuple[Any, ...]:
        """Show a conversation that the browser kept; what cannot be read in it is said."""
        try:
            read = given_back(kept, self.service.assistant())
        except PvdError as error:
            return self._shown(conversation, str(error))
        if not read.conversation.exchanges:
            return self._shown(conversation, text("web.kept_unread"))
        self.leave(conversation)
        unread = counted("kept_unread", read.unread) if read.unread else ""
        return self._shown(read.conversation, unread)

    def _shown(self, conversation: Conversation, notice: str = "") -> tuple[Any, ...]:
        """Return the whole page of a conversation, in the order of ``talk``."""
        return (
            earlier_html(conversation),
            newest_html(conversation),
            conversation,
            "",
            notice_html(notice),
            town_html(conversation.town),
            takeaway_html(conversation),
        )

    def count(self, *picked: Any) -> Any:
        """Show in the title of the filters how many are active."""
        *lists, since = picked
        active = sum(map(bool, lists)) + bool(since)
        title = text("web.filters")
        return self.gr.update(label=f"{title} ({counted('filters', active)})" if active else title)

    def no_filter(self) -> list[Any]:
        """Empty every filter."""
        return [*([] for _ in self.lists), ""]

    def offer_choices(self) -> list[Any]:
        """Fill the filters from the documents; say what to do when there is no index."""
        try:
            records = self.service.assistant().index.documents
        except PvdError as error:
            return [*(self.gr.skip() for _ in self.lists), notice_html(str(error))]
        offered = filters.choices(record.metadata for record in records.values())
        return [
            *(self.gr.update(choices=list(getattr(offered, name))) for name in filters.NAMES),
            notice_html(""),
        ]

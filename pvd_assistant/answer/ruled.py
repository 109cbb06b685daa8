"""What is said before anything is searched: refusals, courtesies, verdicts of a rule, lists of sheets."""

from __future__ import annotations

from pvd_assistant.answer import languages
from pvd_assistant.answer.composing import Section
from pvd_assistant.answer.ellipsis import exemplified
from pvd_assistant.answer.frequent import on_the_programme
from pvd_assistant.answer.list_request import wanted
from pvd_assistant.answer.listing import listed
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.reply import Reply
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Filters
from pvd_assistant.territory.communes import Territory


def unasked(understood: Understanding, places: Places) -> Reply | None:
    """Reply to a message that asks nothing of the documents: refused, courteous, in another language."""
    if understood.refused:
        key = "answer.orders" if understood.orders else "answer.out_of_scope"
        return Reply(places, "out_of_scope", note=text(key), final=True)
    if understood.courtesy:
        return Reply(places, "clarify", note=text(f"answer.{understood.courtesy}"), final=True)
    if not understood.core:
        note = languages.line(understood.language, declined=True)
        return Reply(places, "unknown", note=note, final=True)
    return None


def decided(settled: Verdict | None, places: Places) -> Reply | None:
    """Reply with a verdict that needs nothing else, or with the question that it has to ask."""
    if settled is None:
        return None
    if settled.ask:
        return Reply(places, "clarify", "commune", note=settled.ask, final=True)
    if settled.complete:
        sections = (Section(settled.drafts),)
        return Reply(places, settled.status, settled.family, sections, final=True)
    return None


def of_sheets(
    understood: Understanding,
    places: Places,
    filters: Filters,
    index: Index,
    territory: Territory,
) -> Reply | None:
    """Reply with the list of sheets asked for; ``None`` for any other question.

    A question put as a frequent question on the programme itself is better answered by its reply.
    """
    asked = wanted(understood, places, filters)
    if asked is None:
        return None
    frequent = None if filters else on_the_programme(understood, index)
    if frequent is not None and frequent.exact:
        return None
    section = listed(asked, places, index, territory, understood.said)
    if section is not None:
        return Reply(places, "answered", asked.family, (section,), final=True)
    if asked.example:
        note = text("answer.no_example", subject=exemplified(understood.core))
        return Reply(places, "unknown", "project", note=note, final=True)
    return None

"""What is asked of the answer before: its sources, a shorter one, what else there is, which is best.

The question before is asked again, as it was: nothing an answer said is believed, its numbers least of all,
and what is said now has numbers of its own. What was said is only read not to be said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pvd_assistant.answer.cleaning import aligned
from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.dialogue import courtesy
from pvd_assistant.answer.ellipsis import aside
from pvd_assistant.answer.message_words import dialogue, rule
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.pointing import counts, last_answer, listed_names
from pvd_assistant.answer.proofs import sentences
from pvd_assistant.answer.reply import Reply
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.french import french_date
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import KNOWN, Turn

_BRIEF, _BRIEF_LIST, _SOURCES, _NAMES = 2, 3, 4, 4

#: Replies to a question asked in a conversation.
Answering = Callable[[Understanding, Sequence[Turn]], Reply]


def about_the_answer(
    asked: Understanding,
    history: Sequence[Turn],
    places: Places,
    answering: Answering,
    index: Index,
) -> Reply | None:
    """Return the reply to what is asked of the answer before; ``None`` when it is a question like any other.

    :param asked: a message whose ``about`` is not empty.
    """
    if asked.about == "vague":
        return _asking_back(places, text("answer.vague"))
    shown = last_answer(history)
    names = _names(shown, index) if asked.about in ("which", "detail", "choice") else []
    if len(names) > 1:
        key = "answer.choice" if asked.about == "choice" else "answer.which"
        return _asking_back(places, text(key, names=_enumerated(names)))
    if asked.about == "which":
        return None
    found = _question_before(history)
    if found is None:
        return _asking_back(places, text("answer.vague"))
    before, turns = found
    understood = understand(before, turns)
    if asked.about in ("further", "detail"):
        said = "\n".join(turn.content for turn in history if turn.role == "assistant")
        reply = answering(replace(understood, said=said), turns)
        if rule("why").search(aligned(asked.text)) and _on_a_town(reply):
            asked_of_towns = Section(tuple(sentences(dialogue("why_proofs"), index)))
            return _noted(
                replace(reply, status="answered", sections=(asked_of_towns,)),
                text("answer.why_town"),
            )
        return _further(reply, said, shown)
    reply = answering(understood, turns)
    if reply.status not in KNOWN:
        return reply
    if asked.about == "choice":
        return _choosing(reply, index)
    sections = (_sources(reply, index),) if asked.about == "sources" else _brief(reply)
    return replace(reply, sections=sections, evidence=None, final=True)


def of_place(sections: Sequence[Section], area: str, index: Index) -> tuple[Section, ...]:
    """Say that an answer holds everywhere when nothing in it is about the place asked for.

    :param area: the place as the message says it; empty when it names none.
    """
    name = rule("to_area").sub("", aligned(area), count=1)
    if not name or not sections:
        return tuple(sections)
    for section in sections:
        for draft in section.drafts:
            metadata = index.documents[draft.passages[0].document].metadata
            place = metadata.place
            told = [draft.text, metadata.title, place.region if place else ""]
            if name in aligned(" ".join(filter(None, told))):
                return tuple(sections)
    note = text("answer.everywhere", area=area)
    return (replace(sections[0], note=f"{note} {sections[0].note}".strip()), *sections[1:])


def _question_before(history: Sequence[Turn]) -> tuple[str, Sequence[Turn]] | None:
    """Return the last question that asks something of the documents, with the turns before it."""
    for n in reversed(range(len(history))):
        said = history[n].content
        if history[n].role == "user" and not courtesy(said) and not aside(said):
            return said, history[:n]
    return None


def _further(reply: Reply, said: str, shown: str) -> Reply:
    """Keep what was not said yet."""
    sections = []
    for section in reply.sections if reply.status in KNOWN else ():
        new = tuple(draft for draft in section.drafts if draft.text not in said)
        if new:
            sections.append(replace(section, drafts=new, rows=(), columns=()))
    if not sections:
        key = "no_more_listed" if counts(shown) else "no_more"
        return replace(_asking_back(reply.places, text(f"answer.{key}")), family=reply.family)
    note = sections[0].note if counts(sections[0].note) else text("answer.further")
    return _noted(replace(reply, sections=tuple(sections)), note)


def _on_a_town(reply: Reply) -> bool:
    """Tell whether a reply says if a town is in the programme, or may be."""
    computed = any(draft.computed for draft in _drafts(reply))
    return computed and reply.family in ("commune", "eligibility")


def _noted(reply: Reply, note: str) -> Reply:
    """Put a note before a reply."""
    if reply.status not in KNOWN or not reply.sections:
        return reply
    first, *others = reply.sections
    return replace(reply, sections=(replace(first, note=note), *others), evidence=None, final=True)


def _sources(reply: Reply, index: Index) -> Section:
    """Quote a sentence of each document the answer rests on, with its publisher and its date."""
    first: dict[str, Draft] = {}
    for draft in _drafts(reply):
        first.setdefault(draft.passages[0].document, draft)
    drafts = []
    for document, draft in list(first.items())[:_SOURCES]:
        metadata = index.documents[document].metadata
        label = text(
            "answer.source_of",
            title=metadata.title,
            publisher=metadata.publisher,
            date=french_date(metadata.updated),
        )
        drafts.append(replace(draft, label=label, bullet=True, step=0, header=""))
    return Section(tuple(drafts), note=text("answer.sources"))


def _brief(reply: Reply) -> tuple[Section, ...]:
    """Keep the first statements of each section."""
    most = 1 if len(reply.sections) > 1 else _BRIEF
    return tuple(
        replace(section, drafts=section.drafts[: _BRIEF_LIST if counts(section.note) else most])
        for section in reply.sections
    )


def _choosing(reply: Reply, index: Index) -> Reply:
    """Say what there is to choose from: the offers the answer rests on."""
    documents = dict.fromkeys(draft.passages[0].document for draft in _drafts(reply))
    offers = [index.documents[d].metadata for d in documents]
    names = [offer.title for offer in offers if offer.kind == "offre"][:_NAMES]
    if len(names) < 2:
        return _asking_back(reply.places, text("answer.choice_alone"))
    return _asking_back(reply.places, text("answer.choice", names=_enumerated(names)))


def _drafts(reply: Reply) -> Iterator[Draft]:
    for section in reply.sections:
        yield from section.drafts
        for _, cells in section.rows:
            yield from filter(None, cells)


def _names(shown: str, index: Index) -> list[str]:
    return listed_names(shown, index, _NAMES)


def _enumerated(names: Sequence[str]) -> str:
    return " ; ".join(f"« {name} »" for name in names)


def _asking_back(places: Places, note: str) -> Reply:
    return Reply(places, "clarify", note=note, final=True)

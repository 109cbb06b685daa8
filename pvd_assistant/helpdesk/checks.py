"""What to look at before a reply is signed. Each point names its sentence; nothing is fetched nor changed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.facts import Source, facts
from pvd_assistant.french import french_date, french_number
from pvd_assistant.helpdesk.dates import dates_in
from pvd_assistant.helpdesk.model import Draft
from pvd_assistant.helpdesk.sentences import inside, marks_in, plain, sentences
from pvd_assistant.helpdesk.standing import Row, Standing, told_sentences
from pvd_assistant.messages import load_data, text
from pvd_assistant.personal_data import Kind, mask

Name = Literal[
    "unsourced", "unsupported", "amount", "mark", "gone", "expired", "deadline", "past_date",
    "personal", "link", "placeholder", "unanswered", "signature",
]  # fmt: skip
#: Points that tell something to look at, which is often right as it is.
_MILD: frozenset[Name] = frozenset({"past_date", "link", "unanswered"})
_CONTACTS: tuple[Kind, ...] = ("nir", "iban", "email", "phone", "address", "name")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Check:
    """One point to look at.

    :ivar sentence: the sentence it is in, empty for the whole letter.
    :ivar said: what is wrong with it, in French.
    """

    name: Name
    sentence: str
    said: str

    @property
    def mild(self) -> bool:
        """Whether it is often right as it is."""
        return self.name in _MILD


def checks(draft: Draft, found: Standing, today: dt.date, signer: str = "") -> tuple[Check, ...]:
    """Return what to look at before signing, the worst first.

    :param found: how its sentences stand, from :func:`pvd_assistant.helpdesk.standing.standing`.
    :param signer: name of who signs.
    """
    points = [
        *(one for row in found.rows for one in _of_row(row)),
        *_marks(draft),
        *_sources(draft, found, today),
        *_dates(draft, found, today),
        *_personal(draft),
        *_links(draft),
        *_placeholders(draft),
        *_signature(draft, signer),
        *(Check("unanswered", one, text("helpdesk.check_unanswered")) for one in _left(draft)),
    ]
    return tuple(sorted(dict.fromkeys(points), key=lambda point: point.mild))


def _of_row(row: Row) -> Iterator[Check]:
    sentence = row.sentence.text
    if row.status == "unsourced":
        yield Check("unsourced", sentence, text("helpdesk.check_unsourced"))
        return
    missing = _missing(row)
    if missing:
        values = ", ".join(missing)
        yield Check("amount", sentence, text("helpdesk.check_amount", values=values))
    elif row.status in ("unsupported", "unchecked"):
        yield Check("unsupported", sentence, text(f"helpdesk.check_{row.status}"))


def _missing(row: Row) -> list[str]:
    """Return the numbers and dates of a sentence that no passage it cites holds."""
    if row.status in ("verbatim", "computed"):
        return []
    words = "\n".join(citation.passage for citation in row.citations)
    around = [one for citation in row.citations for one in (citation.title, citation.section)]
    said = facts(row.sentence.text)
    lacking = Source.of(words, around).missing(said)
    numbers = {number.value for number in said.numbers} | set(said.figures)
    dates = {" ".join(date) for date in said.dates}
    return list(dict.fromkeys(_shown(one) for one in lacking if one in numbers or one in dates))


def _shown(value: str) -> str:
    whole = value.isdigit() and not _YEAR.fullmatch(value)
    return french_number(int(value)) if whole else value


def _marks(draft: Draft) -> Iterator[Check]:
    known = {citation.n for citation in draft.citations}
    for sentence in sentences(draft.body):
        for number in sentence.marks:
            if number not in known:
                yield Check("mark", sentence.text, text("helpdesk.check_mark", number=number))


def _sources(draft: Draft, found: Standing, today: dt.date) -> Iterator[Check]:
    given = set(marks_in(draft.body))
    told: set[str] = set()
    for citation in draft.citations:
        if citation.n not in given:
            continue
        if citation.n in found.gone:
            said = text("helpdesk.check_gone", number=citation.n, title=citation.title)
            yield Check("gone", _citing(found, citation.n), said)
        past = citation.valid_until is not None and citation.valid_until < today.isoformat()
        if past and citation.document not in told:
            told.add(citation.document)
            date = french_date(citation.valid_until)
            said = text("helpdesk.check_expired", title=citation.title, date=date)
            yield Check("expired", _citing(found, citation.n), said)


def _citing(found: Standing, number: int) -> str:
    return next((r.sentence.text for r in found.rows if number in r.sentence.marks), "")


def _dates(draft: Draft, found: Standing, today: dt.date) -> Iterator[Check]:
    for row in found.rows:
        words = row.sentence.text
        for written, day, start in dates_in(words):
            if day >= today:
                continue
            before = fold(words[max(0, start - 60) : start])
            if _pattern("deadline").search(before):
                yield Check("deadline", words, text("helpdesk.check_deadline", date=written))
            elif row.edited:  # the draft’s own are those of its sources, which date what they say
                yield Check("past_date", words, text("helpdesk.check_past_date", date=written))


def _personal(draft: Draft) -> Iterator[Check]:
    """Yield what tells who somebody is, but for the greeting, the signature and the services to ask."""
    start, end = inside(draft.body)
    own = {plain(one) for one in (*told_sentences(draft), *(s.text for s in draft.statements))}
    for sentence in sentences(draft.body):
        if not start <= sentence.start < end or plain(sentence.text) in own:
            continue
        for kind in mask(sentence.text, _CONTACTS).counts:
            said = text(
                "helpdesk.check_personal", what=text(f"helpdesk.masked_{kind}_one", number=1)
            )
            yield Check("personal", sentence.text, said)


def _links(draft: Draft) -> Iterator[Check]:
    """Yield the addresses that are neither those of the sources nor of the services to ask."""
    known = [citation.url for citation in draft.citations]
    known += [link for line in draft.told for link in _pattern("link").findall(line)]
    bare = {_bare(link) for link in known}
    for sentence in sentences(draft.body):
        for link in _pattern("link").findall(sentence.text):
            if _bare(link) not in bare:
                yield Check("link", sentence.text, text("helpdesk.check_link", link=link))


def _bare(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.rstrip(".,;:)»")).rstrip("/").lower()


def _placeholders(draft: Draft) -> Iterator[Check]:
    own = {plain(one) for one in told_sentences(draft)}  # « À compléter avec d’autres documents »
    for sentence in sentences(draft.body):
        if plain(sentence.text) in own:
            continue
        for found in _pattern("placeholder").finditer(sentence.text):
            said = text("helpdesk.check_placeholder", words=found.group())
            yield Check("placeholder", sentence.text, said)


def _signature(draft: Draft, signer: str) -> Iterator[Check]:
    _, end = inside(draft.body)
    if end == len(draft.body):
        yield Check("signature", "", text("helpdesk.check_no_closing"))
    elif signer and signer not in draft.body[end:]:
        yield Check("signature", "", text("helpdesk.check_signature", name=signer))


def _left(draft: Draft) -> Sequence[str]:
    """Return the questions without an answer whose line is still there."""
    wording = load_data("helpdesk/reply")["unanswered"]
    return draft.unanswered if wording in draft.body else ()


@cache
def _data() -> Any:
    return load_data("helpdesk/checks")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])

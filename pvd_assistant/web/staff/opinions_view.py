"""What the pages « Avis reçus » show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pvd_assistant.french import french_moment, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.library.inbox import LONGEST_NOTE, Inbox, Received, Treatment, Wanted
from pvd_assistant.messages import text
from pvd_assistant.web.feedback import reasons
from pvd_assistant.web.staff.dashboard import (
    address,
    choices,
    counted,
    document_links,
    given,
    given_day,
    given_number,
    pages,
)
from pvd_assistant.web.wording import label, labels

HOME = "/equipe/avis"
FIGURES = f"{HOME}/chiffres"
EXPORT = f"{HOME}/export.csv"
_SIZE = 20
_VOTES = {"utile": True, "pas-utile": False}
_COLUMNS = (
    "number", "date", "vote", "reasons", "comment", "question", "status", "family", "engine",
    "cited", "treatment", "who", "treated", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is limited to, and its page."""

    wanted: Wanted = field(default_factory=Wanted)
    page: int = 1

    @property
    def values(self) -> dict[str, str]:
        """As an address holds it, the page apart."""
        wanted = self.wanted
        return {
            "avis": next((key for key, vote in _VOTES.items() if vote is wanted.useful), ""),
            "raison": wanted.reason,
            "reponse": wanted.status,
            "traitement": wanted.treatment or "",
            "commentaire": "1" if wanted.with_comment else "",
            "depuis": wanted.since.isoformat() if wanted.since else "",
            "jusque": wanted.until.isoformat() if wanted.until else "",
        }


def read_asked(query: Mapping[str, str]) -> Asked:
    """Read an address; what makes no sense in it is left out."""
    treatment = given(query, "traitement", Treatment)
    wanted = Wanted(
        useful=_VOTES.get(given(query, "avis")),
        reason=given(query, "raison", {**reasons(True), **reasons(False)}),
        status=given(query, "reponse", labels()["statuses"]),
        treatment=Treatment(treatment) if treatment else None,
        with_comment=bool(given(query, "commentaire")),
        since=given_day(query, "depuis"),
        until=given_day(query, "jusque"),
    )
    return Asked(wanted, max(1, given_number(query, "page")))


def inbox_view(inbox: Inbox, asked: Asked, index: Index) -> dict[str, Any]:
    """Return a page of the list, and what it can be limited to."""
    total, found = inbox.count(Wanted()), inbox.count(asked.wanted)
    waiting = inbox.count(Wanted(treatment=Treatment.WAITING))
    received = inbox.opinions(asked.wanted, _SIZE, _SIZE * (asked.page - 1))
    return {
        "lead": text("dashboard.opinions_lead", waiting=waiting, total=counted("opinions", total)),
        "total": total,
        "found": counted("opinions", found),
        "opinions": [_summary(opinion, index) for opinion in received],
        "asked": asked.wanted,
        **_filters(asked),
        "limited": asked.wanted != Wanted(),
        "pages": pages(HOME, asked.values, found, _SIZE, asked.page),
        "home": HOME,
        "figures": FIGURES,
        "export": address(EXPORT, asked.values),
    }


def opinion_view(opinion: Received, index: Index, problem: str = "") -> dict[str, Any]:
    """Return one opinion, its passages one by one, and the forms of its treatment.

    :param problem: why its treatment was refused.
    """
    cited = document_links(opinion.citations, index)
    return {
        **_summary(opinion, index),
        "opinion": opinion,
        "title": text("dashboard.opinion_title", number=opinion.id),
        "family": label("families", opinion.family),
        "engine": _engine(opinion.engine),
        "cited": cited,
        "states": [
            (state.value, _treatment(state), state is opinion.treatment) for state in Treatment
        ],
        "treated": _treated(opinion),
        "longest": LONGEST_NOTE,
        "hint": text("dashboard.treat_note_hint", longest=french_number(LONGEST_NOTE)),
        "problem": problem,
        "home": HOME,
    }


def opinion_rows(opinions: Sequence[Received]) -> list[list[str]]:
    """Return the opinions as a table."""
    rows = [[text(f"dashboard.csv_{name}") for name in _COLUMNS]]
    for opinion in opinions:
        rows.append(
            [
                str(opinion.id),
                opinion.time.date().isoformat(),
                _vote(opinion.useful),
                " ; ".join(_reasons(opinion)),
                opinion.comment,
                opinion.question or "",
                label("statuses", opinion.status),
                label("families", opinion.family),
                _engine(opinion.engine),
                " ; ".join(dict.fromkeys(str(c.get("document", "")) for c in opinion.citations)),
                _treatment(opinion.treatment),
                opinion.who,
                opinion.treated.date().isoformat() if opinion.treated else "",
                opinion.note,
            ]
        )
    return rows


def _filters(asked: Asked) -> dict[str, Any]:
    values = asked.values
    votes = [(key, _vote(vote)) for key, vote in _VOTES.items()]
    every = {**reasons(False), **reasons(True)}
    return {
        "votes": choices(votes, values["avis"]),
        "reasons": choices(every.items(), values["raison"]),
        "statuses": choices(labels()["statuses"].items(), values["reponse"]),
        "treatments": choices(
            [(state.value, _treatment(state)) for state in Treatment], values["traitement"]
        ),
    }


def _summary(opinion: Received, index: Index) -> dict[str, Any]:
    return {
        "id": opinion.id,
        "url": f"{HOME}/{opinion.id}",
        "day": french_moment(opinion.time),
        "useful": opinion.useful,
        "vote": _vote(opinion.useful),
        "why": _reasons(opinion),
        "comment": opinion.comment,
        "question": opinion.question,
        "answered": label("statuses", opinion.status),
        "treatment": opinion.treatment.value,
        "treatment_label": _treatment(opinion.treatment),
        "documents": document_links(opinion.citations, index),
    }


def _treated(opinion: Received) -> str:
    if opinion.treated is None:
        return ""
    date = french_moment(opinion.treated)
    state = _treatment(opinion.treatment)
    return text("dashboard.treated_by", state=state, who=opinion.who, date=date)


def _vote(useful: bool) -> str:
    return text(f"dashboard.vote_{'useful' if useful else 'useless'}")


def _treatment(state: Treatment) -> str:
    return text(f"dashboard.treatment_{state}")


def _reasons(opinion: Received) -> list[str]:
    known = {**reasons(True), **reasons(False)}
    return [known.get(reason, reason) for reason in opinion.reasons]


def _engine(engine: str) -> str:
    kind, _, name = engine.partition(":")
    return text(f"dashboard.opinion_{'llm' if kind == 'llm' else 'extractive'}", name=name)

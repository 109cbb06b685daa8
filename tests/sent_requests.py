"""Requests whose reply was reviewed and sent, and the people who did it, for the tests of what follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from staff_people import NAMES, account_of

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.model import Citation
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow

DAY = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
BODY = """Bonjour Madame,

Le cofinancement couvre 75 % du coût du poste. [1]
Le dossier se dépose auprès de Mme Durand, au 03 85 00 00 00.

Bien cordialement,
Hélène Assistance"""


def person(role: Role, database: Database) -> Person:
    """Somebody of a role, with an account."""
    return Person(
        account_of(role, database), f"{role.value}@exemple.fr", NAMES[role], frozenset({role})
    )


def citation(**changes: Any) -> Citation:
    """A citation of an offer."""
    known = {
        "n": 1,
        "document": "offres/chef-de-projet",
        "title": "Cofinancement d’un poste de chef de projet",
        "kind": "offre",
        "publisher": "Club Petites villes de demain",
        "url": "https://www.exemple.fr/offre",
        "updated": "2026-11-23",
        "section": "Combien",
        "page": None,
        "label": None,
        "part": 0,
        "start": 0,
        "end": 46,
        "passage": "Le cofinancement couvre 75 % du coût du poste.",
        "score": 0.9,
    }
    return Citation(**(known | changes))  # type: ignore[arg-type]


def sent_request(
    database: Database,
    *,
    body: str = BODY,
    citations: tuple[Citation, ...] = (citation(),),
    questions: tuple[str, ...] = ("Qui paie le poste de chef de projet ?",),
    unanswered: tuple[str, ...] = (),
    **changes: Any,
) -> int:
    """Keep a request whose reply was reviewed, then sent, unless ``changes`` says otherwise."""
    with database.transaction() as session:
        request = RequestRow(
            created=DAY,
            created_by=None,
            subject="Poste de chef de projet",
            body="Qui paie le poste de chef de projet ?",
            sender_name="",
            sender_address="",
            questions=list(questions),
            intake={},
            assigned_to=None,
            accepted=1,
            version=1,
            searched="",
            **({"town": None, "state": "envoye", "reviewed": DAY, "sent": DAY} | changes),
        )
        session.add(request)
        session.flush()
        session.add(
            ReplyVersionRow(
                request_id=request.id,
                number=1,
                time=DAY,
                author_id=None,
                author="",
                origin="assistant",
                body=body,
                statements=[],
                citations=[asdict(one) for one in citations],
                told=["Voici ce que disent les documents."],
                unanswered=list(unanswered),
                engine="extractive",
            )
        )
        return request.id

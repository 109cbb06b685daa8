"""A reply with its statements and its sources, for the tests of what is done with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pvd_assistant.answer.composing import citation
from pvd_assistant.helpdesk.model import Draft, Taken
from pvd_assistant.index.store import Index
from pvd_assistant.model import Citation, Passage, Statement

RATE = "Le cofinancement couvre 75 % du coût du poste, dans la limite de 45 000 € par an."
LIMIT = "Le poste est occupé à temps plein."
TAKEN = Taken(
    subject="Chef de projet",
    body="Qui paie le poste de chef de projet ?",
    sender_name="Sylvie Marchand",
    sender_address="s.marchand@exemple.fr",
    town="71543",
    questions=("Qui paie le poste de chef de projet ?",),
)


def source(n: int = 1, passage: str = RATE, **changes: Any) -> Citation:
    base = Citation(
        n=n,
        document="offres/chef-de-projet",
        title="Cofinancement d’un poste de chef de projet",
        kind="offre",
        publisher="Club Petites villes de demain",
        url="https://www.exemple.fr/offre",
        updated="2026-11-23",
        section="Combien",
        page=None,
        label=None,
        part=0,
        start=0,
        end=len(passage),
        passage=passage,
        score=0.9,
    )
    return replace(base, **changes)


def reply(*lines: str, **changes: Any) -> Draft:
    """A letter with these lines between its greeting and its signature."""
    body = "\n".join(["Madame, Monsieur,", "", *lines, "", "Bien cordialement,", "Anne Lefort"])
    base = Draft(
        body,
        statements=(Statement(RATE, (1,)), Statement(LIMIT, (2,))),
        citations=(source(1), source(2, LIMIT)),
        told=(
            "Madame, Monsieur,",
            "Voici ce que disent les documents.",
            "Bien cordialement,",
            "Anne Lefort",
        ),
    )
    return replace(base, **changes)


DRAFTED = (f"{RATE} [1]", f"- {LIMIT} [2]")


def cited(index: Index, words: str) -> tuple[Passage, int, Citation]:
    """The passage of the documents that holds a sentence with these words, its unit, a citation of it."""
    for document in index.documents:
        for passage in index.passages_of(document):
            for n, unit in enumerate(passage.units):
                if words in passage.unit_text(unit):
                    return passage, n, citation(1, passage, 1.0, index)
    raise AssertionError(words)

"""An assistant without an index: three small documents and answers written in advance."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from corpus.makers import Page, pdf

from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import (
    Answer,
    Citation,
    Filters,
    Hit,
    Metadata,
    Part,
    Passage,
    Place,
    Source,
    Statement,
    Turn,
    Unit,
)
from pvd_assistant.territory.communes import Territory

SHEET = "offres/chef-de-projet"
GUIDE = "guides/guide-du-programme"
PROJECT = "projets/la-mure"

RATE = (
    "Le cofinancement du chef de projet couvre 75 % du coût annuel chargé du poste, "
    "dans la limite de 45 000 € par an."
)
_SHEET_TEXT = f"""Combien

{RATE} Le reste est à la charge de la commune.

Conditions :

- Le poste est occupé à temps plein.
- La commune a signé la convention d’adhésion.

Cas | Taux | Plafond
Poste simple | 75 % | 45 000 €
Poste mutualisé | 75 % | 55 000 €"""
_PAGE_TEXT = """Entrer dans le programme

Le programme s’adresse aux communes de moins de 20 000 habitants qui exercent des fonctions
de centralité. La liste des communes est arrêtée par le préfet.

<script>alert('document hostile')</script>"""
_PASSAGE_START = _SHEET_TEXT.index("Le cofinancement")
_PASSAGE_END = _SHEET_TEXT.index("\n\nConditions")
_LIST_START = _SHEET_TEXT.index("Le poste est")
_LIST_END = _SHEET_TEXT.index("\n- La commune")
_ROW_START = _SHEET_TEXT.index("Poste simple")
_ROW_END = _SHEET_TEXT.index("\nPoste mutualisé")
_PAGE_START = _PAGE_TEXT.index("Le programme")
_PAGE_END = _PAGE_TEXT.index(" La liste")


@dataclass(frozen=True)
class Record:
    """What the index knows of a document."""

    id: str
    path: str
    digest: str
    metadata: Metadata
    passages: int = 1


@dataclass
class FakeIndex:
    """The part of ``Index`` that the pages read."""

    documents: Mapping[str, Record]
    texts: Mapping[str, tuple[Part, ...]]
    outdated: bool = False
    embedder: object = None
    manifest: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            model="fake",
            model_version="1",
            dimension=4,
            corpus="corpus-1",
            documents=3,
            passages=4,
            built="2026-11-23T10:00:00+00:00",
        )
    )

    def parts(self, document_id: str) -> tuple[Part, ...]:
        return self.texts.get(document_id, ())

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        cited = [c for c in SOURCED.citations if c.document == document_id in self.documents]
        return tuple(_passage(c) for c in cited)

    def embed_question(self, text: str) -> FloatArray:
        """A vector that shares a direction with any text that shares a word."""
        vector = np.zeros(256, np.float32)
        for word in re.findall(r"\w{3,}", text.casefold()):
            vector[zlib.crc32(word.encode()) % len(vector)] = 1
        return vector / max(1.0, float(np.linalg.norm(vector)))

    def search(self, text: str, **_: object) -> list[Hit]:
        """The sheet's first passage, whatever is asked."""
        return [Hit(passage, 0.5, 0.5, 0.5, 0.5) for passage in self.passages_of(SHEET)[:1]]


class FakeAssistant:
    """Answers by the first word that it recognises, and remembers what it was asked."""

    def __init__(self) -> None:
        self.index = FakeIndex(_records(), _texts())
        self.asked: list[tuple[str, tuple[Turn, ...], Filters]] = []
        self.failure: Exception | None = None

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        id: str | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(history), filters or Filters()))
        if self.failure is not None:
            raise self.failure
        for word, answer in ANSWERS.items():
            if word in question.lower():
                return replace(answer, question=question)
        return replace(SOURCED, question=question)

    def stream(self, question: str, **asked: Any) -> Iterator[Statement | Answer]:
        answer = self.ask(question, **asked)
        yield from answer.statements
        yield answer

    @property
    def territory(self) -> Territory:
        return Territory.load()

    def part_text(self, document: str, part: int) -> str:
        return self.index.parts(document)[part].text


def citation(n: int = 1, **changes: object) -> Citation:
    """Return a citation of the amount in the offer sheet."""
    base = Citation(
        n=n,
        document=SHEET,
        title="Cofinancement d’un poste de chef de projet",
        kind="offre",
        publisher="Club Petites villes de demain",
        url="https://agence-cohesion-territoires.gouv.fr/petites-villes-de-demain-45",
        updated="2026-11-23",
        section="Combien",
        page=None,
        label=None,
        part=0,
        start=_PASSAGE_START,
        end=_PASSAGE_END,
        passage=_SHEET_TEXT[_PASSAGE_START:_PASSAGE_END],
        score=0.9,
        valid_until="2026-12-31",
    )
    return replace(base, **changes)


def page_citation(n: int) -> Citation:
    """Return a citation of the second page of the guide, a PDF."""
    return citation(
        n,
        document=GUIDE,
        title="Guide du programme",
        kind="guide",
        section="Entrer dans le programme",
        page=2,
        label="2",
        start=_PAGE_START,
        end=_PAGE_END,
        passage=_PAGE_TEXT[_PAGE_START:_PAGE_END],
        valid_until=None,
    )


PAGE_CITATION = page_citation(4)
_ITEM = citation(
    2,
    section="Conditions",
    start=_LIST_START,
    end=_LIST_END,
    passage=_SHEET_TEXT[_LIST_START:_LIST_END],
)
_ROW = citation(
    3, section="Combien", start=_ROW_START, end=_ROW_END, passage=_SHEET_TEXT[_ROW_START:_ROW_END]
)
_PAGE_STATEMENT = _PAGE_TEXT[_PAGE_START:_PAGE_END]

SOURCED = Answer(
    question="",
    status="answered",
    family="offer",
    answer=(
        f"{RATE} [1]\n- Le poste est occupé à temps plein. [2]\n"
        f"- Poste simple | 75 % | 45 000 € [3]\n{_PAGE_STATEMENT} [4]"
    ),
    statements=(
        Statement(RATE, (1,)),
        Statement("Le poste est occupé à temps plein.", (2,)),
        Statement("Poste simple | 75 % | 45 000 €", (3,)),
        Statement(_PAGE_STATEMENT, (4,)),
    ),
    citations=(citation(1), _ITEM, _ROW, PAGE_CITATION),
    suggestions=(
        "Comment demander le cofinancement d’un poste de chef de projet ?",
        "Jusqu’à quand le cofinancement est-il ouvert ?",
    ),
    contact={
        "name": "Préfecture de l’Isère",
        "town": "Grenoble",
        "departement": "Isère",
        "role": "délégué territorial de l’ANCT, porte d’entrée du programme",
        "url": "https://lannuaire.service-public.gouv.fr/",
    },
    warnings=(
        "« Cofinancement d’un poste de chef de projet » n’est valable que jusqu’au "
        "31 décembre 2026.",
    ),
)
UNKNOWN = Answer(
    question="",
    status="unknown",
    family="other",
    answer="Je ne trouve pas la réponse dans les documents du Club.",
    citations=(citation(1),),
    contact=SOURCED.contact,
)
OUT_OF_SCOPE = Answer(
    question="",
    status="out_of_scope",
    family="other",
    answer="Cette demande sort du champ de l’assistant.",
    contact=SOURCED.contact,
)
PARTIAL = replace(
    SOURCED,
    status="partial",
    statements=SOURCED.statements[:1],
    citations=SOURCED.citations[:1],
    answer=f"{RATE} [1]",
    suggestions=(),
    engine="llm:mistral-small",
)
HOSTILE = Answer(
    question="",
    status="answered",
    family="other",
    answer="<img src=x onerror=alert(1)> <b>gras</b> [1]",
    statements=(Statement("<b>gras</b>", (1,)),),
    citations=(citation(1, title="<script>alert(1)</script>", publisher='"><i>x</i>'),),
    suggestions=("<script>alert(2)</script> ?",),
    warnings=("<u>attention</u>",),
)
COMPARISON = replace(
    SOURCED,
    answer=(
        f"## Ce qui change\n1. {RATE} [1]\n"
        "|  | Poste simple | Poste mutualisé |\n| --- | --- | --- |\n"
        "| Plafond | 45 000 € [3] | 55 000 € [3] |"
    ),
    statements=(
        Statement(RATE, (1,)),
        Statement("45 000 €", (3,)),
        Statement("55 000 €", (3,), "computed"),
    ),
    citations=(citation(1), _ROW),
)
WHICH = Answer(
    question="", status="clarify", family="commune", answer="De quelle commune s’agit-il ?"
)
ANSWERS = {
    "comparer": COMPARISON,
    "laquelle": WHICH,
    "piscine": UNKNOWN,
    "recette": OUT_OF_SCOPE,
    "partiel": PARTIAL,
    "hostile": HOSTILE,
}


def _passage(c: Citation) -> Passage:
    span = (c.start, c.end)
    titles = (c.section,)
    name = f"{c.document}#{c.part}:{c.start}-{c.end}"
    units = (Unit(0, len(c.passage), "sentence"),)
    return Passage(name, c.document, "d", 0, *span, c.passage, units, titles, c.page, c.label)


def guide_pdf() -> bytes:
    """Return the guide: a title page, then the page that is cited."""
    return pdf(
        [
            Page().text(72, 700, "Guide du programme", 24),
            Page().lines(72, 760, *filter(None, _PAGE_TEXT.splitlines())),
        ]
    )


def _metadata(title: str, kind: str, **changes: object) -> Metadata:
    source = Source(
        "Petites villes de demain",
        "ANCT",
        "https://agence-cohesion-territoires.gouv.fr/",
        "2026-02-05",
    )
    base = Metadata(
        title=title,
        kind=kind,  # type: ignore[arg-type]
        publisher="Club Petites villes de demain",
        updated=dt.date(2026, 11, 23),
        sources=(source,),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def _records() -> dict[str, Record]:
    place = Place(("La Mure",), ("38269",), "Isère", "Auvergne-Rhône-Alpes", 5000)
    sheet = _metadata(
        "Cofinancement d’un poste de chef de projet",
        "offre",
        pillar="ingénierie",
        themes=("ingénierie", "emploi"),
        partners=("ANCT", "Banque des Territoires"),
        valid_until=dt.date(2026, 12, 31),
    )
    project = _metadata(
        "La Mure : une friche devient un quartier", "projet", themes=("friches",), place=place
    )
    return {
        SHEET: Record(SHEET, f"{SHEET}.md", "a", sheet, 3),
        GUIDE: Record(GUIDE, f"{GUIDE}.pdf", "b", _metadata("Guide du programme", "guide")),
        PROJECT: Record(PROJECT, f"{PROJECT}.md", "c", project),
    }


def _texts() -> dict[str, tuple[Part, ...]]:
    return {
        SHEET: (Part(0, _SHEET_TEXT), Part(1, "Jusqu’à quand\n\nL’offre court jusqu’en 2026.")),
        GUIDE: (Part(0, _PAGE_TEXT, page=2, label="2"),),
        PROJECT: (Part(0, "La friche de La Mure est devenue un quartier."),),
    }

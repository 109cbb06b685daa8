"""The pipeline: understand, settle by rule, search, choose, decide whether it is known, compose."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import abstention, composing, ranking
from pvd_assistant.answer.candidates import Candidate, Evidence, ask_for, candidates
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.contact import prefecture
from pvd_assistant.answer.places import Places, about_places, find_places
from pvd_assistant.answer.selection import select
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.answer.verdicts import verdict
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Family, Filters, Hit, Kind, Status, Turn
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.territory.communes import Territory

_SEARCHED = 30
_PARTS = 4
# Weight of what surrounds a question against the question; see docs/evaluation.md.
_HISTORY_WEIGHT, _STORY_WEIGHT = 0.3, 0.6
#: Rows of tables answer only through a verdict: a thousand alike would crowd out the sheets.
_PROSE = tuple(kind for kind in get_args(Kind) if kind != "table")
_FAMILY_OF_KIND: dict[str, Family] = {
    "offre": "offer",
    "partenaire": "partner",
    "projet": "project",
    "glossaire": "definition",
    "guide": "programme",
    "presse": "programme",
    "actualite": "programme",
}


class Assistant:
    """Answers questions from the indexed documents. Safe to share between threads.

    ::

        from pvd_assistant import Assistant
        Assistant().ask("Qui paie le poste de chef de projet ?").answer
    """

    def __init__(self, settings: Settings | None = None, *, index: Index | None = None) -> None:
        """Prepare an assistant; the index is opened at the first question.

        :param settings: read from ``pvd.toml`` and the environment when not given.
        :param index: an index already open.
        """
        self.settings = settings or load_settings()
        self._given = index

    @cached_property
    def index(self) -> Index:
        """The index questions are answered from.

        :raises IndexingError: it is missing, unreadable or of another model.
        """
        return self._given or Index.open(self.settings)

    @property
    def territory(self) -> Territory:
        """The tables of communes, those just refreshed included."""
        return Territory.load(self.settings.official_dir)

    def part_text(self, document: str, part: int) -> str:
        """Return the text of a page or section, to show a citation in place."""
        return self.index.parts(document)[part].text

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        id: str | None = None,
    ) -> Answer:
        """Answer a question.

        :param question: as typed, in French; cleaned and cut at ``settings.question_limit``.
        :param history: earlier turns, oldest first.
        :param filters: what the answer must be limited to.
        :param id: carried to the answer.
        :raises IndexingError: there is no usable index.
        :raises EmbeddingError: the embedding server does not answer.
        """
        start = time.perf_counter()
        recent = history[-self.settings.history_limit :] if self.settings.history_limit else ()
        understood = understand(question, recent, self.settings.question_limit)
        answer = self._answer(understood, recent, filters or Filters())
        return replace(
            answer,
            question=question[: self.settings.question_limit],
            warnings=(*self._about_the_question(question, understood), *answer.warnings),
            latency_ms=1000 * (time.perf_counter() - start),
            id=id,
        )

    def evidence(self, understood: Understanding, places: Places, filters: Filters) -> Evidence:
        """Search for a question and describe what may answer it; tables are left out."""
        understood = about_places(understood, places)
        if not filters.kinds:
            filters = replace(filters, kinds=_PROSE)
        hits = self.index.search(
            understood.core,
            filters=filters,
            limit=_SEARCHED,
            context=understood.context,
            context_weight=_STORY_WEIGHT if understood.story else _HISTORY_WEIGHT,
        )
        asked = ask_for(understood, self.index, places.names)
        return Evidence(understood, asked, hits, candidates(asked, hits, self.index))

    def _answer(
        self, understood: Understanding, history: Sequence[Turn], filters: Filters
    ) -> Answer:
        if not understood.text.strip():
            return _plain(understood, "clarify", text("answer.empty"))
        places = find_places(understood, history, self.territory)
        if understood.refused:
            key = "answer.orders" if understood.orders else "answer.out_of_scope"
            return self._with_contact(_plain(understood, "out_of_scope", text(key)), places)
        settled = verdict(understood, places, history, self.index, self.territory)
        if settled is not None and settled.ask:
            return self._with_contact(_plain(understood, "clarify", settled.ask, "commune"), places)
        if settled is not None and settled.complete:
            return self._compose(understood, settled.status, settled.drafts, places, settled.family)
        evidence = self.evidence(understood, places, filters)
        scores = ranking.sentence_scores(evidence.found)
        chosen = select(
            evidence.understood, evidence.found, scores, self._scores_of_parts(evidence, places)
        )
        if settled is not None:
            statements = [*settled.drafts, *composing.drafts(_naming(chosen, places))]
            return self._compose(understood, settled.status, statements, places, "eligibility")
        probability = abstention.knows(abstention.signals(evidence, scores.tolist(), self.index))
        if not chosen or probability < ranking.threshold("answered"):
            return self._unknown(understood, evidence.hits, places, filters)
        family = self._family(understood, chosen)
        return self._compose(understood, "answered", composing.drafts(chosen), places, family)

    def _scores_of_parts(self, evidence: Evidence, places: Places) -> list[NDArray[np.float64]]:
        """Score the same candidates for each of the questions of the message."""
        understood, hits = evidence.understood, evidence.hits
        return [
            ranking.sentence_scores(
                candidates(ask_for(understood, self.index, places.names, part), hits, self.index)
            )
            for part in understood.parts[:_PARTS]
        ]

    def _compose(
        self,
        understood: Understanding,
        status: Status,
        statements: Sequence[Draft],
        places: Places,
        family: Family,
    ) -> Answer:
        composed = composing.compose(statements, self.index)
        answer = Answer(
            question=understood.text,
            status=status,
            family=family,
            answer=composed.text,
            statements=composed.statements,
            citations=composed.citations,
            suggestions=composing.suggestions(composed.citations, self.index),
            warnings=composing.warnings(composed.citations, self.index, dt.date.today()),
        )
        return self._with_contact(answer, places)

    def _unknown(
        self,
        understood: Understanding,
        hits: Sequence[Hit],
        places: Places,
        filters: Filters,
    ) -> Answer:
        contact = prefecture(places.concerned, self.territory)
        nearest = list({h.passage.document: h for h in reversed(hits[:8])}.values())[::-1][:3]
        lines = [text("answer.unknown_near" if nearest else "answer.unknown")]
        if filters and not hits:
            lines.append(text("answer.nothing_with_filters"))
        lines.append(text("answer.ask_contact", name=contact["name"]))
        cited = [
            composing.citation(n, hit.passage, hit.score, self.index)
            for n, hit in enumerate(nearest, start=1)
        ]
        answer = _plain(understood, "unknown", " ".join(lines))
        return replace(answer, citations=tuple(cited), contact=contact)

    def _with_contact(self, answer: Answer, places: Places) -> Answer:
        return replace(answer, contact=prefecture(places.concerned, self.territory))

    def _family(self, understood: Understanding, chosen: Sequence[Candidate]) -> Family:
        if understood.families:
            return understood.families[0]
        kind = self.index.documents[chosen[0].passage.document].metadata.kind
        return _FAMILY_OF_KIND.get(kind, "other")

    def _about_the_question(self, question: str, understood: Understanding) -> list[str]:
        found = []
        if len(question) > self.settings.question_limit:
            found.append(text("answer.cut", limit=self.settings.question_limit))
        if understood.language != "fr":
            found.append(text("answer.language"))
        return found


def _plain(
    understood: Understanding, status: Status, said: str, family: Family = "other"
) -> Answer:
    return Answer(question=understood.text, status=status, family=family, answer=said)


def _naming(chosen: Sequence[Candidate], places: Places) -> list[Candidate]:
    """Keep the statements that name a commune of the question."""
    names = [mention.text.casefold() for mention in places.mentions]
    return [c for c in chosen if any(name in c.text.casefold() for name in names)][:3]

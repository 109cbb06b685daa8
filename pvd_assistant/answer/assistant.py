"""The pipeline: understand, settle by rule, search, choose, decide whether it is known, compose."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composing, composition, doubts, languages, premises, ranking
from pvd_assistant.answer.asides import about_the_answer, of_place
from pvd_assistant.answer.candidates import Asked, Candidate, Evidence, ask_for, candidates
from pvd_assistant.answer.comparison import compare
from pvd_assistant.answer.composing import Section
from pvd_assistant.answer.contact import prefecture
from pvd_assistant.answer.definition import with_definition
from pvd_assistant.answer.frequent import surely_asked
from pvd_assistant.answer.generative import Writer
from pvd_assistant.answer.layout import lay_out
from pvd_assistant.answer.list_request import looks_for_towns
from pvd_assistant.answer.places import Places, about_places, find_places
from pvd_assistant.answer.pointing import pointed
from pvd_assistant.answer.premises import Denial
from pvd_assistant.answer.reply import Reply
from pvd_assistant.answer.ruled import decided, of_sheets, unasked
from pvd_assistant.answer.searching import with_each_question
from pvd_assistant.answer.selection import select
from pvd_assistant.answer.several import asked_apart, together
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.answer.unheld import unheld
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.answer.verdicts import verdict
from pvd_assistant.answer.weighing import Weighed, towns_answer, weigh
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import KNOWN, Answer, Family, Filters, Hit, Kind, Statement, Status, Turn
from pvd_assistant.observability import metrics, tracing
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.territory.communes import Territory

_SEARCHED = 40
_WORD = re.compile(r"[^\W\d_]{2}")
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

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self.settings)

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
        steps = self._steps(question, history, filters, id)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                answer: Answer = done.value
                return answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        id: str | None = None,
    ) -> Iterator[Statement | Answer]:
        """Answer a question statement by statement; the last thing yielded is the whole answer.

        A sentence written by a language model is yielded once it has been verified. The whole
        answer replaces what was yielded before it: when the model fails on the way, it is the
        extractive one. Parameters and errors are those of :meth:`ask`.
        """
        answer = yield from self._steps(question, history, filters, id)
        if answer.engine == "extractive":
            yield from answer.statements
        yield answer

    def _steps(
        self, question: str, history: Sequence[Turn], filters: Filters | None, id: str | None
    ) -> Generator[Statement, None, Answer]:
        """Yield the statements that come one by one; return the answer, timed and counted."""
        start = time.perf_counter()
        recent = history[-self.settings.history_limit :] if self.settings.history_limit else ()
        steps = self._understood(question, recent, filters or Filters())
        with metrics.ANSWERS_IN_PROGRESS.track_inprogress():
            answer = yield from tracing.spanning("pvd.answer", steps)
        seconds = time.perf_counter() - start
        metrics.count_answer(answer, seconds)
        return replace(answer, latency_ms=1000 * seconds, id=id)

    def _understood(
        self, question: str, history: Sequence[Turn], filters: Filters
    ) -> Generator[Statement, None, Answer]:
        limit = self.settings.question_limit
        with tracing.span("pvd.understand"):
            told = pointed(question[:limit], history, self.index)
            understood = understand(told.question, told.history, limit)
        if told.ask:
            return replace(_plain(understood, "clarify", told.ask), question=question[:limit])
        answer = yield from self._answer(understood, told.history, filters)
        said = {"status": answer.status, "engine": answer.engine, "family": answer.family}
        tracing.note({f"pvd.{name}": value for name, value in said.items()})
        warnings = (*self._about_the_question(question, understood), *answer.warnings)
        return replace(answer, question=question[:limit], warnings=warnings)

    def evidence(self, understood: Understanding, places: Places, filters: Filters) -> Evidence:
        """Search for a question and describe what may answer it; tables are left out."""
        understood = about_places(understood, places)
        limited = bool(filters)
        if not filters.kinds:
            filters = replace(filters, kinds=_PROSE)
        with tracing.span("pvd.search"):
            hits = self.index.search(
                understood.core,
                filters=filters,
                limit=_SEARCHED,
                context=understood.context,
                context_weight=_STORY_WEIGHT if understood.story else _HISTORY_WEIGHT,
            )
            hits = with_each_question(understood, hits, filters, self.index)
        hits = [hit for hit in hits if composition.stated(hit.passage.headings)]
        asked = ask_for(understood, self.index, places.names)
        return Evidence(understood, asked, hits, self._unsaid(understood, asked, hits), limited)

    def _answer(
        self, understood: Understanding, history: Sequence[Turn], filters: Filters
    ) -> Generator[Statement, None, Answer]:
        if not _WORD.search(understood.text):
            return _plain(understood, "clarify", text("answer.empty"))
        reply = self._reply(understood, history, filters)
        apart = asked_apart(understood, history) if not reply.final else []
        if apart:
            replies = [self._reply(one, turns, filters, len(apart)) for one, turns in apart]
            reply = together(reply, [one for one, _ in apart], replies)
        answer = self._said(understood, reply)
        if not self.settings.llm_url or reply.evidence is None:
            return answer
        return (yield from self._written(answer, reply, reply.evidence))

    def _reply(
        self,
        understood: Understanding,
        history: Sequence[Turn],
        filters: Filters,
        questions: int = 1,
    ) -> Reply:
        """Decide what to say to a question.

        :param questions: how many the message asks, which share the room of an answer.
        """
        places = find_places(understood, history, self.territory)
        if (said := unasked(understood, places)) is not None:
            return said
        if understood.about:
            answering = partial(self._reply, filters=filters)
            aside = about_the_answer(understood, history, places, answering, self.index)
            if aside is not None:
                return aside
        denial = None if filters else premises.of_programme(understood, self.index)
        settled = None
        if denial is None:
            settled = verdict(understood, places, self.index, self.territory)
        if (said := decided(settled, places)) is not None:
            return said
        if settled is None:
            said = of_sheets(understood, places, filters, self.index, self.territory)
            if said is not None:
                return said
        return self._searched(understood, places, filters, questions, settled, denial)

    def _searched(
        self,
        understood: Understanding,
        places: Places,
        filters: Filters,
        questions: int,
        settled: Verdict | None,
        denial: Denial | None,
    ) -> Reply:
        """Decide what to say from what the search finds.

        :param settled: a verdict to complete.
        :param denial: what the question wrongly takes for granted about the programme.
        """
        weighed = self._weighed(understood, places, filters)
        evidence, scores = weighed.evidence, weighed.scores
        of_parts = self._scores_of_parts(evidence, places)
        chosen = select(
            evidence.understood, evidence.found, scores, of_parts, questions, self.index
        )
        if settled is not None:
            statements = (*settled.drafts, *composing.drafts(_naming(chosen, places)))
            return Reply(places, settled.status, "eligibility", (Section(statements),))
        table = None if filters else compare(understood, self.index)
        chosen, named = with_definition(evidence, chosen, self.index)
        known = named or (bool(chosen) and (weighed.known or surely_asked(evidence, self.index)))
        if not (filters or named or table) and (known or places.mentions):
            missing = unheld(evidence, places, self.index, dt.date.today())
            if missing is not None and missing.said:
                told = (Section(note=missing.note), Section(missing.said))
                return Reply(places, "partial", self._family(understood, chosen), told)
            if missing is not None:
                return self._unknown(evidence, scores, places, filters, missing.note)
        if table is None and not known and denial is None:
            return self._unknown(evidence, scores, places, filters)
        chosen = chosen if known or table is not None else []
        laid = lay_out(
            evidence, chosen, scores, of_parts, table, self.index, defined=named, denial=denial
        )
        reworded = table is None and denial is None and laid.status == "answered"
        return Reply(
            places,
            laid.status,
            self._family(understood, chosen),
            of_place(laid.sections, understood.area, self.index),
            warnings=laid.warnings,
            evidence=evidence if reworded else None,
        )

    def _weighed(self, understood: Understanding, places: Places, filters: Filters) -> Weighed:
        """Search and weigh; among the projects alone when towns are looked for and one answers."""
        everything = weigh(self.evidence(understood, places, filters), self.index)
        if filters or not looks_for_towns(understood, places):
            return everything
        found = self.evidence(understood, places, replace(filters, kinds=("projet",)))
        towns = weigh(found, self.index)
        return towns if towns_answer(towns, everything) else everything

    def _written(
        self, extractive: Answer, reply: Reply, evidence: Evidence
    ) -> Generator[Statement, None, Answer]:
        """Have a language model word the answer; the extractive one stays when it cannot."""
        outcome = yield from self._writer.write(evidence, self.index)
        if not outcome.drafts:
            return replace(extractive, warnings=(*extractive.warnings, *outcome.warnings))
        sections = (Section(outcome.drafts),)
        written = self._said(evidence.understood, replace(reply, sections=sections))
        warnings = (*written.warnings, *outcome.warnings)
        return replace(written, engine=outcome.engine, warnings=warnings)

    def _scores_of_parts(self, evidence: Evidence, places: Places) -> list[NDArray[np.float64]]:
        """Score the same candidates for each of the questions of the message."""
        understood, hits = evidence.understood, evidence.hits
        asked = (
            ask_for(understood, self.index, places.names, part)
            for part in understood.parts[:_PARTS]
        )
        return [ranking.sentence_scores(self._unsaid(understood, one, hits)) for one in asked]

    def _unsaid(
        self, understood: Understanding, asked: Asked, hits: Sequence[Hit]
    ) -> list[Candidate]:
        """Describe what may answer, but for what must not be said again."""
        found = candidates(asked, hits, self.index)
        return [c for c in found if c.text not in understood.said] if understood.said else found

    def _said(self, understood: Understanding, reply: Reply) -> Answer:
        """Put a reply into words, with its citations."""
        composed = composing.compose(reply.sections, self.index)
        dated = composing.warnings(composed.citations, self.index, dt.date.today())
        nearest = [
            composing.citation(n, hit.passage, hit.score, self.index)
            for n, hit in enumerate(reply.nearest, start=1)
        ]
        told = composed.text or reply.note
        if understood.language != "fr" and understood.core:
            declined = reply.status not in KNOWN
            told = f"{languages.line(understood.language, declined=declined)}\n{told}"
        return Answer(
            question=understood.text,
            status=reply.status,
            family=reply.family,
            answer=told,
            statements=composed.statements,
            citations=composed.citations or tuple(nearest),
            suggestions=composing.suggestions(composed.citations, self.index),
            contact=prefecture(reply.places.concerned, self.territory),
            warnings=(*dated, *reply.warnings),
        )

    def _unknown(
        self,
        evidence: Evidence,
        scores: NDArray[np.float64],
        places: Places,
        filters: Filters,
        missing: str = "",
    ) -> Reply:
        """Say that it is not known, why, and whom to ask.

        :param missing: the line that says which precise thing the documents do not hold.
        """
        hits = evidence.hits
        nearest = list({h.passage.document: h for h in reversed(hits[:8])}.values())[::-1][:3]
        lines = [missing or text("answer.unknown")]
        lines.append(text(f"answer.{doubts.why_unknown(evidence, scores)}"))
        if filters and not hits:
            lines.append(text("answer.nothing_with_filters"))
        if missing and places.mentions:
            lines.append(text("answer.ask_town_hall"))
        contact = prefecture(places.concerned, self.territory)
        lines.append(text("answer.ask_contact", name=contact["name"]))
        lines.append(text("answer.offer_message"))
        return Reply(places, "unknown", note=" ".join(lines), nearest=tuple(nearest))

    def _family(self, understood: Understanding, chosen: Sequence[Candidate]) -> Family:
        if understood.families or not chosen:
            return understood.families[0] if understood.families else "other"
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

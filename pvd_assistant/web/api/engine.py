"""What every face does, as plain data: answer, search, look a commune up, find projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from pvd_assistant.answer.citing import source_line
from pvd_assistant.answer.composing import citation
from pvd_assistant.errors import UnknownCommuneError, UsageError
from pvd_assistant.index.filters import key as folded
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Answer, Filters, Kind, Statement, Turn
from pvd_assistant.practices.catalogue import Criteria, Found, Match
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.lookup import describe, describe_comparison, find
from pvd_assistant.territory.similar import towns_like
from pvd_assistant.web import chat, links
from pvd_assistant.web.api.requests import (
    MOST_PASSAGES,
    CommunesIn,
    ProjectsIn,
    QuestionIn,
    SearchIn,
)
from pvd_assistant.web.service import Service

if TYPE_CHECKING:
    pass

#: Rows of tables are looked up by ``communes``; among passages they would crowd out the sheets.
_PROSE = tuple(kind for kind in get_args(Kind) if kind != "table")


class Engine:
    """The assistant as the faces use it. Safe to share between threads.

    :param service: gives the assistant.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def ask(self, asked: QuestionIn, id: str | None = None) -> Answer:
        """Answer a question.

        :raises UsageError: there is nothing to read in it, or it is too long.
        :raises PvdError: there is no usable index.
        """
        question, history, filters = self._read(asked)
        assistant = self.service.assistant()
        return assistant.ask(question, history=history, filters=filters, id=id)

    def stream(self, asked: QuestionIn, id: str | None = None) -> Iterator[Statement | Answer]:
        """Give the statements as they come, then the answer; errors are those of :meth:`ask`."""
        question, history, filters = self._read(asked)
        assistant = self.service.assistant()
        return assistant.stream(question, history=history, filters=filters, id=id)

    def search(self, asked: SearchIn) -> dict[str, Any]:
        """Return a page of the passages that match, the best first.

        :raises UsageError: there is nothing to read in the query, or it is too long.
        :raises PvdError: there is no usable index.
        """
        words = chat.checked(asked.q, self.service.settings.question_limit)
        index = self.service.assistant().index
        filters = asked.filters()
        if not filters.kinds:
            filters = asked.model_copy(update={"kinds": list(_PROSE)}).filters()
        hits = index.search(words, filters=filters, limit=MOST_PASSAGES)
        numbered = list(enumerate(hits, start=1))[asked.span]
        found = [citation(n, hit.passage, hit.score, index) for n, hit in numbered]
        return {
            "total": len(hits),
            "page": asked.page,
            "per_page": asked.per_page,
            "results": [asdict(one) | {"source": links.source_url(one)} for one in found],
        }

    def communes(self, asked: CommunesIn) -> dict[str, Any]:
        """Return the communes of a name, a code or a postcode, or the programme towns like one.

        :raises UsageError: neither ``q`` nor ``like`` is given, or both are.
        :raises UnknownCommuneError: there is no such commune, or its population is not known.
        """
        wanted = asked.q or asked.like
        if wanted is None or (asked.q and asked.like):
            raise UsageError("api.q_or_like")
        territory = Territory.load(self.service.settings.official_dir)
        found = find(wanted, territory)
        if asked.q:
            return {"communes": [describe(one, territory) for one in found], "comparison": None}
        comparison = towns_like(territory.today(found[0]), territory)
        if comparison is None:
            raise UnknownCommuneError("commune.no_population", name=found[0].label)
        return {
            "communes": [describe(found[0], territory)],
            "comparison": describe_comparison(comparison),
        }

    def projects(self, asked: ProjectsIn) -> dict[str, Any]:
        """Return a page of the projects that meet the criteria, and what each other choice would give.

        :raises UsageError: a value chosen is not one of its facet.
        :raises PvdError: there is no usable index.
        """
        catalogue = self.service.catalogue()
        every = catalogue.search(Criteria())
        chosen = {
            facet: tuple(_value(every, facet, value) for value in values)
            for facet, values in asked.chosen().items()
        }
        found = catalogue.search(Criteria(text=asked.q, order=asked.order, **chosen))
        return {
            "total": len(found.matches),
            "page": asked.page,
            "per_page": asked.per_page,
            "results": [_project(match) for match in found.matches[asked.span]],
            "facets": {
                facet: [asdict(value) for value in values] for facet, values in found.counts.items()
            },
        }

    def _read(self, asked: QuestionIn) -> tuple[str, tuple[Turn, ...], Filters]:
        limit = self.service.settings.question_limit
        question = chat.checked(asked.question, limit)
        return question, asked.turns(limit), asked.filters.filters()


def _value(every: Found, facet: str, given: str) -> str:
    """Return the key of a value given by its key or by its name, whatever its case and accents."""
    wanted = folded(given)
    for value in every.counts[facet]:
        name = value.label.partition(" (")[0]  # « Yonne (89) », « Établissements … (EPF) »
        if wanted in (folded(value.key), folded(value.label), folded(name)):
            return value.key
    name = load_data("web/api")["facets"][facet]
    raise UsageError("api.unknown_value", facet=name)


def _project(match: Match) -> dict[str, Any]:
    project = match.project
    return project.to_dict() | {
        "sentence": match.sentence,
        "source": links.part_url(project.id, match.passage.part if match.passage else 0),
    }


def written(answer: Answer) -> str:
    """Return an answer as a text that stands alone: its marks, its warnings, its sources."""
    paragraphs = [answer.answer]
    paragraphs += [text("web.copy_warning", warning=warning) for warning in answer.warnings]
    if answer.citations:
        heading = "api.sources" if answer.statements else "api.nearest"
        lines = [f"- {source_line(one)}" for one in answer.citations]
        paragraphs.append("\n".join([text(heading), *lines]))
    return "\n\n".join(paragraphs)

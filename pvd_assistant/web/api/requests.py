"""What callers send, checked before anything is done."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import ConfigDict, Field

from pvd_assistant.model import Filters, Kind, Status, Turn
from pvd_assistant.practices.criteria import Criteria, Order
from pvd_assistant.web.api.described import Described, Given

_LARGEST_TOWN = 10_000_000
#: Passages that one search gives at most, all pages together.
MOST_PASSAGES = 200
_MOST_TURNS = 200


class FiltersIn(Given):
    """What an answer or a search is limited to."""

    kinds: list[Kind] = Field(default_factory=list)
    themes: list[str] = Field(default_factory=list)
    pillars: list[str] = Field(default_factory=list)
    partners: list[str] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)
    departements: list[str] = Field(default_factory=list)
    population_min: int | None = Field(default=None, ge=0)
    population_max: int | None = Field(default=None, ge=0)
    since: dt.date | None = None

    def filters(self) -> Filters:
        """Return them as the assistant reads them."""
        band = None
        if self.population_min is not None or self.population_max is not None:
            high = self.population_max
            band = (self.population_min or 0, _LARGEST_TOWN if high is None else high)
        return Filters(
            kinds=tuple(self.kinds),
            themes=tuple(self.themes),
            pillars=tuple(self.pillars),
            partners=tuple(self.partners),
            regions=tuple(self.regions),
            departements=tuple(self.departements),
            population=band,
            since=self.since,
        )


class TurnIn(Given):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str


class QuestionIn(Given):
    """A question in its conversation."""

    question: str
    history: list[TurnIn] = Field(default_factory=list, max_length=_MOST_TURNS)
    filters: FiltersIn = Field(default_factory=FiltersIn)

    def turns(self, longest: int) -> tuple[Turn, ...]:
        """Return the earlier messages, each cut at ``longest`` characters."""
        return tuple(Turn(turn.role, turn.content[:longest]) for turn in self.history)


class AskIn(QuestionIn):
    """A question to the REST face."""

    id: str | None = Field(default=None, max_length=100)
    stream: bool = False


class Paged(Given):
    """One page of a list."""

    page: int = Field(default=1, ge=1)
    per_page: int = Field(default=10, ge=1, le=50)

    @property
    def span(self) -> slice:
        """Where the page stands in the list."""
        return slice((self.page - 1) * self.per_page, self.page * self.per_page)


class SearchIn(FiltersIn, Paged):
    """A search among the passages."""

    q: str


class CommunesIn(Given):
    """A commune, or those like it."""

    q: str | None = Field(default=None, min_length=1, max_length=200)
    like: str | None = Field(default=None, min_length=1, max_length=200)


class ProjectsIn(Paged):
    """A search among the projects of other towns."""

    q: str = Field(default="", max_length=1000)
    theme: list[str] = Field(default_factory=list)
    region: list[str] = Field(default_factory=list)
    departement: list[str] = Field(default_factory=list)
    size: list[str] = Field(default_factory=list)
    stage: list[str] = Field(default_factory=list)
    partner: list[str] = Field(default_factory=list)
    cost: list[str] = Field(default_factory=list)
    year: list[str] = Field(default_factory=list)
    order: Order = "relevance"

    def chosen(self) -> dict[str, list[str]]:
        """Return the facets in which something is chosen."""
        facets = set(Criteria.__dataclass_fields__) - {"text", "order"}
        return {name: getattr(self, name) for name in facets if getattr(self, name)}


class CitedIn(Described):
    """A passage of the answer that an opinion is about; the rest of a citation may be sent too."""

    model_config = ConfigDict(extra="ignore")

    document: str = Field(max_length=300)
    part: int = Field(default=0, ge=0)
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)


class RatedIn(Described):
    """The answer an opinion is about, as ``/api/ask`` gave it."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=100)
    status: Status
    family: str = Field(default="other", max_length=40)
    engine: str = Field(default="extractive", max_length=300)
    question: str = ""
    citations: list[CitedIn] = Field(default_factory=list, max_length=100)


class FeedbackIn(Given):
    """What a reader thinks of an answer."""

    answer: RatedIn
    useful: bool
    reasons: list[str] = Field(default_factory=list, max_length=20)
    comment: str = Field(default="", max_length=4000)
    share_question: bool = False


class MessageIn(Described):
    """A message of an OpenAI conversation; fields of other services are ignored."""

    model_config = ConfigDict(extra="ignore")

    role: str
    content: str | list[dict[str, Any]] | None = None

    def words(self) -> str:
        """Return the text of the message, whatever else it holds."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(
            str(part.get("text", "")) for part in self.content or [] if part.get("type") == "text"
        )


class StreamOptionsIn(Described):
    """What a stream is completed with."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class CompletionIn(Described):
    """A request for a completion, as OpenAI's clients send it; what has no sense here is ignored."""

    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[MessageIn] = Field(min_length=1, max_length=_MOST_TURNS)
    stream: bool = False
    stream_options: StreamOptionsIn | None = None
    n: int | None = Field(default=None, ge=1, le=1)

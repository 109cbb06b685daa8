"""What callers receive. The models document and type what the engine returns as plain data."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pvd_assistant.model import Family, Status, Support
from pvd_assistant.web.api.described import Described


class Reply(Described):
    """What is sent back: nothing but what is documented."""

    model_config = ConfigDict(extra="forbid")


class StatementOut(Reply):
    """A sentence of the answer."""

    text: str
    citations: list[int]
    support: Support


class CitationOut(Reply):
    """The passage a statement rests on."""

    n: int
    document: str
    title: str
    kind: str
    publisher: str
    url: str
    updated: str
    section: str
    page: int | None
    label: str | None
    part: int
    start: int
    end: int
    passage: str
    score: float
    valid_until: str | None


class AnswerOut(Reply):
    """An answer: the contract of ``ask --json``."""

    id: str | None = None
    question: str
    status: Status
    family: Family
    answer: str
    statements: list[StatementOut]
    citations: list[CitationOut]
    suggestions: list[str]
    contact: dict[str, str]
    warnings: list[str]
    engine: str
    latency_ms: float


class PassageOut(CitationOut):
    """A passage that was found."""

    source: str


class PassagesOut(Reply):
    """A page of passages."""

    total: int
    page: int
    per_page: int
    results: list[PassageOut]


class PrefectureOut(Reply):
    """Whom to ask."""

    name: str
    town: str
    url: str


class CommuneOut(Reply):
    """What is known of a commune."""

    code: str
    name: str
    departement: str
    region: str
    population: int | None
    intercommunality: str
    today: str
    programme: str | None
    prefecture: PrefectureOut


class TownOut(Reply):
    """A town that is compared, with the criteria."""

    code: str
    name: str
    departement: str
    region: str
    population: int | None
    intercommunality: str
    intercommunality_kind: str | None
    intercommunality_population: int | None
    role: str | None


class ComparisonOut(Reply):
    """Programme towns like another one."""

    base: TownOut
    lowest_population: int
    highest_population: int
    widened: int
    towns: list[TownOut]


class CommunesOut(Reply):
    """The communes that were found, or the towns like one."""

    communes: list[CommuneOut]
    comparison: ComparisonOut | None = None


class DepartementOut(Reply):
    """A département."""

    code: str
    name: str


class StageOut(Reply):
    """How far a project is."""

    key: str
    sentence: str


class CostOut(Reply):
    """An amount that a sheet states."""

    euros: int
    text: str
    whole: bool
    sentence: str


class SourceOut(Reply):
    """Where the facts of a sheet come from."""

    title: str
    publisher: str
    url: str
    date: str | None


class ProjectOut(Reply):
    """What another town did."""

    id: str
    title: str
    subject: str
    communes: list[str]
    insee: list[str]
    departements: list[DepartementOut]
    region: str
    population: int | None
    themes: list[str]
    partners: list[str]
    summary: str
    stage: StageOut | None
    cost: CostOut | None
    years: list[int]
    updated: str
    sources: list[SourceOut]
    sentence: str
    source: str


class ValueOut(Reply):
    """A value of a facet."""

    key: str
    label: str
    count: int
    chosen: bool


class ProjectsOut(Reply):
    """A page of projects, and what each further choice would give."""

    total: int
    page: int
    per_page: int
    results: list[ProjectOut]
    facets: dict[str, list[ValueOut]]


class ModelOut(Reply):
    """The only model of the OpenAI-compatible face."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelsOut(Reply):
    """The models of the OpenAI-compatible face."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class FieldProblem(Reply):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Described):
    """A refusal or a failure (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = Field(default_factory=list)

"""HTML from templates in ``data/web/templates``: every value is escaped, wording comes by key."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pvd_assistant.answer.citing import engine_notice, place_in_document
from pvd_assistant.french import french_date, french_moment, french_number
from pvd_assistant.messages import text
from pvd_assistant.web import links, wording
from pvd_assistant.web.answer_text import cells
from pvd_assistant.web.copying import plain_answer, support_summary
from pvd_assistant.web.dressing import dressing
from pvd_assistant.web.staff.navigation import rooms


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pvd_assistant", "data/web/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=lambda key, **values: text(f"web.{key}", **values),
        p=lambda key, **values: text(f"practices.{key}", **values),
        m=text,
        rooms=rooms,
        label=wording.label,
        cells=cells,
        counted=wording.counted,
        document_url=links.document_url,
        source_url=links.source_url,
        place_in_document=place_in_document,
        plain_answer=plain_answer,
        engine_notice=engine_notice,
        support_summary=support_summary,
        dressing=dressing,
    )
    environment.filters["french_date"] = french_date
    environment.filters["french_moment"] = french_moment
    environment.filters["french_number"] = french_number
    return environment


def render(template: str, **values: object) -> Markup:
    """Return the HTML of a template."""
    return Markup(_environment().get_template(template).render(**values))

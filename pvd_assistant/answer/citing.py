"""How a source and the making of an answer are told, wherever an answer is taken."""

from __future__ import annotations

from pvd_assistant.french import french_date
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Citation


def engine_notice(answer: Answer) -> str:
    """Say how the answer was made: taken from documents, or written by a language model."""
    _, _, model = answer.engine.partition("llm:")
    return text("answer.engine_llm", model=model) if model else text("answer.engine_extractive")


def place_in_document(citation: Citation) -> str:
    """Return the section and the page of a citation: « Taux et plafonds, page 4 »."""
    page = citation.label or (str(citation.page) if citation.page else "")
    steps = [citation.section, text("answer.page", page=page) if page else ""]
    return ", ".join(step for step in steps if step)


def source_line(citation: Citation) -> str:
    """Return the line of a source: its number, title, place, publisher, date and address."""
    place = place_in_document(citation)
    return text(
        "answer.source",
        n=citation.n,
        title=citation.title,
        place=f" ({place})" if place else "",
        publisher=citation.publisher,
        date=french_date(citation.updated),
        url=citation.url,
    )

"""An answer as plain text with its sources, ready to be pasted in an e-mail or a note."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from pvd_assistant.answer.citing import engine_notice, source_line
from pvd_assistant.messages import text
from pvd_assistant.model import HEADING, KNOWN, Answer, Support
from pvd_assistant.web.wording import counted

_SUPPORTS = get_args(Support)


def plain_answer(answer: Answer) -> str:
    """Return the question, the answer, its warnings, its sources with their dates, and the notice."""
    lines = "\n".join(line.removeprefix(HEADING) for line in answer.answer.splitlines())
    paragraphs = [text("web.copy_question", question=answer.question), lines]
    paragraphs += [text("web.copy_warning", warning=warning) for warning in answer.warnings]
    if answer.citations:
        sources = "\n".join(source_line(citation) for citation in answer.citations)
        paragraphs.append(f"{text('web.copy_sources')}\n{sources}")
    if answer.status in KNOWN:
        paragraphs.append(engine_notice(answer))
    return "\n\n".join(paragraphs)


def support_summary(answer: Answer) -> str:
    """Count how the statements rest on their sources: « 3 extraits mot pour mot, 1 calcul… »."""
    counts = Counter(statement.support for statement in answer.statements)
    return ", ".join(
        counted(f"supported_{name}", counts[name]) for name in _SUPPORTS if counts[name]
    )

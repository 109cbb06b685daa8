"""The draft of a reply: a letter that answers each question, word for word from the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pvd_assistant.answer.kept_town import naming, with_contact
from pvd_assistant.errors import SettingsError
from pvd_assistant.helpdesk.model import Draft, Taken
from pvd_assistant.helpdesk.sentences import one_line
from pvd_assistant.messages import load_data
from pvd_assistant.model import HEADING, KNOWN, Answer, Citation, Statement, Turn
from pvd_assistant.settings import Settings

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant

_MARK = re.compile(r"\[(\d+)\]")
#: Stands for a statement while what surrounds it is written anew.
_HELD, _HOLDER = "\ue000{}\ue001", re.compile("\ue000(\\d+)\ue001")
_ROW, _CELL, _RULE = "| ", " | ", re.compile(r"\|(?: --- \|)+")
_BULLET = "- "


def draft(taken: Taken, assistant: Assistant, signature: str) -> Draft:
    """Answer each question of a request and write the reply.

    :param signature: last lines of the letter.
    :raises IndexingError: there is no usable index.
    :raises EmbeddingError: the embedding server does not answer.
    """
    commune = assistant.territory.by_code(taken.town) if taken.town else None
    town = commune.label if commune else ""
    answers = [_answer(taken, n, town, assistant) for n in range(len(taken.questions))]
    letter = _Letter()
    letter.tell(_wording("greeting"))
    known = any(answer.status in KNOWN for answer in answers)
    letter.tell(_opening(town) if known else _wording("opening_unanswered"))
    for n, (question, answer) in enumerate(zip(taken.questions, answers, strict=True), start=1):
        if len(answers) > 1:
            letter.tell(_wording("question").format(n=n, question=question))
        letter.answer(question, answer)
    if not answers:
        letter.tell(_wording("to_write"))
    letter.tell(_warnings(answers), _next_step(answers))
    letter.tell(_wording("leave"))
    letter.tell(f"{_wording('closing')}\n{signature.strip()}")
    return letter.draft(answers)


def signature(settings: Settings, name: str) -> str:
    """Return the signature of somebody.

    :raises SettingsError: the file of ``helpdesk_signature`` cannot be read.
    """
    own = settings.helpdesk_signature
    try:
        template = own.read_text(encoding="utf-8") if own else _wording("signature")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError("helpdesk.signature_unreadable", path=own, reason=reason) from error
    return template.replace("{name}", name).strip()


def letter_around(answer: str, town: str, signature: str) -> tuple[str, list[str]]:
    """Return a letter that says something, and its lines that state nothing.

    :param town: named by the opening; empty when unknown.
    """
    letter = _Letter()
    letter.tell(_wording("greeting"), _opening(town))
    letter.paragraphs.append(answer)
    letter.tell(_wording("leave"), f"{_wording('closing')}\n{signature}")
    return "\n\n".join(letter.paragraphs), letter.told


def is_around(line: str) -> bool:
    """Tell whether a line is of one letter only: its opening, whom its town asks, its leave."""
    opening = _wording("opening_unanswered").rstrip(".")
    contact = _wording("contact").partition("{")[0]
    return line.startswith((opening, contact)) or line == _wording("leave")


@dataclass(slots=True)
class _Letter:
    """The reply while it is written."""

    paragraphs: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def tell(self, *paragraphs: str) -> None:
        """Add what states nothing."""
        for paragraph in filter(None, paragraphs):
            self.paragraphs.append(paragraph)
            self.told += [line.removeprefix(_BULLET) for line in paragraph.split("\n")]

    def answer(self, question: str, answer: Answer) -> None:
        """Add an answer, or say that there is none."""
        if answer.status == "clarify":
            self.unanswered.append(question)
            self.tell(answer.answer)
        elif answer.status not in KNOWN:
            self.unanswered.append(question)
            self.tell(_wording("unanswered"))
        else:
            lines = self._lines(answer)
            if lines:
                self.paragraphs.append("\n".join(lines))
            else:
                self.tell(_wording("same"))

    def draft(self, answers: Sequence[Answer]) -> Draft:
        """Return what was written."""
        engines = [answer.engine for answer in answers]
        return Draft(
            body="\n\n".join(self.paragraphs),
            statements=tuple(self.statements),
            citations=tuple(self.citations),
            told=tuple(dict.fromkeys(self.told)),
            unanswered=tuple(self.unanswered),
            engine=next((one for one in engines if one != "extractive"), "extractive"),
        )

    def _lines(self, answer: Answer) -> list[str]:
        """Return the lines of an answer that bring something new, its sources numbered in the letter."""
        numbers = {citation.n: self._number(citation) for citation in answer.citations}
        statements = [
            Statement(one_line(one.text), tuple(numbers[n] for n in one.citations), one.support)
            for one in answer.statements
        ]
        said = {statement.text for statement in self.statements}
        lines = list(_plain(_held(answer)))
        fresh = [line for line in lines if not _repeats(line, statements, said)]
        if statements and not any(_HOLDER.search(line) for line in fresh):
            return []
        written = []
        for line in fresh:
            stated = [statements[int(n)] for n in _HOLDER.findall(line)]
            marked = _MARK.sub(lambda mark: f"[{numbers.get(int(mark[1]), mark[1])}]", line)
            whole = _HOLDER.sub(lambda hole: statements[int(hole[1])].text, marked)
            written.append(whole)
            self.statements += [one for one in stated if one not in self.statements]
            if not stated:
                self.told.append(whole.removeprefix(_BULLET))
        return written

    def _number(self, citation: Citation) -> int:
        """Return the number of a source in the letter."""
        for known in self.citations:
            if _place(known) == _place(citation):
                return known.n
        number = len(self.citations) + 1
        self.citations.append(replace(citation, n=number))
        return number


def _answer(taken: Taken, n: int, town: str, assistant: Assistant) -> Answer:
    """Answer a question of a request, those above it in mind.

    A question alone is asked with the letter around it, which often says what it is about.
    """
    question = taken.questions[n]
    alone = len(taken.questions) == 1 and question in taken.body
    history = [Turn("user", before) for before in taken.questions[:n]]
    asked = taken.body if alone else question
    if town:
        asked = naming(asked, town, history, assistant)
    answer = assistant.ask(asked, history=history)
    return with_contact(answer, taken.town, assistant.territory) if taken.town else answer


def _opening(town: str) -> str:
    return _wording("opening_town" if town else "opening").format(town=town)


def _warnings(answers: Sequence[Answer]) -> str:
    """Return what the documents warn of, once each."""
    told = dict.fromkeys(
        one for answer in answers if answer.status in KNOWN for one in answer.warnings
    )
    return "\n".join([_wording("noted"), *(f"{_BULLET}{one}" for one in told)]) if told else ""


def _next_step(answers: Sequence[Answer]) -> str:
    """Return whom to ask, the most precise contact of the answers."""
    contacts = [answer.contact for answer in answers if answer.contact.get("name")]
    if not contacts:
        return ""
    best = max(contacts, key=lambda contact: len(contact))
    url = best.get("url", "")
    told = {"name": best["name"], "role": best.get("role", ""), "url": url}
    return _wording("contact_at" if url else "contact").format(**told)


def _held(answer: Answer) -> str:
    """Return the text of an answer with its statements set aside, whatever they hold."""
    words, position = answer.answer, 0
    for n, statement in enumerate(answer.statements):
        at = words.find(statement.text, position)
        at = at if at >= 0 else words.find(statement.text)
        if at < 0:
            continue
        hole = _HELD.format(n)
        words = words[:at] + hole + words[at + len(statement.text) :]
        position = at + len(hole)
    return words


def _plain(words: str) -> Iterator[str]:
    """Yield the lines of an answer as an e-mail writes them: no markup, a table row by row."""
    columns: list[str] = []
    for line in words.split("\n"):
        if not line.strip() or _RULE.fullmatch(line):
            continue
        if line.startswith(HEADING):
            yield f"{line.removeprefix(HEADING).rstrip(' :')}\u00a0:"
        elif not line.startswith(_ROW):
            columns = []
            yield line
        elif not columns:
            columns = _cells(line)[1:]
        else:
            name, *cells = _cells(line)
            pairs = [f"{column}, {cell}" for column, cell in zip(columns, cells, strict=False)]
            # A row stated whole is one statement, its cells with it.
            yield f"{_BULLET}{name}\u00a0: {' ; '.join(pairs)}" if pairs else f"{_BULLET}{name}"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split(_CELL)]


def _repeats(line: str, statements: Sequence[Statement], said: set[str]) -> bool:
    held = [statements[int(n)].text for n in _HOLDER.findall(line)]
    return bool(held) and all(one in said for one in held)


def _place(citation: Citation) -> tuple[str, int, int, int]:
    return citation.document, citation.part, citation.start, citation.end


def _wording(name: str) -> str:
    return str(_data()[name])


@cache
def _data() -> Any:
    return load_data("helpdesk/reply")

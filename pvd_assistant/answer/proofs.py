"""The passages a verdict rests on: the sentence of a rule, the row of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Passage


def data() -> Any:
    """Return the rules, the proofs and the wording of verdicts (``data/verdicts.yaml``)."""
    return load_data("verdicts")


def said(key: str, **values: object) -> str:
    """Return the wording of a verdict."""
    template: str = data()["texts"][key]
    return template.format(**values)


def proof(name: str, index: Index) -> tuple[Passage, str] | None:
    """Return the passage of a rule and its sentence; ``None`` when the index does not hold it."""
    rule = data()["proofs"][name]
    wanted = fold(rule["holds"])
    for passage in index.passages_of(rule["document"]):
        for unit in passage.units:
            sentence = passage.unit_text(unit)
            if wanted in fold(sentence):
                return passage, sentence
    return None


def sentences(names: Iterable[str], index: Index) -> list[Draft]:
    """Return the sentences of rules, word for word, without those the index does not hold."""
    found = (proof(name, index) for name in names)
    return [Draft(sentence, (passage,)) for passage, sentence in filter(None, found)]


def town_row(code: str, index: Index) -> Passage | None:
    """Return the passage of the table of programme towns that holds a commune's row."""
    return _row(f"| {code} |", data()["table"], index)


def prefecture_row(departement: str, index: Index) -> Passage | None:
    """Return the passage of the table of préfectures that holds a département's row."""
    return _row(f"| {departement} |", data()["prefectures"], index)


def _row(cell: str, document: str, index: Index) -> Passage | None:
    return next((p for p in index.passages_of(document) if cell in p.text), None)

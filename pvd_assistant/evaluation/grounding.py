"""Measure the floors above which a reworded sentence counts as supported by its passage.

Usage::

    python -m pvd_assistant.evaluation.grounding SENTENCES.jsonl [--index DIR]

Each line of the file names a passage (a document and a few words of the passage), faithful rewordings of
it and unfaithful ones. Faithful ones must pass; the unfaithful ones must not, nor a faithful one put
against the closest passage of another document, with another figure (any, or one of the same passage),
with another name, or denied. The floors are chosen on half of the documents and their figures recorded
on the other half, in ``data/grounding_floors.yaml``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import itertools
import json
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pvd_assistant.answer.facts import facts
from pvd_assistant.answer.grounding import Floors, Support, measure, missing
from pvd_assistant.errors import EvaluationError
from pvd_assistant.index.analysis import fold
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Filters, Passage
from pvd_assistant.settings import load_settings

log = logging.getLogger(__name__)

_TARGET = Path(__file__).parent.parent / "data" / "grounding_floors.yaml"
_FAITHFUL = "faithful"
# Share of wrong sentences that may pass as checked: none whose figure, name or sense was changed, few
# of those that misread the passage or its neighbour. A right one shown as « à vérifier » does less harm.
_MOST_WRONG = {"unfaithful": 0.08, "other passage": 0.08}
_NUMBER = re.compile(r"(?<![\d,])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+(?:,\d+)?)(?![\d\w])")
_STEP = 0.025
_SWAPPED = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence put against a passage.

    :ivar sort: ``"faithful"``, or in which way it is not.
    :ivar support: ``None`` when a fact is missing: no floor could let it pass.
    """

    sort: str
    document: str
    sentence: str
    support: Support | None

    @property
    def for_fitting(self) -> bool:
        """Tell in which half its document is."""
        return hashlib.sha256(self.document.encode()).digest()[0] % 2 == 0


def cases(rows: Sequence[dict[str, Any]], index: Index) -> Iterator[Case]:
    """Put every sentence, and what is made of it, against its passage.

    :raises EvaluationError: a passage is not in the index.
    """
    found = [(row, _passage(row, index)) for row in rows]
    for at, (row, passage) in enumerate(found):
        other_name = _name_of(found[(at + 7) % len(found)][1], index)
        for sentence in row[_FAITHFUL]:
            yield _case(_FAITHFUL, sentence, passage, index)
            yield _case("other passage", sentence, _closest_other(sentence, passage, index), index)
            for sort, made in _altered(sentence, passage, other_name):
                yield _case(sort, made, passage, index)
        for first, second in itertools.pairwise(row[_FAITHFUL]):
            joined = f"{first.rstrip('.')} ; {second[0].lower()}{second[1:]}"
            yield _case(_FAITHFUL, joined, passage, index)
        for sentence in row["unfaithful"]:
            yield _case("unfaithful", sentence, passage, index)


def fit(measured: Sequence[Case], with_meaning: bool) -> Floors:
    """Choose the floors that refuse fewest right sentences and let few enough wrong ones pass."""
    words = [0.4 + _STEP * step for step in range(22)]
    meanings = [0.3 + _STEP * step for step in range(22)] if with_meaning else [None]
    around = [0.1 * step for step in range(9)]
    candidates = (
        Floors(round(w, 3), round(a, 3), m and round(m, 3), 0.0)
        for w, m, a in itertools.product(words, meanings, around)
    )
    # Among equals, the strictest.
    return min(
        candidates,
        key=lambda f: (*_cost(measured, f), -f.words, -f.around, -(f.meaning or 0.0)),
    )


def figures(measured: Sequence[Case], floors: Floors) -> dict[str, str]:
    """Return how many sentences of each sort pass: ``"52 / 60"``."""
    sorts = dict.fromkeys(case.sort for case in measured)
    return {
        f"{sort}, accepted": f"{sum(_passes(c, floors) for c in of_sort)} / {len(of_sort)}"
        for sort in sorts
        for of_sort in [[c for c in measured if c.sort == sort]]
    }


def _cost(measured: Sequence[Case], floors: Floors) -> tuple[float, float]:
    """Rank floors: few enough wrong sentences first, then few right ones refused."""
    shares = {
        sort: sum(_passes(c, floors) for c in of_sort) / len(of_sort)
        for sort in {c.sort for c in measured}
        for of_sort in [[c for c in measured if c.sort == sort]]
    }
    right = shares.pop(_FAITHFUL)
    excess = sum(max(0.0, share - _MOST_WRONG.get(sort, 0.0)) for sort, share in shares.items())
    return excess, -right


def _passes(case: Case, floors: Floors) -> bool:
    return case.support is not None and floors.passed(case.support)


def _case(sort: str, sentence: str, passage: Passage, index: Index) -> Case:
    said = facts(sentence)
    support = None
    if not missing(said, [passage], index):
        support, _ = measure(sentence, said, [passage], index)
    return Case(sort, passage.document, sentence, support)


def _passage(row: dict[str, Any], index: Index) -> Passage:
    for passage in index.passages_of(row["document"]):
        if fold(row["anchor"]) in fold(passage.text):
            return passage
    raise EvaluationError("evaluation.no_passage", document=row["document"], anchor=row["anchor"])


def _closest_other(sentence: str, passage: Passage, index: Index) -> Passage:
    """Return a passage of the sixth document found: the first ones often hold the same fact."""
    hits = index.search(sentence, filters=Filters(), limit=60)
    found = {h.passage.document: h.passage for h in reversed(hits)}
    found.pop(passage.document, None)
    return list(found.values())[::-1][_SWAPPED]


def _altered(sentence: str, passage: Passage, other_name: str) -> Iterator[tuple[str, str]]:
    """Yield what a careless model could write instead of a faithful sentence."""
    numbers = _NUMBER.findall(sentence)
    if numbers:
        wrong = str(int(numbers[-1][-1]) ^ 1)
        yield "other figure", _replaced(sentence, numbers[-1], numbers[-1][:-1] + wrong)
        said = set(map(fold, numbers))
        own = [n for n in _NUMBER.findall(passage.text) if fold(n) not in said]
        if own:
            yield "figure of the passage", _replaced(sentence, numbers[0], own[0])
    names = re.findall(r"(?<=[\w,] )[A-ZÉ][\w-]{3,}", sentence)
    if names and other_name not in passage.text:
        yield "other name", sentence.replace(names[0], other_name)
    for plain, denied in load_data("grounding")["denied"].items():
        if f" {plain} " in sentence and not re.search(r"\bn[e’]", sentence):
            yield "denied", sentence.replace(f" {plain} ", f" {denied} ", 1)
            break


def _replaced(sentence: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", new, sentence, count=1)


def _name_of(passage: Passage, index: Index) -> str:
    """Return a name of a document, to be put where it does not belong."""
    title = index.documents[passage.document].metadata.title
    names = re.findall(r"(?<=[\w,] )(?!Petites)[A-ZÉ][\w-]{4,}", f"{passage.text} {title}")
    return names[-1] if names else "Espelia"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, choose the floors and write them with their figures."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--show", action="store_true", help="list the wrong decisions")
    options = parser.parse_args(arguments)
    rows = [json.loads(line) for line in options.sentences.read_text("utf-8").splitlines() if line]
    index = Index.open(load_settings(index_dir=options.index))
    measured = list(cases(rows, index))
    fitting = [case for case in measured if case.for_fitting]
    held_out = [case for case in measured if not case.for_fitting]
    written: dict[str, Any] = {
        "measured": {
            "date": dt.date.today().isoformat(),
            "sentences": options.sentences.name,
            "embedding": index.manifest.model_version,
        }
    }
    for name, with_meaning in (("with meaning", True), ("words alone", False)):
        found = fit(fitting, with_meaning)
        if options.show and with_meaning:
            _show(measured, found)
        chosen = {"words": found.words, "around": found.around}
        if found.meaning is not None:
            chosen["meaning"] = found.meaning
        written[name] = chosen | {
            "figures, documents used to choose": figures(fitting, found),
            "figures, other documents": figures(held_out, found),
        }
    written["unchecked"] = _least_shown(fitting)
    _TARGET.write_text(
        "# Written by `python -m pvd_assistant.evaluation.grounding`; see docs/evaluation.md.\n"
        + yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=110),
        encoding="utf-8",
    )
    log.info("%s", _TARGET.read_text(encoding="utf-8"))
    return 0


def _least_shown(measured: Sequence[Case]) -> float:
    """Return the share of words that nineteen faithful sentences out of twenty reach."""
    shares = sorted(c.support.words for c in measured if c.sort == _FAITHFUL and c.support)
    return round(shares[len(shares) // 20], 3)


def _show(measured: Sequence[Case], floors: Floors) -> None:
    for case in measured:
        if _passes(case, floors) != (case.sort == _FAITHFUL):
            log.info("%-22s %s %s", case.sort, case.sentence, case.support)


if __name__ == "__main__":
    sys.exit(main())

"""The second look: what it sees, and that it only orders anew."""

from pathlib import Path

import numpy as np
import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.lexical import LexicalIndex, PassageFields, write_lexical
from pvd_assistant.index.query import Slot, analyse
from pvd_assistant.index.rerank import FEATURES, Shortlist, chances, features
from pvd_assistant.index.search import Ranked, reordered
from pvd_assistant.index.store import Index

TEXTS = [
    "La Banque des Territoires prête aux communes. "
    + "Le marché a lieu le samedi. " * 12
    + "La vacance baisse.",
    "La vacance des commerces du centre est suivie par la Banque des Territoires.",
    "Le marché a lieu le samedi.",
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder: Path = tmp_path_factory.mktemp("words") / "lexical"
    write_lexical(folder, [PassageFields(text, "Commerce", "", "") for text in TEXTS])
    return LexicalIndex(folder, len(TEXTS))


def _shortlist(count: int, documents: list[int] | None = None) -> Shortlist:
    same = np.full(count, 0.5, dtype=np.float32)
    return Shortlist(
        positions=np.arange(count),
        words=same,
        meaning=same,
        whole=same,
        coverage=same,
        documents=np.array(documents or range(count), dtype=np.int32),
    )


def _slots(question: str, lexical: LexicalIndex) -> tuple[Slot, ...]:
    return analyse(question, lexical).slots


def test_words_that_stand_together_count_more_than_words_far_apart(lexical: LexicalIndex) -> None:
    rows = features(_shortlist(3), _slots("vacance Banque des Territoires", lexical), lexical)

    apart, together, absent = rows[:, FEATURES.index("narrow window")]
    assert absent == 0 < apart < together == pytest.approx(1)


def test_the_rarest_word_is_missed_when_it_is_not_there(lexical: LexicalIndex) -> None:
    rows = features(_shortlist(3), _slots("centre vacance", lexical), lexical)

    assert rows[:, FEATURES.index("rarest word")].tolist() == [0, 1, 0]
    assert rows[0, FEATURES.index("rarest word missing")] == pytest.approx(1)


def test_a_passage_is_told_of_the_others_of_its_document_only(lexical: LexicalIndex) -> None:
    rows = features(_shortlist(3, [7, 7, 8]), _slots("vacance", lexical), lexical)

    assert rows[:, FEATURES.index("neighbours' meaning")].tolist() == pytest.approx([0.5, 0.5, 0])


def test_a_question_without_a_known_word_leaves_the_passages_alike(lexical: LexicalIndex) -> None:
    for question in ("", "xyzzyplugh"):
        likely = chances(_shortlist(3), _slots(question, lexical), lexical)
        assert np.ptp(likely) == 0
        assert 0 < likely[0] < 1


def test_the_first_passages_are_ordered_anew_and_the_others_follow() -> None:
    ranked = [Ranked(n, 0.9 - n / 10, 0.5, 0.5, 0.5) for n in range(4)]

    found = reordered(ranked, np.array([0.2, 0.7, 0.2]))

    assert [r.position for r in found] == [1, 0, 2, 3]
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)


def test_the_search_loses_no_passage_to_the_second_look(assistant: Assistant) -> None:
    index: Index = assistant.index

    passages, rows = index.shortlist("Qui finance le chef de projet ?")
    found = index.search("Qui finance le chef de projet ?", limit=len(passages))

    assert {p.id for p in passages} == {hit.passage.id for hit in found}
    assert rows.shape == (len(passages), len(FEATURES))
    assert all(0 <= hit.score <= 1 for hit in found)

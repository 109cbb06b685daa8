"""Whether a reworded sentence is held to what its passage says."""

import json
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.facts import Source, facts
from pvd_assistant.answer.grounding import Checker, floors
from pvd_assistant.index.analysis import fold
from pvd_assistant.messages import load_data
from pvd_assistant.model import Passage

_SHEET = "offres/chef-de-projet"


def _passage(assistant: Assistant, document: str, words: str) -> Passage:
    return next(p for p in assistant.index.passages_of(document) if fold(words) in fold(p.text))


@pytest.fixture
def rate(assistant: Assistant) -> Passage:
    return _passage(assistant, _SHEET, "couvre 75 % du coût annuel")


def _finding(assistant: Assistant, sentence: str, *cited: Passage) -> str:
    return Checker(cited, assistant.index).check(sentence, cited).finding


def test_the_words_of_the_passage_are_verbatim_whatever_their_spaces(
    assistant: Assistant, rate: Passage
) -> None:
    unit = next(u for u in rate.units if "45" in rate.unit_text(u))
    words = rate.unit_text(unit)
    typed = words.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")

    checked = Checker([rate], assistant.index).check(typed, [rate])

    assert checked.finding == "verbatim"
    assert checked.text == words


@pytest.mark.parametrize(
    "sentence",
    [
        "Le cofinancement couvre 75 % du coût annuel chargé du poste de chef de projet.",
        "Sans l’Anah, le cofinancement du chef de projet PVD couvre 75 % du coût annuel chargé "
        "du poste, dans la limite de 45 000 € par an.",
    ],
)
def test_a_faithful_rewording_is_checked(
    assistant: Assistant, rate: Passage, sentence: str
) -> None:
    assert _finding(assistant, sentence, rate) == "checked"


@pytest.mark.parametrize(
    "sentence",
    [
        "Le cofinancement couvre 85 % du coût annuel chargé du poste de chef de projet.",
        "Le cofinancement couvre 75 € du coût annuel chargé du poste de chef de projet.",
        "Le cofinancement du poste de chef de projet est limité à 65 000 € par an.",
        "Le cofinancement du chef de projet couvre les trois quarts du coût pendant deux ans.",
        "À Lyon, le cofinancement couvre 75 % du coût annuel chargé du poste de chef de projet.",
        "La Caisse d’Épargne couvre 75 % du coût annuel chargé du poste de chef de projet.",
        "Le cofinancement couvre 75 % du poste de chef de projet, selon l’article L. 303-2.",
        "Le cofinancement couvre 75 % du poste de chef de projet : voir www.aide-gratuite.com.",
        "Le cofinancement couvre 75 % du poste de chef de projet depuis le 3 mai 2025.",
        "Le cofinancement couvre 75 % du coût chargé du poste, gratuit pour la commune.",
    ],
)
def test_a_figure_a_date_a_name_or_a_link_that_is_not_there_is_never_shown(
    assistant: Assistant, rate: Passage, sentence: str
) -> None:
    assert _finding(assistant, sentence, rate) == "unsupported"


@pytest.mark.parametrize(
    "sentence",
    [
        "Le cofinancement du chef de projet PVD ne couvre pas 75 % du coût annuel chargé du poste.",
        "Le cofinancement du chef de projet PVD couvre plus de 75 % du coût annuel chargé du poste.",
        "La commune doit demander 75 % du coût annuel chargé du poste de chef de projet PVD.",
        "Le cofinancement est dans la limite de 45 000 € par an avec l’Anah.",
    ],
)
def test_a_sentence_turned_round_is_not_checked(
    assistant: Assistant, rate: Passage, sentence: str
) -> None:
    assert _finding(assistant, sentence, rate) in ("unsupported", "unchecked")


def test_the_passage_that_supports_a_sentence_replaces_the_one_wrongly_cited(
    assistant: Assistant, rate: Passage
) -> None:
    wrong = _passage(assistant, "offres/ort", "est un outil législatif permanent")
    sentence = "Le cofinancement couvre 75 % du coût annuel chargé du poste de chef de projet."
    checker = Checker([wrong, rate], assistant.index)

    for cited in ([wrong], []):
        checked = checker.check(sentence, cited)
        assert (checked.finding, checked.passages) == ("checked", (rate,))


def test_figures_are_read_as_written_in_french() -> None:
    source = Source.of(
        "Une aide de 45 000 €, jusqu’au 31/12/2026, pour deux ans et 1,5 M€ en tout."
    )

    for sentence in (
        "L’aide est de 45000 euros.",
        "L’aide va jusqu’au 31 décembre 2026.",
        "L’aide dure 2 ans.",
        "Elle atteint 1,5 million.",
    ):
        assert not source.missing(facts(sentence)), sentence
    for sentence in (
        "L’aide est de 45 000 ans.",
        "L’aide va jusqu’au 30 décembre 2026.",
        "L’aide va jusqu’en janvier 2026.",
        "L’aide dure trois ans.",
        "Elle atteint 1,5 Md€.",
    ):
        assert source.missing(facts(sentence)), sentence


def test_an_acronym_stands_for_its_name() -> None:
    source = Source.of("L’Agence nationale de l’habitat finance le poste.")

    assert not source.missing(facts("L’ANAH finance le poste."))
    assert source.missing(facts("L’ADEME finance le poste."))


def test_the_meaning_is_compared_only_with_the_embedding_it_was_measured_with(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = load_data("grounding_floors")
    monkeypatch.setitem(measured["measured"], "embedding", "another")

    assert floors(assistant.index).meaning is None


def test_the_floors_come_with_what_they_let_through() -> None:
    measured = load_data("grounding_floors")

    for name in ("with meaning", "words alone"):
        held_out = measured[name]["figures, other documents"]
        passed = {sort: tuple(map(int, said.split(" / "))) for sort, said in held_out.items()}
        right, total = passed.pop("faithful, accepted")
        assert right / total > 0.4
        assert all(wrong <= 0.15 * out_of for wrong, out_of in passed.values())


def test_the_sentences_measured_name_documents_that_exist() -> None:
    root = Path(__file__).parents[2]
    for line in (root / "training/grounding/sentences.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        assert list((root / "corpus").glob(f"{row['document']}.*")), row["document"]
        assert row["faithful"]
        assert row["unfaithful"]

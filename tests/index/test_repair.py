"""Words that no document holds are read as those that were meant; words that are right stay."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pvd_assistant.index.analysis import stem
from pvd_assistant.index.french_words import is_french
from pvd_assistant.index.phonetics import sound
from pvd_assistant.index.query import analyse
from pvd_assistant.index.repair import readings

_WORDS = (
    "anah etude aide ville chef projet subvention boulangerie argent signe equipe mairie logement loyer "
    "centre programme travaux eglise animatrice repreneur reseau agence prefecture eligible logements"
)


class Corpus:
    """A corpus of a few words, each of them usual."""

    counts = dict.fromkeys(_WORDS.split(), 50)

    def knows(self, term: str) -> bool:
        return any(stem(word) == term for word in self.counts)

    def words_near(self, length: int, reach: int) -> Mapping[str, int]:
        return {w: n for w, n in self.counts.items() if abs(len(w) - length) <= reach}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lanah", ("anah",)),
        ("letude", ("etude",)),
        ("laide", ("aide",)),
        ("chefdeprojet", ("chef", "de", "projet")),
        ("centreville", ("centre", "ville")),
        ("boulanjri", ("boulangerie",)),
        ("arjan", ("argent",)),
        ("subvantion", ("subvention",)),
        ("prefecutre", ("prefecture",)),
        ("elligible", ("eligible",)),
        ("ekip", ("equipe",)),
        ("vile", ("ville",)),
        ("egliz", ("eglise",)),
        ("leglize", ("eglise",)),
        ("lajence", ("agence",)),
        ("logment", ("logement",)),
        ("notr", ("notre",)),
    ],
)
def test_an_unknown_word_is_read_as_the_one_meant(typed: str, meant: tuple[str, ...]) -> None:
    assert readings(typed, Corpus())[0].words == meant


@pytest.mark.parametrize("word", ["ville", "logements", "citystade", "xylqz", "24h"])
def test_a_word_of_ours_or_of_nobody_stays(word: str) -> None:
    assert readings(word, Corpus()) == ()


@pytest.mark.parametrize("word", ["cherchons", "poche", "quincaillerie", "pourriez", "entendu"])
def test_a_french_word_is_not_replaced(word: str) -> None:
    assert is_french(word)
    assert all(reading.weight < 0.8 for reading in readings(word, Corpus()))


@pytest.mark.parametrize("word", ["boulanjri", "subvantion", "lanah", "arjan"])
def test_an_error_is_not_french(word: str) -> None:
    assert not is_french(word)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("sinie", "signe"),
        ("otel", "hotel"),
        ("rezo", "reseau"),
        ("travo", "travaux"),
        ("metie", "metier"),
    ],
)
def test_words_of_one_sound_share_a_key(heard: str, written: str) -> None:
    assert sound(heard) == sound(written)


def test_words_of_two_sounds_do_not() -> None:
    assert len({sound(word) for word in ["commune", "commerce", "convention", "subvention"]}) == 4


def test_a_question_is_embedded_with_its_words_put_right() -> None:
    read = analyse("kel subvantion pr la boulanjri, chefdeprojet", Corpus())

    assert read.text.startswith("quel subvention pour la boulangerie chef de projet")
    assert {slot.word for slot in read.slots} >= {"subvention", "boulangerie", "chef", "projet"}


def test_the_corpus_is_not_kept_alive_by_its_readings() -> None:
    import gc
    import weakref

    corpus = Corpus()
    readings("lanah", corpus)
    alive = weakref.ref(corpus)
    del corpus
    gc.collect()

    assert alive() is None

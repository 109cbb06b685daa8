from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvd_assistant.corpus.sentences import sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["La commune signe.", "L’État aussi."],
        ["Le taux est de 1.5 % en 2026.", "Le plafond est de 45.000 € par an."],
        ["Le taux est de 1,5 %.", "45 000 € au plus."],
        ["M. Leroy et Mme Petit signent.", "Ils partent."],
        ["Voir l’art. 5 du décret n° 2020-1.", "Fin."],
        ["Voir l’article L. 303-2 du code.", "La suite vient."],
        ["Les acteurs (élus, agents, etc.) se réunissent.", "Puis le comité vote."],
        ["Les élus, les agents, etc.", "La suite est connue."],
        ["Cf. Le guide, p. 12, et p. ex. La fiche n. 3.", "Oui."],
        ["Rendez-vous sur https://aides-territoires.beta.gouv.fr/aides/?q=a.b.", "Puis cliquez."],
        ["La mairie de J. Martin accepte.", "Elle signe."],
        ["Le conseil retient le plan B.", "La suite est à écrire."],
        ["Qui paie ?", "L’État !", "Vraiment ?"],
        ["« Qui paie ? » demande le maire.", "Personne ne répond."],
        ["Le maire dit : « C’est fait. »", "Le conseil approuve."],
        ["Le label « Petites villes\u00a0!\u00a0», créé en 2020, existe."],
        ["Il hésite… puis il signe.", "Il hésite encore…", "Le préfet attend."],
        ["Le coût est de 3\u202fMd€.", "75\u00a0% est payé par l’État."],
        ["1. Déposer le dossier.", "2. Attendre."],
        ["La liste date du 22 janv. 2021.", "Elle a changé."],
        ["Le bourg compte 4 200 hab.", "Sa gare est fermée."],
        ["Signée le 15 oct. 2026 à la S.A.R.L. du bourg, elle vaut un an."],
        ["Le taux est fixé (voir p. 4).", "Il vaut 75 %."],
    ],
)
def test_french_sentences_are_kept_whole(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_blank_line_ends_a_sentence() -> None:
    assert cut("Sans point\n\nUne autre") == ["Sans point", "Une autre"]


@pytest.mark.parametrize("text", ["", " ", "\u00a0\n"])
def test_nothing_gives_no_sentence(text: str) -> None:
    assert cut(text) == []


@given(st.text(alphabet="aÉ. !?…»«\u00a0\u202f\n12M(),;:’-", max_size=80))
def test_every_word_belongs_to_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    kept = "".join(text[start:end] for start, end in spans)
    assert [c for c in kept if not c.isspace()] == [c for c in text if not c.isspace()]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)

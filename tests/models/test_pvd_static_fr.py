"""The packaged model says what a reader would: near for near, far for far."""

import numpy as np
import pytest

from pvd_assistant.index.embedder import Embedder, load_embedder
from pvd_assistant.settings import load_settings


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(load_settings())


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("qui finance le poste", "cofinancement du salaire", "horaires de la piscine"),
        ("logements vides du centre", "lutte contre la vacance de l’habitat", "pistes cyclables"),
        ("boutiques fermées", "vacance commerciale", "rénovation énergétique de l’école"),
    ],
)
def test_what_means_the_same_is_nearer(
    embedder: Embedder, question: str, near: str, far: str
) -> None:
    asked = embedder.embed_question(question)
    close, distant = embedder.embed_passages([near, far]) @ asked

    assert close > distant


def test_accents_and_case_do_not_matter(embedder: Embedder) -> None:
    one = embedder.embed_question("Opération de revitalisation")
    other = embedder.embed_question("OPERATION DE REVITALISATION")

    assert np.allclose(one, other)


def test_vectors_are_of_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(["Une phrase.", "Une autre, plus longue, sur les aides."])

    assert vectors.shape == (2, embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)

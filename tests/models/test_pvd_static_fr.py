"""The packaged model: sound files, the same vectors by both roads, French that officials type."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pvd_assistant.index.embedder import PACKAGED_MODEL
from pvd_assistant.index.embedder_static import StaticEmbedder

TEXTS = [
    "Nos vitrines ferment les unes après les autres, qui peut racheter les murs ?",
    "L’OPAH-RU : 45 000 € (75 %), cofinancement de l’Anah en 2026…",
    "ou en est notre dossier detr",
    "中文 😀",
    "",
]


@pytest.fixture(scope="module")
def embedder():
    return StaticEmbedder(PACKAGED_MODEL, name="packaged")


def cosine(embedder, left, right):
    return float(embedder.embed_question(left) @ embedder.embed_question(right))


def test_files_are_those_that_were_trained():
    sums = json.loads((PACKAGED_MODEL / "checksums.json").read_text(encoding="utf-8"))
    found = {
        name: hashlib.sha256((PACKAGED_MODEL / name).read_bytes()).hexdigest() for name in sums
    }
    assert found == sums
    assert len(sums) == 2


def test_model_is_small_enough_to_ship(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in PACKAGED_MODEL.rglob("*"):
            archive.write(path)
    assert (tmp_path / "model.zip").stat().st_size < 25_000_000


def test_licence_travels_with_the_weights():
    licence = (PACKAGED_MODEL / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    notice = (PACKAGED_MODEL / "NOTICE").read_text(encoding="utf-8")
    assert "European Parliament" in notice
    assert "Tatoeba" in notice


def test_sentence_transformers_gives_the_same_vectors(embedder, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    model = sentence_transformers.SentenceTransformer(
        str(PACKAGED_MODEL), device="cpu", local_files_only=True
    )
    np.testing.assert_allclose(model.encode(TEXTS), embedder.embed_passages(TEXTS), atol=1e-6)


def test_vectors_have_length_one_and_nothing_is_not_a_number(embedder):
    vectors = embedder.embed_passages(TEXTS)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors[:3], axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("SUBVENTION POUR LA SALLE DES FETES", "subvention pour la salle des fêtes"),
        ("l'etat et l'ecole", "L’État et l’École"),
        ("opah ru", "OPAH-RU"),
        ("45 000 euros", "45000 euros"),
        ("coeur de ville", "Cœur de ville"),
    ],
)
def test_case_accents_and_hyphens_do_not_matter(embedder, typed, written):
    assert cosine(embedder, typed, written) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "nos vitrines ferment, qui pourrait racheter les murs et relouer",
            "Foncière de redynamisation commerciale : achat, rénovation et location de locaux vacants",
            "Fonds chaleur : aide aux études et aux installations de biomasse",
        ),
        (
            "on veut refaire le toit de l'eglise",
            "Fondation du patrimoine : collecte de dons pour restaurer un bâtiment ancien",
            "Conseillers numériques : médiation auprès des habitants",
        ),
        (
            "plus de medecin dans la commune",
            "Réseau France Santé : accueil d’un nouveau soignant dans une maison de santé",
            "Sentiers de nature : création de sentiers et accueil du public",
        ),
        (
            "qui paie le salaire de la personne qui pilote le projet",
            "Cofinancement d’un poste de chef de projet",
            "Loto du patrimoine : sauvegarde de sites en péril",
        ),
    ],
)
def test_everyday_words_find_the_offer(embedder, question, right, wrong):
    assert cosine(embedder, question, right) > cosine(embedder, question, wrong) + 0.1


@pytest.mark.parametrize(
    ("wrong", "right", "other"),
    [
        ("subvantion pour un comerce", "subvention pour un commerce", "mobilité et covoiturage"),
        ("renovasion des logement vaquants", "rénovation des logements vacants", "tourisme"),
    ],
)
def test_typing_errors_are_survived(embedder, wrong, right, other):
    assert cosine(embedder, wrong, right) > cosine(embedder, wrong, other) + 0.1


def test_package_data_lists_the_model():
    project = Path(__file__).parents[2] / "pyproject.toml"
    assert '"models/**/*"' in project.read_text(encoding="utf-8")

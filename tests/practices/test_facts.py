"""Cost, years and progress are those the sheet states, with the sentence that states them."""

from __future__ import annotations

import pytest

from pvd_assistant.practices.facts import read_cost, read_stage, read_years


def cost(*sentences):
    return read_cost({"cost": sentences})


@pytest.mark.parametrize(
    ("sentence", "euros", "written"),
    [
        ("Le quai a coûté 1,4\u202fM€, financés à 80\u202f%.", 1_400_000, "1,4\u00a0M€"),
        ("La restauration est chiffrée à 300\u202f000\u202f€.", 300_000, "300\u00a0000\u00a0€"),
        ("Le coût est de 12 millions d’euros.", 12_000_000, "12\u00a0millions\u00a0d’euros"),
        ("Plus de 16 M€ étaient à mobiliser d’ici 2026.", 16_000_000, "16\u00a0M€"),
        ("L’opération représente 950 k€ de travaux.", 950_000, "950\u00a0k€"),
    ],
)
def test_a_cost_is_read_as_it_is_written(sentence, euros, written):
    found = cost(sentence)
    assert (found.euros, found.text, found.whole) == (euros, written, True)
    assert found.sentence == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "La Région apporte 1 M€, soit 500\u202f000\u202f€ par commune.",
        "L’aide couvrait 35 % du coût HT, plafonnés à 6\u202f000\u202f€.",
        "Un commerçant devait payer 250\u202f€ de loyer par mois.",
    ],
)
def test_a_grant_a_ceiling_or_a_rent_is_not_the_cost_of_the_project(sentence):
    assert cost(sentence).whole is False


def test_the_cost_wins_over_a_larger_grant_and_the_largest_cost_over_the_others():
    found = cost(
        "La Région apporte 9 M€.",
        "L’étude est estimée à 70\u202f000\u202f€.",
        "Un investissement d’environ 6 M€ est attendu.",
    )
    assert (found.euros, found.whole) == (6_000_000, True)


def test_a_sheet_that_does_not_know_has_no_cost():
    assert cost("Le coût du projet n’est pas renseigné par la source.") is None
    assert cost("L’État paie 75 % du poste pour 12 000 habitants.") is None
    assert read_cost({}) is None


@pytest.mark.parametrize(
    ("sentence", "years"),
    [
        ("La convention a été signée le 20 mars 2023.", (2023,)),
        ("L’idée date de 2013, la livraison était annoncée pour 2019.", (2013, 2019)),
        ("La seconde date du 10 février 2023, d’après un article de 2024.", (2023,)),
        ("Elle a été signée un 28 octobre, en 2022 d’après l’enchaînement des dates.", (2022,)),
        ("L’ouverture n’est pas établie par les sources consultées au 23 novembre 2026.", ()),
        ("Le calendrier n’est pas renseigné.", ()),
        ("Le lavoir de 1875 est rénové en 2024.", (2024,)),
    ],
)
def test_years_are_those_of_the_town_not_those_of_the_source(sentence, years):
    assert read_years({"when": [sentence]}) == years


@pytest.mark.parametrize(
    ("sections", "stage"),
    [
        ({"when": ["La convention a été signée en 2021.", "La halle a été inaugurée."]}, "realise"),
        ({"results": ["Les deux logements sont livrés et occupés."]}, "realise"),
        ({"when": ["Les chantiers étaient en cours en mars 2024."]}, "en-cours"),
        ({"when": ["La convention d’adhésion a été signée en mai 2021."]}, "engage"),
        ({"when": ["L’habitat inclusif était en cours de montage."]}, "etude"),
        ({"done": ["Un atelier définit une stratégie pour la filature."]}, "etude"),
        ({"when": ["L’ouverture n’est pas établie : le centre a ouvert selon certains."]}, None),
        ({"results": ["Les résultats obtenus ne sont pas renseignés."]}, None),
    ],
)
def test_progress_is_the_furthest_stage_that_a_sentence_states(sections, stage):
    found = read_stage(sections)
    assert (found and found.key) == stage


def test_studies_that_are_finished_do_not_finish_the_project():
    sentence = "Au point d’étape, deux études étaient achevées et deux en cours."
    assert read_stage({"when": [sentence]}).key == "en-cours"


def test_a_stage_comes_with_its_sentence():
    told = {"when": ["La fiche est ancienne.", "Le quai a été réaménagé en 2020."]}
    assert read_stage(told).sentence == "Le quai a été réaménagé en 2020."

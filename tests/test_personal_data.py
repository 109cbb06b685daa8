"""What tells who somebody is: found in a text, replaced, counted; what looks like it is left."""

from __future__ import annotations

import pytest

from pvd_assistant.personal_data import is_person, mask


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("Joindre Mme Durand au 03 85 00 00 00.", "Joindre Mme [nom] au [téléphone]."),
        ("Écrire à s.durand@mairie.fr", "Écrire à [courriel]"),
        (
            "+33 (0)6 12 34 56 78, 0612345678, 06-12-34-56-78",
            "[téléphone], [téléphone], [téléphone]",
        ),
        ("+262 692 12 34 56 ou 0612 345 678", "[téléphone] ou [téléphone]"),
        ("NIR 2 45 07 01 202 123 45", "NIR [numéro de sécurité sociale]"),
        ("FR76 3000 4000 0300 0000 0000 143", "[coordonnées bancaires]"),
        ("Elle vit 12 bis, rue des Lilas à Tournus", "Elle vit [adresse] à Tournus"),
        ("au 3 place Gambetta", "au [adresse]"),
        ("Monsieur Jean de La Tour Chef de projet", "Monsieur [nom] Chef de projet"),
        ("Je suis Marie Lefèvre, DGS", "Je suis [nom], DGS"),
        ("DUPONT Jean-Pierre viendra", "[nom] viendra"),
        ("mme dupont a appelé", "mme [nom] a appelé"),
        ("MONSIEUR DUPONT SOUHAITE", "MONSIEUR [nom] SOUHAITE"),
        ("Sylvie Besson et Paul Roy", "[nom] et [nom]"),
    ],
)
def test_what_tells_who_somebody_is(words: str, masked: str) -> None:
    found = mask(words)
    assert found.text == masked
    assert sum(found.counts.values()) == masked.count("[")


@pytest.mark.parametrize(
    "words",
    [
        "Notre SIRET est le 210 102 023 00018.",
        "SIRET : 21010202300018",
        "75 % de 45 000 €, soit 33 750 €, le 12/03/2026",
        "3 places de parking, 2 cours d’eau, 1 234 567 890 habitants",
        "M. le Maire, Madame la Préfète, Monsieur le Président",
        "La rue Jean Jaurès et l’école Jules Ferry",
        "L’îlot Pierre Mendès France",
        "La réduction d’impôt Denormandie, la loi Malraux",
        "Je suis Maire de Tournus",
        "Banque des Territoires, Action Logement, Petites villes de demain",
    ],
)
def test_what_only_looks_like_it_is_left(words: str) -> None:
    assert mask(words).text == words
    assert mask(words).counts == {}


def test_a_known_person_is_found_anywhere_but_an_office_is_not() -> None:
    assert (
        mask("Besson et BESSON sont là", known=["Caroline Besson"]).text == "[nom] et [nom] sont là"
    )
    assert mask("La mairie de Tournus", known=["Mairie de Tournus"]).text == "La mairie de Tournus"
    assert is_person("Caroline Besson")
    assert not is_person("Secrétariat DGS")


def test_only_what_is_asked_for_is_masked_in_the_form_asked_for() -> None:
    found = mask("Mme Durand, a@b.fr", ("email",), shape="({})")
    assert found.text == "Mme Durand, (courriel)"

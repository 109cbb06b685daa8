"""What is said again, and what brings something new."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.repeating import repeats

_RATE = "La réduction d’impôt est de 12, 18 ou 21 % pour six, neuf ou douze ans de location."
_CLOSED = "Le fonds Chêne est clos aux nouveaux dossiers."


@pytest.mark.parametrize(
    ("statement", "earlier", "again"),
    [
        (f"{_RATE[:-1]} (Le Particulier, 2024).", [_RATE], True),
        ("La réduction d’impôt est de 12, 18 ou 21 % pour 6, 9 ou 12 ans.", [_RATE], True),
        ("La réduction d’impôt est de 23, 29 ou 32 % outre-mer pour six ans.", [_RATE], False),
        ("Le fonds Chêne est clos aux nouveaux dossiers au 23 novembre 2026.", [_CLOSED], True),
        ("Le fonds Chêne est clos aux nouveaux dossiers depuis avril 2025.", [_CLOSED], False),
        (
            "L’ouverture du prêt aux petites villes n’est pas établie au 23 novembre 2026.",
            ["L’ouverture du prêt aux petites villes se vérifie auprès de la préfecture."],
            False,
        ),
        ("Le Sénat a publié un rapport.", ["Le Sénat a publié un rapport."], True),
    ],
)
def test_the_date_of_a_source_is_nothing_new(
    statement: str, earlier: list[str], again: bool
) -> None:
    assert repeats(statement, earlier) is again


def test_figures_given_by_several_statements_are_not_new() -> None:
    earlier = [
        "La prime est de 5 000 € par logement vide rénové.",
        "La prime demande un logement vide depuis plus de deux ans.",
    ]

    assert repeats("La prime est de 5 000 € par logement vide depuis 2 ans, rénové.", earlier)

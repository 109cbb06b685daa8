from dataclasses import replace

import pytest
from fakes import OUT_OF_SCOPE, RATE, SOURCED, UNKNOWN

from pvd_assistant.web.helpdesk import message
from pvd_assistant.web.towns import Town

TOWN = Town("38269", "La Mure (Isère)", True)


def test_a_message_tells_the_question_the_town_what_was_found_and_what_is_missing():
    asked = replace(SOURCED, question="Qui paie le poste ?")
    written = message(asked, TOWN)
    assert written.recipient == "Préfecture de l’Isère"
    assert written.subject == "Petites villes de demain, La Mure (Isère)\u00a0: Qui paie le poste ?"
    order = [
        "Madame, Monsieur,",
        "pour la commune de La Mure (Isère)",
        "«\u00a0Qui paie le poste ?\u00a0»",
        RATE,
        "[1] Cofinancement d’un poste de chef de projet",
        "vérifié le 23 novembre 2026",
        "Ce qui reste à préciser\u00a0:",
        "n’est valable que jusqu’au 31 décembre 2026",
        "l’assistant du Club",
    ]
    places = [written.body.index(words) for words in order]
    assert places == sorted(places)


def test_a_message_about_what_is_not_known_claims_nothing_was_found():
    written = message(replace(UNKNOWN, question="Une piscine ?"))
    assert "ce que j’ai trouvé" not in written.body
    assert "les documents du Club ne la donnent pas" in written.body
    assert "sans garantie" in written.body
    assert "[commune à compléter]" in written.body


@pytest.mark.parametrize(
    ("contact", "address", "form"),
    [
        (
            {"name": "P", "email": "pvd@isere.gouv.fr", "url": "https://a.fr/"},
            True,
            "https://a.fr/",
        ),
        ({"name": "P", "url": "https://a.fr/", "form": "https://f.fr/"}, False, "https://f.fr/"),
        ({"name": "P", "url": "javascript:alert(1)"}, False, ""),
    ],
)
def test_the_message_goes_to_the_address_or_the_page_of_the_contact(contact, address, form):
    written = message(replace(OUT_OF_SCOPE, contact=contact))
    assert (written.address == "pvd@isere.gouv.fr") is address
    assert written.form == form


def test_a_long_question_is_cut_in_the_subject_only():
    asked = "Comment faire " + "pour obtenir une aide " * 20
    written = message(replace(UNKNOWN, question=asked))
    assert len(written.subject) < 120
    assert written.subject.endswith("…")
    assert asked.strip() in written.body


@pytest.mark.parametrize("status", ["answered", "partial", "clarify", "unknown", "out_of_scope"])
def test_whatever_the_answer_the_message_says_what_is_missing(status):
    body = message(replace(SOURCED, status=status)).body
    _, _, missing = body.partition("Ce qui reste à préciser\u00a0:\n- ")
    assert missing[0].islower()

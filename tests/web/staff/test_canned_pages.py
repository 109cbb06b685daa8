"""« Réponses types »: written, found, put in the reply of a request without losing what is typed."""

from __future__ import annotations

import re

import pytest
from sent_requests import sent_request
from staff_forms import both_databases, send

from pvd_assistant.helpdesk.canned import CannedStore
from pvd_assistant.helpdesk.store import RequestStore

HOME = "/equipe/reponses-types"


@pytest.fixture(autouse=True)
def _no_canned(staff, staff_site) -> None:
    """Titles are unique: each test starts without any."""
    from sqlalchemy import delete

    from pvd_assistant.storage.knowledge_tables import CannedReplyRow

    with staff_site.database.transaction() as session:
        session.execute(delete(CannedReplyRow))


def created(staff, staff_site, **changes: str) -> int:
    known = {"titre": "Pièces à joindre", "texte": "Joignez la délibération de {commune}."}
    assert send(staff("helpdesk"), f"{HOME}/nouvelle", {**known, **changes}).status_code == 303
    (reply,) = CannedStore(staff_site.database).search()
    return reply.id


@both_databases
def test_written_changed_with_its_history_then_erased(staff, staff_site) -> None:
    number = created(staff, staff_site)
    client = staff("administrateur")
    page = client.get(f"{HOME}/{number}").text
    assert "Hélène Assistance</strong> a créé le texte" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    change = {"titre": "Pièces", "texte": "Joignez tout.", "version": version}
    assert send(client, f"{HOME}/{number}", change).status_code == 303
    assert "Joignez tout." in client.get(HOME).text
    stale = send(client, f"{HOME}/{number}", {**change, "texte": "Autre."})
    assert stale.status_code == 422
    assert "Quelqu’un a modifié" in stale.text
    assert send(client, f"{HOME}/{number}/effacer").status_code == 303
    assert client.get(f"{HOME}/{number}").status_code == 404


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(staff, staff_site) -> None:
    answer = send(
        staff("helpdesk"), f"{HOME}/nouvelle", {"titre": "T", "texte": "À {comune}, oui."}
    )
    assert answer.status_code == 422
    assert 'href="#texte"' in answer.text
    assert "{commune}" in answer.text
    assert "À {comune}, oui." in answer.text


def test_found_by_its_words(staff, staff_site) -> None:
    created(staff, staff_site)
    assert "Pièces à joindre" in staff("helpdesk").get(f"{HOME}?q=deliberation").text
    assert "Aucune réponse type ne correspond" in staff("helpdesk").get(f"{HOME}?q=piscine").text


def test_inserted_before_the_leave_with_what_is_known_and_what_was_being_typed(
    staff, staff_site
) -> None:
    number = created(staff, staff_site)
    body = "Bonjour,\n\nOui. [1]\n\nNous restons à votre disposition.\n\nBien cordialement,\nHélène"
    request = sent_request(
        staff_site.database, body=body, state="brouillon", sent=None, reviewed=None, town="89206"
    )
    client = staff("helpdesk")
    page = client.get(f"/equipe/demandes/{request}").text
    assert f'formaction="/equipe/demandes/{request}/reponse-type"' in page
    typed = body.replace("Oui.", "Oui, bien sûr.")
    answer = send(
        client,
        f"/equipe/demandes/{request}/reponse-type",
        {"reponse_type": str(number), "texte": typed, "version": "1"},
    )
    assert answer.headers["location"] == f"/equipe/demandes/{request}?fait=insere"
    store = RequestStore(staff_site.database, staff_site.settings)
    assert store.reply(store.get(request)).body == (
        "Bonjour,\n\nOui, bien sûr. [1]\n\nJoignez la délibération de Joigny.\n\n"
        "Nous restons à votre disposition.\n\nBien cordialement,\nHélène"
    )
    assert len(store.versions(request)) == 2


def test_inserted_while_somebody_else_changed_the_reply_it_is_kept_beside(
    staff, staff_site
) -> None:
    number = created(staff, staff_site)
    request = sent_request(staff_site.database, state="brouillon", sent=None, reviewed=None)
    answer = send(
        staff("helpdesk"),
        f"/equipe/demandes/{request}/reponse-type",
        {"reponse_type": str(number), "texte": "Le mien.", "version": "77"},
    )
    assert f"/equipe/demandes/{request}/comparer/" in answer.headers["location"]
    store = RequestStore(staff_site.database, staff_site.settings)
    assert "Le mien." in store.versions(request)[0].draft.body


def test_one_that_was_erased_meanwhile_is_told(staff, staff_site) -> None:
    request = sent_request(staff_site.database, state="brouillon", sent=None, reviewed=None)
    answer = send(
        staff("helpdesk"), f"/equipe/demandes/{request}/reponse-type", {"reponse_type": "99"}
    )
    assert answer.status_code == 409
    assert "n’existe pas ou plus" in answer.text

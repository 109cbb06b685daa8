"""« Réponses validées »: proposed by one, validated by another, withdrawn, read again."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from fakes import SHEET
from sent_requests import citation, sent_request
from sqlalchemy import func, select
from staff_forms import both_databases, send

from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_model import State
from pvd_assistant.storage.knowledge_tables import ValidatedReplyRow
from pvd_assistant.storage.library_tables import JobRow

HOME = "/equipe/reponses-validees"
LATER = (dt.date.today() + dt.timedelta(days=90)).isoformat()
PASSAGE = "Le cofinancement du chef de projet couvre 75 % du coût annuel chargé du poste, dans la limite de 45 000 € par an."
CITED = (citation(document=SHEET, passage=PASSAGE),)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no {name} in this page"
    return found[1]


def form(client, path: str, **changes: str) -> dict[str, str]:
    """What the form of a page would send."""
    page = client.get(path).text
    known = {"vu": hidden(page, "vu"), "question": "Qui paie ?", "reponse": "L’État paie 75 %."}
    if 'name="version"' in page:
        known["version"] = hidden(page, "version")
    return {**known, "relecture": LATER, "verifie": "1", **changes}


def proposed(staff, staff_site, **request) -> int:
    """Propose a reply and return its number."""
    number = sent_request(staff_site.database, **{"citations": CITED, **request})
    path = f"{HOME}/proposer/{number}"
    client = staff("helpdesk")
    answer = send(client, path, form(client, path))
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1].partition("?")[0])


@both_databases
def test_one_proposes_another_validates_and_the_index_is_asked_for(staff, staff_site) -> None:
    number = proposed(staff, staff_site)
    path = f"{HOME}/{number}"
    own = staff("helpdesk").get(path).text
    assert "une autre personne doit la valider" in own
    assert "Valider comme source" not in own
    editor = staff("editeur")
    answer = send(
        editor, f"{path}/valider", form(editor, path, reponse="L’État paie 75 % du poste.")
    )
    assert answer.headers["location"] == f"{path}?fait=validee"
    kept = KnowledgeStore(staff_site.database).get(number)
    assert (kept.state, kept.validator) == (State.VALIDATED, "Édith Éditrice")
    assert kept.wording.answer == "L’État paie 75 % du poste."
    assert kept.digests == {SHEET: "a"}
    page = editor.get(f"{path}?fait=validee").text
    assert "devient une source" in page
    assert "Hélène Assistance</strong> a proposé la réponse" in page
    assert kept.wording.question in editor.get(f"{HOME}?etat=validees").text
    with staff_site.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(JobRow)) >= 1


def test_whoever_proposed_cannot_validate_even_by_hand(staff, staff_site) -> None:
    number = proposed(staff, staff_site)
    client = staff("helpdesk")
    known = form(staff("editeur"), f"{HOME}/{number}")
    answer = send(client, f"{HOME}/{number}/valider", known)
    assert answer.status_code == 403
    assert KnowledgeStore(staff_site.database).get(number).state is State.PROPOSED


@pytest.mark.parametrize("changes", [{"state": "relu", "sent": None}, {"reviewed": None}])
def test_a_reply_not_sent_or_not_reviewed_is_refused(staff, staff_site, changes) -> None:
    number = sent_request(staff_site.database, citations=CITED, **changes)
    answer = staff("helpdesk").get(f"{HOME}/proposer/{number}")
    assert answer.status_code == 409
    assert "relue et envoyée" in answer.text


def test_the_form_starts_from_the_letter_without_its_greeting_and_names(staff, staff_site) -> None:
    number = sent_request(staff_site.database, citations=CITED)
    page = staff("helpdesk").get(f"{HOME}/proposer/{number}").text
    assert "Le dossier se dépose auprès de Mme [nom], au [téléphone]." in page
    assert "Bonjour Madame" not in page
    assert "passage masqué" in page
    assert "Durand" not in page


def test_what_is_suspect_must_be_confirmed_and_what_is_typed_stays(staff, staff_site) -> None:
    number = sent_request(staff_site.database, citations=CITED)
    client, path = staff("helpdesk"), f"{HOME}/proposer/{number}"
    typed = form(client, path, reponse="À Joigny, l’État paie.", verifie="")
    answer = send(client, path, typed)
    assert answer.status_code == 422
    assert 'href="#verifie"' in answer.text
    assert "À Joigny, l’État paie." in answer.text
    assert send(client, path, {**typed, "verifie": "1"}).status_code == 303


def test_what_the_validator_adds_is_checked_too(staff, staff_site) -> None:
    number = proposed(staff, staff_site)
    editor, path = staff("editeur"), f"{HOME}/{number}"
    typed = form(editor, path, reponse="À Joigny, l’État paie.", verifie="")
    answer = send(editor, f"{path}/valider", typed)
    assert answer.status_code == 422
    assert 'id="verifie"' in answer.text
    assert "Joigny</strong>" in answer.text


def test_an_empty_field_is_named_and_linked(staff, staff_site) -> None:
    number = sent_request(staff_site.database, citations=CITED)
    client, path = staff("helpdesk"), f"{HOME}/proposer/{number}"
    answer = send(client, path, form(client, path, reponse=" "))
    assert answer.status_code == 422
    assert 'href="#reponse"' in answer.text
    assert re.search(r'<textarea id="reponse"[^>]*aria-invalid="true"', answer.text)


def test_a_source_that_changed_while_it_was_read_is_told(staff, staff_site) -> None:
    number = proposed(staff, staff_site)
    editor, path = staff("editeur"), f"{HOME}/{number}"
    answer = send(editor, f"{path}/valider", form(editor, path, vu="0123456789abcdef"))
    assert answer.status_code == 422
    assert "Une source a changé pendant votre lecture" in answer.text
    assert KnowledgeStore(staff_site.database).get(number).state is State.PROPOSED


def test_a_passage_that_is_gone_from_its_document_is_shown(staff, staff_site) -> None:
    lost = (citation(document=SHEET, passage="Une phrase qui n’y est plus."),)
    number = sent_request(staff_site.database, citations=lost)
    page = staff("helpdesk").get(f"{HOME}/proposer/{number}").text
    assert "Ce passage n’est plus dans le document" in page


def test_a_refusal_needs_a_reason_and_shows_it(staff, staff_site) -> None:
    number = proposed(staff, staff_site)
    editor, path = staff("editeur"), f"{HOME}/{number}"
    known = {"version": hidden(editor.get(path).text, "version")}
    assert 'href="#raison"' in send(editor, f"{path}/refuser", known).text
    send(editor, f"{path}/refuser", {**known, "raison": "Trop <b>particulier</b>."})
    assert "Trop &lt;b&gt;particulier&lt;/b&gt;." in staff("helpdesk").get(path).text


def test_a_withdrawn_reply_says_why_and_is_proposed_again_by_one_validated_by_another(
    staff, staff_site
) -> None:
    number = proposed(staff, staff_site)
    editor, path = staff("editeur"), f"{HOME}/{number}"
    send(editor, f"{path}/valider", form(editor, path))
    store = KnowledgeStore(staff_site.database)
    assert [one.id for one in store.withdraw_stale({SHEET: "changed"}) if one.id == number]
    page = staff("helpdesk").get(path).text
    assert "a changé" in page
    assert "Contrôle automatique" in page
    assert "Corriger et proposer de nouveau" in page
    assert "Corriger et proposer de nouveau" not in editor.get(path).text
    client = staff("helpdesk")
    assert send(client, f"{path}/proposer", form(client, path)).status_code == 303
    answer = send(editor, f"{path}/valider", form(editor, path))
    assert answer.headers["location"] == f"{path}?fait=validee"


def test_past_its_date_it_is_listed_to_be_read_again_and_can_be_confirmed(
    staff, staff_site
) -> None:
    number = proposed(staff, staff_site)
    editor, path = staff("editeur"), f"{HOME}/{number}"
    send(editor, f"{path}/valider", form(editor, path, question="Et après la date ?"))
    with staff_site.database.transaction() as session:
        session.get(ValidatedReplyRow, number).review_by = dt.date(2026, 1, 31)
    assert "Et après la date ?" in editor.get(f"{HOME}?etat=a-relire").text
    assert "La date de relecture est passée" in editor.get(path).text
    known = {"version": hidden(editor.get(path).text, "version"), "relecture": LATER}
    assert send(editor, f"{path}/confirmer", known).status_code == 303
    assert "Et après la date ?" not in editor.get(f"{HOME}?etat=a-relire").text
    wrong = send(editor, f"{path}/confirmer", {**known, "relecture": "demain"})
    assert 'href="#relecture"' in wrong.text


@pytest.mark.parametrize("number", [999, 10**30])
def test_a_reply_that_does_not_exist_is_not_found(staff, number) -> None:
    assert staff("editeur").get(f"{HOME}/{number}").status_code == 404
    assert staff("helpdesk").get(f"{HOME}/proposer/{number}").status_code == 404


def test_the_page_of_a_sent_request_leads_to_the_proposal(staff, staff_site) -> None:
    number = sent_request(staff_site.database, citations=CITED)
    assert f"{HOME}/proposer/{number}" in staff("helpdesk").get(f"/equipe/demandes/{number}").text
    draft = sent_request(staff_site.database, state="brouillon", sent=None, reviewed=None)
    assert f"{HOME}/proposer/{draft}" not in staff("helpdesk").get(f"/equipe/demandes/{draft}").text

"""One's own account, and the accounts as administrators see them."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from staff_forms import BASE, accounts_app, csrf_of, send

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

PASSWORD = "cheval pile agrafe correct"
NEW = "girafe tambour nuage vert"
PEOPLE = "/equipe/comptes"


@pytest.fixture
def accounts(database: Database, database_settings: Settings) -> Accounts:
    made = Accounts.of(database, database_settings)
    made.people.add(None, "chef@exemple.fr", "Anne Chef", [Role.ADMINISTRATOR], PASSWORD)
    made.people.add(None, "lea@exemple.fr", "Léa <b>Dubois</b>", [Role.HELPDESK], PASSWORD)
    return made


@pytest.fixture
def signed_in(accounts, database, database_settings):
    """A function that gives a browser, signed in by password."""

    def opened(login: str, password: str = PASSWORD) -> TestClient:
        app = accounts_app(database_settings, database)
        client = TestClient(app, base_url=BASE, follow_redirects=False)
        page = client.get("/equipe/connexion")
        form = {"csrf": csrf_of(page.text), "login": login, "password": password}
        assert client.post("/equipe/connexion", data=form).status_code == 303
        return client

    return opened


@pytest.fixture
def chief(signed_in) -> TestClient:
    return signed_in("chef@exemple.fr")


def shown_password(page: str) -> str:
    found = re.search(r'id="provisoire">([^<]+)<', page)
    assert found is not None
    return found[1]


def address(accounts: Accounts, login: str = "lea@exemple.fr") -> str:
    return f"{PEOPLE}/{accounts.people.find(login).id}"


def test_my_page_says_who_i_am(signed_in) -> None:
    page = signed_in("lea@exemple.fr").get("/equipe/moi").text
    assert "Léa &lt;b&gt;Dubois&lt;/b&gt;" in page
    assert "Assistance aux communes" in page
    assert "que sur ce navigateur" in page


def test_i_change_my_password_and_stay_while_others_leave(signed_in) -> None:
    mine, other = signed_in("lea@exemple.fr"), signed_in("lea@exemple.fr")
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    changed = send(mine, "/equipe/moi/mot-de-passe", form)
    assert changed.headers["location"] == "/equipe/moi?fait=mot-de-passe"
    assert "Votre mot de passe est changé" in mine.get(changed.headers["location"]).text
    assert other.get("/equipe/moi").status_code == 303
    assert signed_in("lea@exemple.fr", NEW).get("/equipe/moi").status_code == 200


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"current": "faux", "new": NEW, "again": NEW}, "current", "actuel est incorrect"),
        ({"current": PASSWORD, "new": NEW, "again": "x"}, "again", "saisies"),
        ({"current": PASSWORD, "new": "court", "again": "court"}, "new", "trop court"),
        ({}, "current", "actuel est incorrect"),
    ],
)
def test_a_refused_password_is_said_beside_its_field(signed_in, form, field, said) -> None:
    answer = send(signed_in("lea@exemple.fr"), "/equipe/moi/mot-de-passe", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'aria-describedby="{field}-erreur"' in answer.text.replace(f"{field}-aide ", "")
    assert NEW not in answer.text


def test_i_close_my_other_sessions(signed_in) -> None:
    mine, other = signed_in("lea@exemple.fr"), signed_in("lea@exemple.fr")
    assert "un autre navigateur" in mine.get("/equipe/moi").text
    assert send(mine, "/equipe/moi/sessions").status_code == 303
    assert other.get("/equipe/moi").status_code == 303
    assert mine.get("/equipe/moi").status_code == 200


def test_an_account_is_opened_with_a_password_shown_once_and_changed_at_once(
    chief, signed_in, accounts
) -> None:
    form = {"name": "Paul Ménard", "login": "Paul@Exemple.fr", "roles": ["editeur", "membre"]}
    page = send(chief, f"{PEOPLE}/nouveau", form)
    assert page.status_code == 200
    given = shown_password(page.text)
    assert given not in chief.get(address(accounts, "paul@exemple.fr")).text

    paul = signed_in("paul@exemple.fr", given)
    assert "mot de passe provisoire" in paul.get("/equipe/moi").text
    assert send(paul, "/equipe/moi/sessions").headers["location"] == "/equipe/moi"
    changed = send(paul, "/equipe/moi/mot-de-passe", {"current": given, "new": NEW, "again": NEW})
    assert changed.status_code == 303
    assert send(paul, "/equipe/moi/sessions").headers["location"] == "/equipe/moi?fait=sessions"
    assert accounts.people.find("paul@exemple.fr").roles == {Role.EDITOR, Role.MEMBER}


def test_a_temporary_password_opens_no_room_before_it_is_changed(
    chief, accounts, signed_in
) -> None:
    other = accounts.people.add(None, "b@exemple.fr", "Bob", [Role.ADMINISTRATOR])
    given = shown_password(send(chief, f"{PEOPLE}/{other.id}/mot-de-passe").text)
    bob = signed_in("b@exemple.fr", given)
    assert bob.get(PEOPLE).headers["location"] == "/equipe/moi"
    closed = send(bob, f"{address(accounts)}/etat", {"etat": "ferme"})
    assert closed.headers["location"] == "/equipe/moi"
    assert accounts.people.find("lea@exemple.fr").active
    assert send(bob, "/equipe/deconnexion").headers["location"].startswith("/equipe/connexion")


def test_everything_missing_in_a_new_account_is_said_at_once(chief) -> None:
    answer = send(chief, f"{PEOPLE}/nouveau", {"name": "", "login": "paul"})
    assert answer.status_code == 422
    for said in ("Le nom est nécessaire", "adresse électronique", "au moins un rôle"):
        assert said in answer.text
    assert 'value="paul"' in answer.text


def test_an_address_already_taken_leads_to_the_account(chief) -> None:
    form = {"name": "Léa", "login": "LEA@exemple.fr", "roles": ["membre"]}
    answer = send(chief, f"{PEOPLE}/nouveau", form)
    assert answer.status_code == 422
    assert "existe déjà" in answer.text


def test_roles_change_and_their_sessions_are_closed(chief, signed_in, accounts) -> None:
    lea = signed_in("lea@exemple.fr")
    form = {"name": "Léa Dubois", "roles": ["editeur", "roi"]}
    changed = send(chief, address(accounts), form)
    assert "Le compte est modifié" in chief.get(changed.headers["location"]).text
    assert accounts.people.find("lea@exemple.fr").roles == {Role.EDITOR}
    assert lea.get("/equipe/moi").status_code == 303


def test_an_account_is_closed_and_opened_again(chief, signed_in, accounts) -> None:
    lea, path = signed_in("lea@exemple.fr"), f"{address(accounts)}/etat"
    assert send(chief, path, {"etat": "ferme"}).status_code == 303
    assert lea.get("/equipe/moi").status_code == 303
    assert "Rouvrir ce compte" in chief.get(address(accounts)).text
    send(chief, path, {"etat": "ouvert"})
    assert signed_in("lea@exemple.fr").get("/equipe/moi").status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [("", {"name": "Anne", "roles": ["membre"]}), ("/etat", {"etat": "ferme"})],
)
def test_the_last_administrator_is_told_why_they_stay(chief, accounts, path, form) -> None:
    answer = send(chief, address(accounts, "chef@exemple.fr") + path, form)
    assert answer.status_code == 422
    assert "le dernier qui puisse administrer" in answer.text
    assert chief.get(PEOPLE).status_code == 200


@pytest.mark.parametrize("path", ["", "/etat", "/mot-de-passe", "/dissocier"])
@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
def test_an_account_that_does_not_exist_is_said(chief, path, number) -> None:
    form = {"name": "X", "roles": ["membre"]}
    answer = send(chief, f"{PEOPLE}/{number}{path}", form)
    assert answer.status_code == 404
    assert "n’existe pas" in answer.text


def test_the_list_names_everybody_and_their_state(chief, accounts) -> None:
    accounts.people.set_active(None, accounts.people.find("lea@exemple.fr").id, False)
    page = chief.get(PEOPLE).text
    assert page.index("Anne Chef") < page.index("Léa &lt;b&gt;")
    assert "Fermé" in page


def test_who_administers_accounts_cannot_be_fooled_by_another_site(chief, accounts) -> None:
    forged = {"etat": "ferme"}
    assert chief.post(f"{address(accounts)}/etat", data=forged).status_code == 403
    assert accounts.people.find("lea@exemple.fr").active

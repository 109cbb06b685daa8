"""The sign-in page, the cookie, the way back, the forms of other sites."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from staff_forms import BASE, accounts_app, csrf_of, send

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.staff.access import own_page

LOGIN, PASSWORD = "lea@exemple.fr", "cheval pile agrafe correct"
PAGE = "/equipe/connexion"


@pytest.fixture
def accounts(database: Database, database_settings: Settings) -> Accounts:
    made = Accounts.of(database, database_settings)
    made.people.add(None, LOGIN, "Léa Dubois", [Role.HELPDESK], PASSWORD)
    return made


@pytest.fixture
def browser(accounts, database, database_settings):
    """A function that gives a browser at an address, with other settings if any."""

    def opened(base: str = BASE, **changes: object) -> TestClient:
        app = accounts_app(database_settings.model_copy(update=changes), database)
        return TestClient(app, base_url=base, follow_redirects=False)

    return opened


def sign_in(client: TestClient, password: str = PASSWORD, suite: str = "", **headers: str):
    page = client.get(PAGE, params={"suite": suite})
    form = {"csrf": csrf_of(page.text), "login": LOGIN, "password": password, "suite": suite}
    return client.post(PAGE, data=form, headers=headers)


def session_cookie(answer) -> str:
    found = [one for one in answer.headers.get_list("set-cookie") if one.startswith("pvd_session=")]
    assert len(found) == 1
    return found[0]


def test_a_password_leads_where_they_wanted_to_go(browser) -> None:
    client = browser()
    sent_away = client.get("/equipe/moi?fait=sessions")
    assert sent_away.headers["location"] == f"{PAGE}?suite=/equipe/moi%3Ffait%3Dsessions"
    entered = sign_in(client, suite="/equipe/moi?fait=sessions")
    assert (entered.status_code, entered.headers["location"]) == (303, "/equipe/moi?fait=sessions")
    assert "Léa Dubois" in client.get("/equipe/moi").text


def test_a_wrong_password_is_said_and_the_login_is_kept(browser) -> None:
    client = browser()
    answer = sign_in(client, "faux", "/equipe/moi")
    assert answer.status_code == 403
    assert "Adresse électronique ou mot de passe incorrect" in answer.text
    assert f'value="{LOGIN}"' in answer.text
    assert 'value="/equipe/moi"' in answer.text
    assert "faux" not in answer.text


def test_an_account_that_sends_too_many_forms_is_asked_to_wait_and_may_leave(browser) -> None:
    client = browser(staff_rate_limit=2)
    sign_in(client)
    wrong = {"current": "faux", "new": "faux", "again": "faux"}
    for _ in range(2):
        assert send(client, "/equipe/moi/mot-de-passe", wrong).status_code != 429
    refused = send(client, "/equipe/moi/mot-de-passe", wrong)
    assert refused.status_code == 429
    assert "Beaucoup d’envois viennent de votre compte" in refused.text
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get("/equipe/moi").status_code == 200
    assert send(client, "/equipe/deconnexion").headers["location"].endswith("fait=sortie")


def test_too_many_failures_say_how_long_to_wait(browser) -> None:
    client = browser(sign_in_login_limit=2)
    for _ in range(2):
        assert sign_in(client, "faux").status_code == 403
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "Attendez 15 min" in answer.text
    assert answer.headers["retry-after"] == "900"


@pytest.mark.parametrize(
    ("base", "changes", "secure"),
    [
        ("http://127.0.0.1:7860", {}, False),
        ("http://localhost:7860", {}, False),
        ("http://[::1]:7860", {}, False),
        ("http://pvd.exemple.fr", {}, True),
        ("https://pvd.exemple.fr", {}, True),
        ("https://localhost", {}, True),
        ("http://127.0.0.1:7860", {"public_url": "https://pvd.exemple.fr"}, True),
    ],
)
def test_the_cookie_is_kept_from_scripts_other_sites_and_the_open_network(
    browser, base, changes, secure
) -> None:
    client = browser(base, **changes)
    page = client.get(PAGE)
    csrf = csrf_of(page.text)
    form = {"csrf": csrf, "login": LOGIN, "password": PASSWORD}
    entered = client.post(PAGE, data=form, headers={"cookie": f"pvd_sign_in={csrf}"})
    parts = {part.strip().lower() for part in session_cookie(entered).split(";")[1:]}
    assert parts == {"httponly", "samesite=lax", "path=/equipe"} | ({"secure"} if secure else set())


def test_a_session_that_was_there_before_is_not_kept(browser, accounts) -> None:
    account = accounts.people.find(LOGIN)
    planted = accounts.sessions.open(account.id)
    client = browser()
    page = client.get(PAGE)
    client.cookies.set("pvd_session", planted, domain="127.0.0.1", path="/equipe")
    form = {"csrf": csrf_of(page.text), "login": LOGIN, "password": PASSWORD}
    entered = client.post(PAGE, data=form)
    assert planted not in session_cookie(entered)
    assert accounts.sessions.find(planted) is None


def test_each_sign_in_opens_another_session(browser) -> None:
    first, second = (session_cookie(sign_in(browser())) for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://ailleurs.fr/equipe",
        "//ailleurs.fr",
        "///ailleurs.fr",
        "/\\ailleurs.fr",
        "/equipe/\\ailleurs.fr",
        "/equipe//ailleurs.fr",
        "/equipe/..//ailleurs.fr",
        "/equipe/../documents",
        "/equipements",
        "/equipe\n/x",
        "/equipe?x=\r\nset-cookie: a=b",
        "/equipe@ailleurs.fr",
        "javascript:alert(1)",
        "/pratiques",
        "/equipe/connexion?suite=/equipe",
        "/equipe/deconnexion",
        "",
    ],
)
def test_nothing_leads_out_of_the_rooms(browser, elsewhere) -> None:
    assert own_page(elsewhere) == "/equipe"
    assert sign_in(browser(), suite=elsewhere).headers["location"] == "/equipe"


@pytest.mark.parametrize(
    "page",
    [
        "/equipe",
        "/equipe/demandes/12",
        "/equipe/bibliotheque/offres/chef-de-projet?version=3",
        "/equipe/demandes?etat=relu&page=2",
    ],
)
def test_our_own_pages_are_gone_back_to(page) -> None:
    assert own_page(page) == page


def test_another_site_cannot_sign_somebody_in(browser) -> None:
    client = browser()
    form = {"csrf": csrf_of(client.get(PAGE).text), "login": LOGIN, "password": PASSWORD}
    assert client.post(PAGE, data={**form, "csrf": "x"}).status_code == 403
    assert (
        client.post(PAGE, data=form, headers={"origin": "https://ailleurs.fr"}).status_code == 403
    )
    assert client.post(PAGE, data=form, headers={"origin": "null"}).status_code == 403
    assert client.post(PAGE, data=form, headers={"origin": BASE}).status_code == 303


def test_without_the_cookie_of_the_form_nothing_is_tried(browser) -> None:
    client = browser()
    csrf = csrf_of(client.get(PAGE).text)
    for given in (csrf, ""):
        client.cookies.clear()
        form = {"csrf": given, "login": LOGIN, "password": PASSWORD}
        answer = client.post(PAGE, data=form)
        assert answer.status_code == 403
        assert "cookies" in answer.text


def test_behind_a_proxy_that_hides_the_host_forms_are_ours(browser) -> None:
    client = browser("https://interne:7860", public_url="https://pvd.exemple.fr")
    assert sign_in(client, origin="https://ailleurs.fr").status_code == 403
    assert sign_in(client, origin="https://pvd.exemple.fr").status_code == 303


def test_signing_out_closes_the_session(browser, accounts) -> None:
    client = browser()
    sign_in(client)
    token = client.cookies["pvd_session"]
    answer = send(client, "/equipe/deconnexion")
    assert answer.headers["location"] == "/equipe/connexion?fait=sortie"
    assert 'pvd_session=""' in session_cookie(answer)
    assert accounts.sessions.find(token) is None
    assert "Vous êtes déconnecté(e)." in client.get(answer.headers["location"]).text


def test_somebody_signed_in_is_not_asked_again(browser) -> None:
    client = browser()
    sign_in(client)
    assert client.get(PAGE, params={"suite": "/equipe/moi"}).headers["location"] == "/equipe/moi"


def test_pages_are_not_kept_and_bear_no_error_of_the_server(browser) -> None:
    client = browser()
    for answer in (client.get(PAGE), client.get("/equipe/moi"), sign_in(client, "faux")):
        assert answer.headers["cache-control"] == "no-store"
    sign_in(client)
    page = client.get("/equipe/moi")
    assert page.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in page.headers["content-security-policy"]


def test_a_closed_database_is_one_message(accounts, database, database_settings, browser) -> None:
    client = browser()
    page = client.get(PAGE)
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE sign_in_attempts")
    from pvd_assistant.errors import StorageError

    form = {"csrf": csrf_of(page.text), "login": LOGIN, "password": PASSWORD}
    with pytest.raises(StorageError) as refused:
        client.post(PAGE, data=form)
    assert PASSWORD not in str(refused.value)
    assert LOGIN not in str(refused.value)

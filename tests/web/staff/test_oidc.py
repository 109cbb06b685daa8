"""Signing in through a real provider on this machine, the whole way, and everything that may go wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import oidc_provider
import pytest
from fastapi.testclient import TestClient
from oidc_provider import CLIENT, SECRET, Provider
from pydantic import SecretStr
from sqlalchemy import select
from staff_forms import BASE, accounts_app, send

from pvd_assistant.accounts.oidc import Provider as OidcProvider
from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.errors import AccessError, SettingsError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database

START = "/equipe/connexion/fournisseur"
VERIFIED = {"sub": "u1", "email": "Lea@exemple.fr", "email_verified": True, "name": "Léa Dubois"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with oidc_provider.running(Provider(person=dict(VERIFIED))) as running:
        yield running


@pytest.fixture
def oidc_settings(provider, database_settings: Settings) -> Settings:
    changes = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_name": "ProTest",
    }
    return database_settings.model_copy(update=changes)


@pytest.fixture
def accounts(database: Database, oidc_settings: Settings) -> Accounts:
    return Accounts.of(database, oidc_settings)


@pytest.fixture
def browser(database: Database, oidc_settings: Settings) -> Callable[..., TestClient]:
    """A function that gives a browser, on a replica of its own, with other settings if any."""

    def opened(**changes: object) -> TestClient:
        app = accounts_app(oidc_settings.model_copy(update=changes), database)
        return TestClient(app, base_url=BASE, follow_redirects=False)

    return opened


def callback_of(browser: TestClient, suite: str = "") -> str:
    """Go to the provider's and return the address it sends the browser back to."""
    leaving = browser.get(START, params={"suite": suite})
    assert leaving.status_code == 303
    back = httpx.get(leaving.headers["location"])
    assert back.status_code == 302
    return back.headers["location"]


def sign_in(browser: TestClient, suite: str = "") -> httpx.Response:
    return browser.get(callback_of(browser, suite))


def refused(answer: httpx.Response, said: str) -> bool:
    """Tell whether somebody is refused with a message, without a session."""
    cookies = answer.headers.get_list("set-cookie")
    assert not any(cookie.startswith("pvd_session") for cookie in cookies)
    assert "Traceback" not in answer.text
    return answer.status_code == 403 and said in answer.text


def test_a_known_person_comes_in_and_goes_where_they_wanted(browser, accounts, provider) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    client = browser()
    entered = sign_in(client, "/equipe/moi")
    assert (entered.status_code, entered.headers["location"]) == (303, "/equipe/moi")
    page = client.get("/equipe/moi").text
    assert "Léa Dubois" in page
    assert "Assistance aux communes" in page
    assert provider.asked["code_challenge_method"] == "S256"
    assert len(provider.asked["state"]) >= 32
    assert len(provider.asked["nonce"]) >= 32


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_with_a_provider_that_others_wrote(browser, accounts, monkeypatch) -> None:
    import oidc_provider_mock

    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    lea = oidc_provider_mock.User(sub="u1", claims=VERIFIED)
    with oidc_provider_mock.run_server_in_thread(user_claims=[lea], require_nonce=True) as other:
        client = browser(oidc_issuer=f"http://localhost:{other.server_port}")
        form = client.get(START).headers["location"]
        back = httpx.post(form, data={"sub": "u1"}).headers["location"]
        assert client.get(back).status_code == 303
    assert "Léa Dubois" in client.get("/equipe/moi").text


def test_they_are_known_by_their_identity_once_linked(browser, accounts, provider) -> None:
    account = accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    sign_in(browser())
    provider.person["email"] = "lea.nouveau.nom@exemple.fr"
    assert sign_in(browser()).status_code == 303
    assert accounts.people.get(account.id).linked


def test_the_address_must_be_verified_to_link_an_account(browser, accounts, provider) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.ADMINISTRATOR])
    for claim in (False, None, "true"):
        provider.person["email_verified"] = claim
        assert refused(sign_in(browser()), "administre les comptes")
    del provider.person["email_verified"]
    assert refused(sign_in(browser()), "administre les comptes")


def test_the_addresses_of_a_trusted_provider_are_verified_unless_it_says_no(
    browser, accounts, provider
) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    provider.person["email_verified"] = False
    assert refused(sign_in(browser(oidc_trust_email=True)), "administre les comptes")
    del provider.person["email_verified"]
    assert sign_in(browser(oidc_trust_email=True)).status_code == 303


def test_an_account_is_not_taken_over_by_the_next_owner_of_an_address(
    browser, accounts, provider
) -> None:
    account = accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    sign_in(browser())
    provider.person["sub"] = "u2"
    assert refused(sign_in(browser()), "administre les comptes")
    accounts.people.unlink(None, account.id)
    assert sign_in(browser()).status_code == 303


def test_somebody_unknown_is_told_whom_to_ask(browser, accounts) -> None:
    answer = sign_in(browser())
    assert refused(answer, "Demandez à la personne")
    assert accounts.people.all() == []


def test_somebody_unknown_gets_an_account_when_the_provider_gives_a_role(
    browser, accounts, provider
) -> None:
    provider.person["realm_access"] = {"roles": ["offline", "pvd-editeurs"]}
    roles = {"oidc_roles_claim": "realm_access.roles", "oidc_roles": {"pvd-editeurs": "editeur"}}
    assert sign_in(browser(**roles)).status_code == 303
    [account] = accounts.people.all()
    assert (account.login, account.name) == ("lea@exemple.fr", "Léa Dubois")
    assert account.roles == {Role.EDITOR}


def test_roles_follow_the_provider_and_other_sessions_are_closed(
    browser, accounts, provider
) -> None:
    provider.person["groups"] = ["editeur"]
    first = browser(oidc_roles_claim="groups")
    sign_in(first)
    provider.person["groups"] = ["helpdesk", "membre"]
    sign_in(browser(oidc_roles_claim="groups"))
    [account] = accounts.people.all()
    assert account.roles == {Role.HELPDESK, Role.MEMBER}
    assert first.get("/equipe/moi").status_code == 303


def test_a_provider_that_takes_every_role_back_closes_the_door(browser, provider) -> None:
    provider.person["groups"] = ["editeur"]
    sign_in(browser(oidc_roles_claim="groups"))
    provider.person["groups"] = []
    assert refused(sign_in(browser(oidc_roles_claim="groups")), "administre les comptes")


def test_a_provider_silent_about_roles_leaves_those_kept_here(browser, accounts) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    assert sign_in(browser(oidc_roles_claim="groups")).status_code == 303
    assert accounts.people.find("lea@exemple.fr").roles == {Role.HELPDESK}


def test_the_provider_does_not_remove_the_last_administrator(browser, accounts, provider) -> None:
    provider.person["groups"] = ["administrateur"]
    sign_in(browser(oidc_roles_claim="groups"))
    provider.person["groups"] = ["membre"]
    assert sign_in(browser(oidc_roles_claim="groups")).status_code == 303
    assert accounts.people.find("lea@exemple.fr").roles == {Role.ADMINISTRATOR}


def test_a_closed_account_stays_closed(browser, accounts) -> None:
    account = accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    accounts.people.set_active(None, account.id, active=False)
    assert refused(sign_in(browser()), "Ce compte est fermé")


def test_as_proconnect_does(browser, accounts, provider) -> None:
    """Userinfo is a signed token, the secret goes in the form, nothing says that the address is verified,
    the family name is « usual_name », and a parameter it does not know is an error."""
    provider.person = {
        "sub": "u9",
        "email": "lea@exemple.fr",
        "given_name": "Léa",
        "usual_name": "D.",
    }
    provider.signed_userinfo = True
    provider.auth_methods = ["client_secret_post"]
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    client = browser(
        oidc_trust_email=True, oidc_pkce=False, oidc_scopes="openid given_name usual_name email"
    )
    assert sign_in(client).status_code == 303
    documented = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
    assert set(provider.asked) == documented


def test_a_replica_finishes_what_another_began(browser, accounts) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    first, second = browser(), browser()
    callback = callback_of(first)
    second.cookies = first.cookies
    assert second.get(callback).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://ailleurs.fr"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "another"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"sub": "somebody-else"},
        {"at_hash": "another"},
    ],
)
def test_a_token_that_says_something_wrong_is_refused(browser, accounts, provider, wrong) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    provider.wrong = wrong
    assert refused(sign_in(browser()), "n’a pas abouti")


def test_a_forged_signature_is_refused(browser, accounts, provider) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    provider.forged = True
    assert refused(sign_in(browser()), "n’a pas abouti")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_signed_by_nobody_or_with_the_shared_secret_is_refused(
    browser, accounts, provider, monkeypatch, algorithm
) -> None:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    def signed(claims: dict) -> str:
        key = OctKey.import_key(SECRET)
        return jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])

    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    monkeypatch.setattr(provider, "_signed", signed)
    assert refused(sign_in(browser()), "n’a pas abouti")


def test_giving_up_at_the_provider_is_one_message(browser, provider, caplog) -> None:
    provider.denies = "access_denied"
    answer = sign_in(browser())
    assert refused(answer, "La connexion avec ProTest n’a pas abouti")
    assert "access_denied" in caplog.text


def test_an_answer_is_taken_once(browser, accounts) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    client = browser()
    callback = callback_of(client)
    cookies = dict(client.cookies)
    assert client.get(callback).status_code == 303
    assert refused(client.get(callback), "n’a pas abouti")
    thief = browser()
    thief.cookies.update(cookies)
    assert refused(thief.get(callback), "n’a pas abouti")


def test_an_answer_meant_for_another_browser_is_refused(browser, accounts) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    attacker, victim = browser(), browser()
    stolen = callback_of(attacker)
    assert refused(victim.get(stolen), "n’a pas abouti")
    victim.get(START)
    assert refused(victim.get(stolen), "n’a pas abouti")


def test_an_answer_that_comes_too_late_is_refused(oidc_settings) -> None:
    callback = f"{BASE}/equipe/connexion/retour"
    started = OidcProvider(oidc_settings, now=lambda: time.time() - 660).start(callback, "/equipe")
    back = urlsplit(httpx.get(started.url).headers["location"])
    with pytest.raises(AccessError, match="n’a pas abouti"):
        OidcProvider(oidc_settings).finish(callback, started.pending, dict(parse_qsl(back.query)))


def test_a_provider_that_is_down_is_one_message_and_passwords_still_work(browser, accounts) -> None:
    accounts.people.add(None, "a@exemple.fr", "Anne", [Role.MEMBER], "cheval pile agrafe correct")
    client = browser(oidc_issuer="http://127.0.0.1:9")
    answer = client.get(START)
    assert refused(answer, "n’a pas abouti")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', answer.text)[0]
    form = {"csrf": csrf, "login": "a@exemple.fr", "password": "cheval pile agrafe correct"}
    assert client.post("/equipe/connexion", data=form).status_code == 303


def test_a_provider_that_gives_itself_another_name_is_refused(browser, provider) -> None:
    assert browser().get(START).status_code == 303
    other = provider.url.replace("127.0.0.1", "localhost")
    assert refused(browser(oidc_issuer=other).get(START), "n’a pas abouti")


def test_signing_out_signs_out_of_the_provider_too(browser, accounts, provider) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    client = browser()
    sign_in(client)
    page = send(client, "/equipe/deconnexion")
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None
    end = urlsplit(unescape(found[1]))
    asked = dict(parse_qsl(end.query))
    assert f"{end.scheme}://{end.netloc}{end.path}" == f"{provider.url}/end"
    assert asked["post_logout_redirect_uri"] == f"{BASE}/equipe/connexion"
    assert asked["id_token_hint"].count(".") == 2
    assert client.get("/equipe/moi").status_code == 303


def test_nothing_secret_is_in_the_pages_or_the_logs(browser, accounts, provider, caplog) -> None:
    provider.forged = True
    client = browser()
    callback = callback_of(client)
    page = client.get(callback).text
    code = dict(parse_qsl(urlsplit(callback).query))["code"]
    assert SECRET not in page + caplog.text
    assert code not in page + caplog.text


def test_behind_a_proxy_the_public_address_is_the_one_given(browser, provider) -> None:
    client = browser(public_url="https://pvd.exemple.fr/")
    leaving = client.get(START)
    httpx.get(leaving.headers["location"])
    assert provider.asked["redirect_uri"] == "https://pvd.exemple.fr/equipe/connexion/retour"
    assert "secure" in leaving.headers["set-cookie"].lower()


def test_each_sign_in_is_in_the_journal(browser, accounts, database) -> None:
    accounts.people.add(None, "lea@exemple.fr", "Léa Dubois", [Role.HELPDESK])
    sign_in(browser())
    with database.transaction() as session:
        actions = list(session.scalars(select(ActionRow.action).order_by(ActionRow.id)))
    assert actions == ["account.created", "account.linked", "session.opened"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oidc_issuer": "http://identite.exemple.fr"}, "https://"),
        ({"oidc_client_id": ""}, "oidc_client_id"),
        ({"oidc_client_secret": SecretStr("")}, "oidc_client_secret"),
        ({"oidc_roles": {"admins": "roi"}}, "« roi »"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(
    browser, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        browser(**changes)


def test_the_button_bears_the_name_of_the_provider(browser) -> None:
    assert "Se connecter avec ProTest" in browser().get("/equipe/connexion").text

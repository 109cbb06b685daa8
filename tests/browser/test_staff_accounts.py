"""The pages of accounts and sign-in in a real browser: the whole way, axe, small screens, large text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import oidc_provider
import pytest
from pydantic import SecretStr
from test_accessibility import violations

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

pytestmark = pytest.mark.browser

PASSWORD, NEW = "cheval pile agrafe correct", "girafe tambour nuage vert"
PAGES = ("/equipe/moi", "/equipe/comptes", "/equipe/comptes/nouveau", "/equipe/comptes/1")
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture
def lea(site) -> str:
    database = Database(site.settings)
    people = Accounts.of(database, site.settings).people
    login = f"lea{len(people.all())}@exemple.fr"
    people.add(None, login, "Léa Dubois", [Role.MEMBER], PASSWORD)
    database.close()
    return login


@pytest.fixture
def oidc_site(tmp_path, start_site) -> Iterator[Any]:
    """The application with a provider on another address of this machine."""
    person = {"sub": "u1", "email": "zoe@exemple.fr", "email_verified": True, "name": "Zoé Roux"}
    with oidc_provider.running(oidc_provider.Provider(person=person)) as provider:
        settings = Settings(
            corpus_dir=tmp_path,
            data_dir=tmp_path / "data",
            oidc_issuer=provider.url.replace("127.0.0.1", "localhost"),
            oidc_client_id=oidc_provider.CLIENT,
            oidc_client_secret=SecretStr(oidc_provider.SECRET),
            oidc_name="ProTest",
        )
        provider.url = settings.oidc_issuer
        yield start_site(settings)


def sign_in(page, login: str, password: str) -> None:
    page.get_by_label("Adresse électronique").fill(login)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def test_somebody_signs_in_changes_their_password_and_goes_out(open_page, visitor, lea) -> None:
    page = open_page("/a-propos")
    page.get_by_role("link", name="Espace équipe").click()
    sign_in(page, lea, PASSWORD)
    page.get_by_role("heading", name="Espace de l’équipe").wait_for()
    page.get_by_role("link", name="Léa Dubois").click()
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_label("Nouveau mot de passe", exact=True).fill(NEW)
    page.get_by_label("Nouveau mot de passe, encore une fois").fill(NEW)
    page.get_by_role("button", name="Changer mon mot de passe").click()
    page.get_by_text("Votre mot de passe est changé").wait_for()
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_text("Vous êtes déconnecté(e).").wait_for()
    sign_in(page, lea, NEW)
    page.get_by_role("link", name="Léa Dubois").wait_for()
    visitor.clear_cookies()


def test_through_a_provider_and_out_of_both(oidc_site, visitor) -> None:
    database = Database(oidc_site.settings)
    people = Accounts.of(database, oidc_site.settings).people
    people.add(None, "zoe@exemple.fr", "Zoé Roux", [Role.MEMBER])
    database.close()
    page = visitor.new_page()
    page.goto(f"{oidc_site.url}/equipe/moi")
    page.get_by_role("link", name="Se connecter avec ProTest").click()
    page.get_by_role("heading", name="Mon compte").wait_for()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{oidc_site.settings.oidc_issuer}/end?**")
    page.goto(f"{oidc_site.url}/equipe/moi")
    page.get_by_role("heading", name="Se connecter").wait_for()
    page.close()


def test_closing_an_account_is_asked_again_first(signed_in, site, lea) -> None:
    page = signed_in("administrateur", "/equipe/comptes")
    page.get_by_role("row", name=lea).get_by_role("link").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Fermer ce compte").click()
    assert page.get_by_text("Rouvrir ce compte").count() == 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Fermer ce compte").click()
    page.get_by_role("button", name="Rouvrir ce compte").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(signed_in, open_page, scheme) -> None:
    assert violations(open_page("/equipe/connexion", scheme=scheme)) == []
    page = signed_in("administrateur", "/equipe", scheme=scheme)
    assert violations(page) == []
    for path in PAGES:
        page.goto(page.url.partition("/equipe")[0] + path)
        assert violations(page) == [], path
    page.get_by_role("button", name="Donner un mot de passe provisoire").wait_for()


@pytest.mark.parametrize("larger", [False, True])
def test_nothing_scrolls_sideways_on_a_small_screen(signed_in, open_page, larger) -> None:
    page = open_page("/equipe/connexion", width=320)
    assert page.evaluate(FITS)
    page = signed_in("administrateur", "/equipe", width=320)
    base = page.url.partition("/equipe")[0]
    for path in ("/equipe", *PAGES):
        page.goto(base + path)
        if larger:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(FITS), path


def test_targets_are_large_enough(signed_in) -> None:
    page = signed_in("administrateur", "/equipe/comptes/1")
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main a, main label:has(input[type=checkbox])')]"
        ".filter(e => { const b = e.getBoundingClientRect(); return b.width < 24 || b.height < 24 })"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []

"""What the pages and the commands use: the sessions, the people, signing in, the OIDC provider."""

from __future__ import annotations

from dataclasses import dataclass

from pvd_assistant.accounts.oidc import Provider
from pvd_assistant.accounts.passwords import Passwords
from pvd_assistant.accounts.people import People
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.accounts.signing_in import SigningIn
from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everything about who somebody is.

    :ivar provider: ``None`` without an OIDC provider in the settings.
    """

    sessions: SessionStore
    people: People
    signing_in: SigningIn
    provider: Provider | None

    @classmethod
    def of(cls, database: Database, settings: Settings) -> Accounts:
        """Put them together.

        :raises SettingsError: a setting of the OIDC provider is missing or wrong.
        """
        passwords = Passwords()
        sessions, people = SessionStore(database, settings), People(database, passwords)
        throttle = Throttle(database, settings)
        signing_in = SigningIn(database, sessions, people, passwords, throttle)
        provider = Provider(settings) if settings.oidc_issuer else None
        return cls(sessions, people, signing_in, provider)

"""What an OIDC provider says of somebody, and the roles that gives here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.sessions import known_roles
from pvd_assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody a provider vouches for.

    :ivar subject: what the provider calls them, for ever.
    :ivar email_verified: the provider checked that the address is theirs.
    :ivar roles: those the provider gives; ``None`` when it says nothing of roles.
    :ivar id_token: what signs them out of the provider.
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    roles: frozenset[Role] | None
    id_token: str = ""


def read_identity(claims: Mapping[str, Any], id_token: str, settings: Settings) -> Identity:
    """Return who the claims of a checked identity are about.

    :raises KeyError: the provider or the person is not named.
    """
    email = str(claims.get("email") or "")
    verified = claims.get("email_verified", settings.oidc_trust_email) is True
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=email,
        email_verified=verified and bool(email),
        name=_name(claims) or email,
        roles=_roles(claims, settings),
        id_token=id_token,
    )


def _name(claims: Mapping[str, Any]) -> str:
    family = claims.get("family_name") or claims.get("usual_name")
    parts = [str(part) for part in (claims.get("given_name"), family) if part]
    return str(claims.get("name") or " ".join(parts))


def _roles(claims: Mapping[str, Any], settings: Settings) -> frozenset[Role] | None:
    """Read the claim of roles, at the top or inside others (``realm_access.roles``)."""
    if not settings.oidc_roles_claim:
        return None
    value: Any = claims.get(settings.oidc_roles_claim)
    if value is None:
        value = claims
        for step in settings.oidc_roles_claim.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        return None
    given = value.split() if isinstance(value, str) else value
    values = [str(one) for one in given] if isinstance(given, list) else []
    return known_roles(settings.oidc_roles.get(one, one) for one in values)

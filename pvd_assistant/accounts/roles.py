"""Roles, and what each may do. A permission is checked in the server for every action."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the Club; the value is what is kept and what an OIDC claim may say."""

    MEMBER = "membre"
    HELPDESK = "helpdesk"
    EDITOR = "editeur"
    ADMINISTRATOR = "administrateur"


class Permission(StrEnum):
    """One thing that can be done."""

    ENTER = "enter"
    READ_REQUESTS = "read-requests"
    WRITE_REPLIES = "write-replies"
    REVIEW_REPLIES = "review-replies"
    PROPOSE_SOURCES = "propose-sources"
    VALIDATE_SOURCES = "validate-sources"
    READ_LIBRARY = "read-library"
    CHANGE_LIBRARY = "change-library"
    ERASE_DOCUMENTS = "erase-documents"
    READ_OPINIONS = "read-opinions"
    MANAGE_ACCOUNTS = "manage-accounts"


_MEMBER = frozenset({Permission.ENTER, Permission.READ_LIBRARY})
_HELPDESK = _MEMBER | {
    Permission.READ_REQUESTS,
    Permission.WRITE_REPLIES,
    Permission.REVIEW_REPLIES,
    Permission.PROPOSE_SOURCES,
    Permission.VALIDATE_SOURCES,
}
_EDITOR = _MEMBER | {
    Permission.VALIDATE_SOURCES,
    Permission.CHANGE_LIBRARY,
    Permission.ERASE_DOCUMENTS,
    Permission.READ_OPINIONS,
}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.HELPDESK: _HELPDESK,
    Role.EDITOR: _EDITOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in.

    :ivar id: of the account, in the database.
    :ivar name: as colleagues see it.
    """

    id: int
    login: str
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Tell whether one of their roles allows something."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

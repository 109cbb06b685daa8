"""Passwords: which are accepted, how they are kept (argon2), how one is made for somebody."""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from pvd_assistant.errors import AccountError
from pvd_assistant.messages import load_data

SHORTEST = 12
LONGEST = 200
#: What must be left of a password once the obvious words and the digits are taken out.
_OWN_LETTERS = 5
#: Each computation takes 64 MiB: a crowd at the door waits rather than filling the memory.
_AT_ONCE = 4
#: Letters of temporary passwords: none that is read as another.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes and compares passwords.

    :param hasher: its parameters are those of today; older hashes are found stale.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        costs = (self._hasher.time_cost, self._hasher.memory_cost, self._hasher.parallelism)
        self._nobody = _decoy(*costs)

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._room:
            return self._hasher.hash(_normal(password))

    def match(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one kept; as long to say when there is none."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, _normal(password)) and bool(kept)
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False

    def stale(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_password(password: str, *known: str) -> None:
    """Refuse a password that is short, or that somebody would try.

    :param known: what anybody knows of its owner: login, name.
    :raises AccountError: it is refused; the message says why.
    """
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise AccountError("accounts.password_short", shortest=SHORTEST)
    if len(plain) > LONGEST:
        raise AccountError("accounts.password_long", longest=LONGEST)
    folded = _folded(plain)
    words = {word for text in known for word in re.split(r"[^a-z0-9]+", _folded(text, " "))}
    if any(word in folded for word in words if len(word) >= 4):
        raise AccountError("accounts.password_own")
    if len(set(folded)) < _OWN_LETTERS or len(_own_letters(folded)) < _OWN_LETTERS:
        raise AccountError("accounts.password_obvious")


def temporary_password() -> str:
    """Return a password to be replaced: four groups that can be read on the telephone."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


@cache
def _decoy(time_cost: int, memory_cost: int, parallelism: int) -> str:
    """Return what the password of an unknown login is compared with, for the same work."""
    hasher = PasswordHasher(time_cost, memory_cost, parallelism)
    return hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """One form for accented letters, which keyboards and systems write in several."""
    return unicodedata.normalize("NFKC", password)


def _folded(text: str, other: str = "") -> str:
    """Lower case, no accents; what is neither letter nor digit becomes ``other``."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return "".join(letter if letter.isalnum() else other for letter in bare)


def _own_letters(folded: str) -> str:
    obvious: list[str] = load_data("passwords")["obvious"]
    for word in sorted(obvious, key=len, reverse=True):
        folded = folded.replace(word, "")
    return folded.strip("0123456789")

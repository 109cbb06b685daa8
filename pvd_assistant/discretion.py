"""What must not be written: the secrets of the settings, the passwords of addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from pvd_assistant.settings import Settings

# Shorter than that, a « secret » is a word: hiding it would hide half of a text.
_SHORTEST = 6
_PASSWORD = re.compile(r"(?<=//)[^/@\s]+(?=@)")


def secrets_of(settings: Settings) -> Iterator[str]:
    """Give every secret as it may be written: plain, decoded from an address, in a JSON string."""
    values = [getattr(settings, name) for name in type(settings).model_fields]
    for value in values:
        if isinstance(value, SecretStr):
            plain = value.get_secret_value()
            password = urlsplit(plain).password or "" if "://" in plain else ""
            for form in (plain, password, unquote(password)):
                if len(form) >= _SHORTEST:
                    yield form
                    yield json.dumps(form, ensure_ascii=False)[1:-1]


def without_passwords(said: str) -> str:
    """Take out who signs in, and with what, from the addresses of a text.

    >>> without_passwords("https://somebody:word@example.org/v1")
    'https://…@example.org/v1'
    """
    return _PASSWORD.sub("…", said)

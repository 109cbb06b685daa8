"""French wording, kept in data files: ``text("index.missing", path=…)``.

Each file ``data/messages/NAME.yaml`` holds the keys ``NAME.*``; a value is a ``str.format`` template.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_data(name: str) -> Any:
    """Read the packaged YAML file ``data/NAME.yaml`` once (``name`` may hold a sub-folder)."""
    raw = files("pvd_assistant").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(raw, Loader=_Loader)


def text(key: str, **values: object) -> str:
    """Return the French message of ``key`` with its values filled in.

    :raises KeyError: the key is unknown (a programming error, caught by the tests).
    """
    topic, _, name = key.partition(".")
    template: str = load_data(f"messages/{topic}")[name]
    return template.format(**values)

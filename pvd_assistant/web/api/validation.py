"""What is wrong with a request, field by field, in French and without repeating what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pvd_assistant.messages import load_data

#: Where a field stands in an HTTP request: of no interest to who reads the message.
_PLACES = ("body", "query", "path", "header")


def field_problems(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the name of each field that is wrong and the line that says why.

    :param errors: as Pydantic lists them.
    """
    said = load_data("web/api")["validation"]
    found = []
    for error in errors:
        steps = [str(step) for step in error["loc"] if step not in _PLACES]
        name = ".".join(steps) if error["type"] != "json_invalid" else ""
        template = said.get(error["type"], said["other"])
        limits = {key: value for key, value in error.get("ctx", {}).items() if key in _LIMITS}
        found.append({"field": name, "message": template.format(field=name, **limits)})
    return found


_LIMITS = ("ge", "le", "min_length", "max_length", "expected")

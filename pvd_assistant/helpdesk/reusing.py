"""The text of an earlier reply taken up for a new request: its answer only, in a letter of its own."""

from __future__ import annotations

import re
from dataclasses import replace

from pvd_assistant.helpdesk.drafting import is_around, letter_around
from pvd_assistant.helpdesk.model import Draft
from pvd_assistant.helpdesk.sentences import inside
from pvd_assistant.personal_data import mask


def reused(earlier: Draft, town: str, signature: str) -> Draft:
    """Return what an earlier reply says, without what was of its letter only nor personal data.

    :param town: the commune of the new request, « Tournus (Saône-et-Loire) »; empty when unknown.
    :param signature: of who answers now.
    """
    start, end = inside(earlier.body)
    lines = [line for line in earlier.body[start:end].split("\n") if not is_around(line.strip())]
    answer = mask(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()).text
    body, told = letter_around(answer, town, signature)
    return replace(
        earlier, body=body, told=tuple(dict.fromkeys([*told, *earlier.told])), unanswered=()
    )

"""The text under which a unit of a passage is embedded."""

from __future__ import annotations

from pvd_assistant.model import Passage


def unit_texts(passage: Passage, title: str) -> list[str]:
    """Return the text to embed for each unit of a passage (for the passage itself when it has none).

    A sentence alone often does not name its subject: the title and the last heading give it.
    """
    context = " — ".join((title, *passage.headings[-1:]))
    if not passage.units:
        return [f"{context} : {passage.text}"]
    return [
        f"{context} : " + (f"{unit.header} : " if unit.header else "") + passage.unit_text(unit)
        for unit in passage.units
    ]

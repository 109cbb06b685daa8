"""What the engine found, in words: for a model that reads a text rather than data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pvd_assistant.french import french_date, french_number
from pvd_assistant.messages import text


def passages(found: Mapping[str, Any]) -> str:
    """Return the passages of a page, each under its source."""
    if not found["results"]:
        return text("api.no_passage")
    return "\n\n".join(
        text(
            "api.passage",
            n=one["n"],
            title=one["title"],
            publisher=one["publisher"],
            date=french_date(one["updated"]),
            passage=one["passage"],
        )
        for one in found["results"]
    )


def communes(found: Mapping[str, Any]) -> str:
    """Return a line a commune; for a comparison, a line a town with its criteria."""
    lines = [_commune(one) for one in found["communes"]]
    comparison = found["comparison"]
    if comparison is not None:
        low, high = comparison["lowest_population"], comparison["highest_population"]
        words = {"lowest": french_number(low), "highest": french_number(high)}
        lines.append(text("commune.like", name=comparison["base"]["name"], **words))
        if comparison["widened"]:
            lines.append(text(f"commune.widened_{comparison['widened']}"))
        lines += [f"- {_town(town)}" for town in comparison["towns"]]
    return "\n".join(lines)


def projects(found: Mapping[str, Any]) -> str:
    """Return a line a project of the page, after how many there are."""
    if not found["total"]:
        return text("api.no_project")
    lines = [
        text("api.project", title=one["title"], summary=one["summary"], id=one["id"])
        for one in found["results"]
    ]
    return "\n".join([text("api.projects", total=found["total"], page=found["page"]), *lines])


def _commune(one: Mapping[str, Any]) -> str:
    listed = one["programme"]
    said = (
        text("commune.listed", date=french_date(listed)) if listed else text("commune.not_listed")
    )
    office = one["prefecture"]
    return text("api.commune", town=_town(one), programme=said, contact=office["name"])


def _town(one: Mapping[str, Any]) -> str:
    size = one["population"]
    inhabitants = text("api.inhabitants", count=french_number(size)) if size else ""
    parts = [f"{one['name']} ({one['departement']})", inhabitants, one["intercommunality"]]
    return ", ".join(part for part in parts if part)

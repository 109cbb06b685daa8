"""One thing that was tried, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pvd_assistant.errors import PvdError
from pvd_assistant.messages import load_data, text

State = Literal["works", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    :ivar state: a warning does not prevent the service from working.
    :ivar detail: what was found.
    :ivar remedy: what to run or to change; empty when there is nothing to do.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""

    @property
    def works(self) -> bool:
        """Whether the service works with it as it is."""
        return self.state != "broken"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "name": self.name,
            "state": self.state,
            "works": self.works,
            "detail": self.detail,
            "remedy": self.remedy,
        }


#: Gives what was found about one component: one line, or several.
Attempt = Callable[[], Iterator[Check]]


def works(topic: str, detail: str) -> Check:
    """Return what to say of something that works."""
    return Check(text(f"doctor.{topic}"), "works", detail)


def warning(topic: str, detail: str, remedy: str) -> Check:
    """Return what to say of something to look at."""
    return Check(text(f"doctor.{topic}"), "warning", detail, remedy)


def broken(topic: str, detail: str, remedy: str) -> Check:
    """Return what to say of something that does not work."""
    return Check(text(f"doctor.{topic}"), "broken", detail, remedy)


def tried(topic: str, attempt: Attempt) -> Iterator[Check]:
    """Give what an attempt finds; an error ends it, and not the diagnosis."""
    try:
        yield from attempt()
    except PvdError as error:
        yield broken(topic, str(error), _remedy(error.code))
    except OSError as error:
        yield broken(topic, text("doctor.disk", reason=error), text("doctor.remedy_disk"))


def _remedy(code: str) -> str:
    """Return what to run about an error; what its message says when that is not a command."""
    known: dict[str, str] = load_data("messages/doctor")
    return known.get(f"remedy_{code.replace('.', '_')}", known["remedy_said"])

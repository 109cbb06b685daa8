"""French assistant that answers on the Petites villes de demain programme and cites its sources.

::

    from pvd_assistant import Assistant
    answer = Assistant().ask("Ma commune de 4 200 habitants peut-elle entrer dans le programme ?")
    answer.answer, answer.citations[0].passage
"""

from typing import TYPE_CHECKING, Any

from pvd_assistant.errors import PvdError
from pvd_assistant.model import Answer, Citation, Filters, Statement, Turn

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant
    from pvd_assistant.settings import Settings

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Filters",
    "PvdError",
    "Settings",
    "Statement",
    "Turn",
]


def __getattr__(name: str) -> Any:
    """Import the two heavy names when they are first asked for: most modules need neither."""
    if name == "Assistant":
        from pvd_assistant.answer.assistant import Assistant

        return Assistant
    if name == "Settings":
        from pvd_assistant.settings import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

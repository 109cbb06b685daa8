"""Where logs go and what they look like: lines for a person, or JSON for a machine."""

from __future__ import annotations

import logging
import sys

from pvd_assistant.discretion import secrets_of
from pvd_assistant.observability import request_id
from pvd_assistant.settings import Settings

#: Logger of the requests served, one line each.
ACCESS = "pvd_assistant.access"

_TEXT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
_HIDDEN = "***"


def configure(settings: Settings) -> None:
    """Send logs to stderr as the settings say; nothing changes when a program has done so before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(_formatter(settings.log_format), settings))
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    if settings.access_log:
        logging.getLogger(ACCESS).setLevel(logging.INFO)


class Discreet(logging.Formatter):
    """Writes records with the id of their request and without any secret of the settings.

    No secret is logged on purpose: this is for what a library would quote in an error.

    :param inner: writes the line.
    """

    def __init__(self, inner: logging.Formatter, settings: Settings) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted(set(secrets_of(settings)), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one entry of the log."""
        record.request_id = request_id.current() or "-"
        said = self._inner.format(record)
        for secret in self._secrets:
            said = said.replace(secret, _HIDDEN)
        return said


def _formatter(kind: str) -> logging.Formatter:
    if kind == "text":
        return logging.Formatter(_TEXT)
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        ["levelname", "name", "request_id", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="time",
        json_ensure_ascii=False,
    )

"""What ``/health`` says, whether questions can be answered now, and ``/ready``, component by component."""

from __future__ import annotations

import logging
from typing import Any

from pvd_assistant.errors import PvdError, StorageError
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.version import package_version
from pvd_assistant.web.service import Service, State

logger = logging.getLogger(__name__)


def health(service: Service) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the report: 200 only if a question would be answered."""
    state, assistant, error = service.check()
    report: dict[str, Any] = {"status": state, "version": package_version()}
    if assistant is None:
        report["message"] = str(error) if error else text("web.starting")
        report["index"] = {"ok": False, "error": error.code if error else None}
        return 503, report
    manifest = assistant.index.manifest
    report["index"] = {
        "ok": True,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "built": manifest.built,
    }
    report["model"] = {
        "name": manifest.model,
        "version": manifest.model_version,
        "dimension": manifest.dimension,
    }
    return 200, report


def readiness(service: Service, database: Database) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the report: 200 only if every component works.

    A reason is a code: its line, which may name folders and addresses, goes to the log.
    """
    index, _, error = service.check()
    components = {
        "index": _component(index, error),
        "model": _component(*service.check_model()),
        "database": _component(*_reached(database)),
    }
    reasons = {c["reason"] for c in components.values() if not c["ok"]}
    status = "ready" if not reasons else "starting" if reasons == {"starting"} else "unavailable"
    report = {"status": status, "version": package_version(), "components": components}
    return 503 if reasons else 200, report


def _reached(database: Database) -> tuple[State, PvdError | None]:
    try:
        database.revision()
    except StorageError as error:
        return "unavailable", error
    return "ready", None


def _component(state: State, error: PvdError | None) -> dict[str, Any]:
    if error is not None:
        logger.warning("%s", error)
    if state == "ready":
        return {"ok": True}
    return {"ok": False, "reason": error.code if error else state}

"""What ``/health`` says: whether questions can be answered now, and with what."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pvd_assistant.messages import text
from pvd_assistant.web.service import Service


def package_version() -> str:
    """Return the installed version of the package, ``"0"`` when it is not installed."""
    try:
        return version("pvd-assistant")
    except PackageNotFoundError:
        return "0"


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

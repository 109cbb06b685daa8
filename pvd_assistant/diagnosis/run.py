"""Every component, one after the other; none stops the next. No secret is ever in what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pvd_assistant.diagnosis import index, machine, services
from pvd_assistant.diagnosis.check import Attempt, Check, tried
from pvd_assistant.discretion import secrets_of, without_passwords
from pvd_assistant.settings import Settings


def diagnose(settings: Settings) -> list[Check]:
    """Try every component.

    Nothing is created, changed or sent but to the servers of the settings.
    """
    attempts: Sequence[tuple[str, Attempt]] = (
        ("versions", machine.versions),
        ("settings", lambda: machine.unsafe_settings(settings)),
        ("clock", machine.clock),
        ("folders", lambda: machine.folders(settings)),
        ("corpus", lambda: index.corpus(settings)),
        ("model", lambda: index.model(settings)),
        ("indexing", lambda: index.indexing(settings)),
        ("index", lambda: index.index(settings)),
        ("index_files", lambda: index.left_overs(settings)),
        ("chroma", lambda: index.chroma_store(settings)),
        ("database", lambda: services.database(settings)),
        ("official", lambda: services.official_data(settings)),
        ("llm", lambda: services.language_model(settings)),
    )
    found = [check for topic, attempt in attempts for check in tried(topic, attempt)]
    return [_without_secrets(check, settings) for check in found]


def _without_secrets(check: Check, settings: Settings) -> Check:
    detail = without_passwords(check.detail)
    for secret in sorted(set(secrets_of(settings)), key=len, reverse=True):
        detail = detail.replace(secret, "…")
    return replace(check, detail=detail)

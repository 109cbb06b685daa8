"""``pvd-assistant doctor``: what works, what does not, why, and what to run."""

from __future__ import annotations

from pvd_assistant.diagnosis.check import Check
from pvd_assistant.diagnosis.run import diagnose

__all__ = ["Check", "diagnose"]

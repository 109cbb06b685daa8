"""The version of the package, which ``pyproject.toml`` alone says."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """Return the installed version of the package, ``"0"`` when it is not installed."""
    try:
        return version("pvd-assistant")
    except PackageNotFoundError:
        return "0"

"""The machine: versions, folders and disks, clock, settings that are unsafe."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from pvd_assistant.diagnosis.check import Check, broken, warning, works
from pvd_assistant.french import french_date, french_size
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.territory.tables import list_checked

_PACKAGES = (
    "pvd-assistant", "chromadb", "langchain", "sentence-transformers", "gradio", "sqlalchemy",
    "pypdf",
)  # fmt: skip
#: Bytes left on a disk below which it is said, below which nothing can be relied on.
_LITTLE, _NOTHING = 500_000_000, 20_000_000
_SHORTEST_KEY = 16
_SETTINGS_FILE = Path("pvd.toml")


def versions() -> Iterator[Check]:
    """Say which versions are installed."""
    found = [f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} —")
    yield works("versions", ", ".join(found))


def clock(now: dt.datetime | None = None) -> Iterator[Check]:
    """Compare the clock with the day the package was made: it cannot be before."""
    today = (now or dt.datetime.now(dt.UTC)).date()
    made = list_checked(None)
    said = french_date(today)
    if today.isoformat() < made:
        detail = text("doctor.clock_late", today=said, made=french_date(made))
        yield broken("clock", detail, text("doctor.remedy_clock"))
    else:
        yield works("clock", text("doctor.clock_right", today=said))


def folders(settings: Settings) -> Iterator[Check]:
    """Look at the folders that are written: rights, and room on their disks."""
    for name in ("index_dir", "data_dir"):
        yield _folder(name, getattr(settings, name))


def _folder(setting: str, path: Path) -> Check:
    variable = f"PVD_{setting.upper()}"
    existing = next(p for p in (path, *path.resolve().parents) if p.is_dir())
    try:
        if existing == path:
            with tempfile.TemporaryFile(dir=path) as file:
                file.write(b"\0" * 4096)
                file.flush()
        elif not os.access(existing, os.W_OK):
            raise PermissionError(text("doctor.folder_parent", path=existing))
    except OSError as error:
        reason = error.strerror or str(error)
        detail = text("doctor.folder_closed", path=path, reason=reason)
        # Replicas may share an index that only one of them writes.
        kind = warning if setting == "index_dir" else broken
        return kind("folders", detail, text("doctor.remedy_folder", variable=variable))
    left = shutil.disk_usage(existing).free
    detail = text("doctor.folder", path=path, left=french_size(left))
    if left >= _LITTLE:
        return works("folders", detail)
    kind = broken if left < _NOTHING else warning
    return kind("folders", detail, text("doctor.remedy_space"))


def unsafe_settings(settings: Settings) -> Iterator[Check]:
    """Give the settings that let in, or give away, more than they should."""
    found = list(_unsafe(settings))
    for code, values in found:
        detail = text(f"doctor.unsafe_{code}", **values)
        yield warning("settings", detail, text(f"doctor.remedy_unsafe_{code}", **values))
    if not found:
        yield works("settings", text("doctor.settings_safe"))


def _unsafe(settings: Settings) -> Iterator[tuple[str, dict[str, str]]]:
    key = settings.api_key.get_secret_value()
    if not key and not _is_here(settings.host):
        yield "no_key", {"host": settings.host}
    if 0 < len(key) < _SHORTEST_KEY:
        yield "short_key", {"least": str(_SHORTEST_KEY)}
    if "*" in settings.api_origins:
        yield "any_origin", {}
    for proxies in settings.trusted_proxies:
        if ipaddress.ip_network(proxies).prefixlen == 0:
            yield "any_proxy", {"value": proxies}
    for name in ("llm", "embedding"):
        url = getattr(settings, f"{name}_url")
        secret = getattr(settings, f"{name}_key").get_secret_value()
        if secret and url.startswith("http://") and not _is_here(urlsplit(url).hostname or ""):
            yield "clear_key", {"variable": f"PVD_{name.upper()}_URL", "url": url}
    if _SETTINGS_FILE.is_file() and _read_by_others(_SETTINGS_FILE):
        yield "open_file", {"path": str(_SETTINGS_FILE.resolve())}


def _is_here(host: str) -> bool:
    """Tell whether an address is of this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_by_others(path: Path) -> bool:
    """Tell whether other accounts of the machine can read a file that may hold keys."""
    others = stat.S_IRGRP | stat.S_IROTH
    held = path.read_text(encoding="utf-8", errors="replace")
    return bool(path.stat().st_mode & others) and any(w in held for w in ("_key", "_url", "secret"))

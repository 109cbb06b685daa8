"""Where refreshed data comes from: kept inside the data, so that one never goes without the other."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pvd_assistant.files import replace_bytes


@dataclass(frozen=True, slots=True)
class Provenance:
    """Origin of a table.

    :ivar data_date: day its producer last changed it (ISO), ``""`` when it does not say.
    :ivar retrieved: moment it was downloaded (ISO, UTC).
    :ivar sha256: of what was downloaded.
    """

    source: str
    url: str
    licence: str
    data_date: str
    retrieved: str
    sha256: str

    @classmethod
    def of(cls, body: bytes, *, source: str, url: str, licence: str, data_date: str) -> Provenance:
        """Describe what has just been downloaded."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        return cls(source, url, licence, data_date, now, hashlib.sha256(body).hexdigest())


def write_table(path: Path, table: Mapping[str, Any], provenance: Provenance) -> None:
    """Put a table and its origin in place in one step; the old file stays until then.

    :raises OSError: the disk is full or the folder cannot be written.
    """
    content = {"provenance": asdict(provenance), **table}
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    replace_bytes(path, gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)

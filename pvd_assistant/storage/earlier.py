"""Opinions that earlier versions kept as JSON lines in ``data/feedback/YYYY-MM.jsonl``: read once.

The files stay where they are. How far each was read is kept in the database, in the transaction that
keeps its opinions: nothing is read twice, and lines added since are read at the next start.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from pvd_assistant.storage.models import ImportedFile, OpinionRow

logger = logging.getLogger(__name__)


def import_files(data_dir: Path, session: Session) -> int:
    """Add to the database the opinions of the files that it does not hold yet; return how many.

    :raises OSError: a file cannot be read.
    """
    added = 0
    for path in sorted((data_dir / "feedback").glob("*.jsonl")):
        name = f"feedback/{path.name}"
        known = session.get(ImportedFile, name) or ImportedFile(path=name, size=0)
        whole = path.read_bytes()[known.size :].rpartition(b"\n")
        read = whole[0] + whole[1]
        if not read:
            continue
        rows = list(_rows(read, name))
        session.add_all(rows)
        known.size += len(read)
        known.time = dt.datetime.now(dt.UTC)
        session.add(known)
        added += len(rows)
    return added


def _rows(lines: bytes, name: str) -> Iterator[OpinionRow]:
    for line in lines.splitlines():
        try:
            record = json.loads(line)
            yield OpinionRow(
                answer=str(record["answer"])[:100],
                time=dt.datetime.fromisoformat(record["time"]),
                useful=record["useful"] is True,
                reasons=list(record.get("reasons", [])),
                comment=str(record.get("comment", "")),
                status=str(record.get("status", "")),
                family=str(record.get("family", "")),
                engine=str(record.get("engine", "")),
                citations=list(record.get("citations", [])),
                question=record.get("question"),
            )
        except (ValueError, KeyError, TypeError):
            # Still in its file, for a person to look at; its words are not copied to the logs.
            logger.warning("A line of %s is not an opinion: left in the file", name)

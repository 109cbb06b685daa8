"""The process that opens documents: ``python -m pvd_assistant.corpus.readers.worker``.

It is sent a path, a reader, the largest size in megabytes and the seconds it may take, and says what the
reader found: parts, or an error. A document that takes all the memory or breaks a parser written in C breaks
this process alone, and the reader (``isolated``) ends it when it takes too long. PDF has its own
(``pdf_worker``), page by page.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import astuple
from importlib import import_module
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.processes import allow, ended_with_its_parent, limit_resources
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

#: Without a document for this long, the process ends: nobody kept it.
_IDLE = 60


def main() -> None:
    """Read the documents named on the standard input, one a line."""
    limit_resources()
    for line in _lines():
        path, module, megabytes, seconds = json.loads(line)
        settings = Settings.model_construct(max_file_mb=megabytes)
        allow(seconds)
        with ended_with_its_parent():
            answer = _answer(Path(path), module, settings)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _lines() -> Iterator[str]:
    alarm = getattr(signal, "alarm", lambda _: None)  # Windows has none
    while True:
        alarm(_IDLE)
        line = sys.stdin.readline()
        alarm(0)
        if not line:
            return
        yield line


def _answer(path: Path, module: str, settings: Settings) -> dict[str, Any]:
    reader = import_module(f"pvd_assistant.corpus.readers.{module}")
    try:
        return {"parts": [astuple(part) for part in reader.read(path, settings)]}
    except DocumentError as error:
        values = {name: str(value) for name, value in error.values.items()}
        return {"error": error.code, "values": values}
    except MemoryError:
        return {"error": "corpus.too_heavy", "values": {}}
    except RecursionError:
        return {"error": "corpus.too_deep", "values": {}}


if __name__ == "__main__":
    main()

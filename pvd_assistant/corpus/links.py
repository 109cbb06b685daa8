"""Links from a Markdown sheet to other sheets of the folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

_LINK = re.compile(r"\]\(\s*<?([^)>\s]+)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def broken_links(
    file: Path, known: frozenset[str], root: Path, settings: Settings
) -> Iterator[tuple[int, str]]:
    """Return the line and the target of each link of ``file`` to a document that is not known.

    :param known: paths of the documents, relative to ``root``.
    """
    try:
        text = read_text(file, settings)
    except DocumentError:
        return  # reported by itself
    folder = file.parent.relative_to(root).as_posix()
    for number, line in enumerate(text.split("\n"), start=1):
        for match in _LINK.finditer(line):
            target = match.group(1)
            if _SCHEME.match(target):
                continue
            path = unquote(target.partition("#")[0])
            whole = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
            if posixpath.normpath(whole) not in known:
                yield number, target

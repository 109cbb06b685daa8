"""Reads the training data: parallel sentences, query-passage pairs, synonyms, and our own texts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Columns of the files, by prefix of their name.
PREFIXES = ("parallel", "pairs", "synonyms")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one row and the file they come from.

    :ivar source: name of the file without prefix and extension: ``"europarl"``.
    :ivar group: pairs of one group are not each other's wrong answers.
    """

    source: str
    left: str
    right: str
    group: str = ""


def read_pairs(data: Path, prefix: str) -> Iterator[Pair]:
    """Yield the rows of all files of one kind, in the order of the files' names.

    :param data: folder of the training data.
    :param prefix: one of :data:`PREFIXES`.
    :raises FileNotFoundError: the folder holds no such file.
    """
    paths = sorted(data.glob(f"{prefix}-*.tsv.gz"))
    if not paths:
        raise FileNotFoundError(f"no {prefix}-*.tsv.gz in {data}")
    for path in paths:
        source = path.name.removeprefix(f"{prefix}-").removesuffix(".tsv.gz")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                left, _, right = line.rstrip("\n").partition("\t")
                if left and right:
                    yield Pair(source, left, right)


_MARKUP = re.compile(r"[*_`#|>]+|\[([^\]]*)\]\([^)]*\)|https?://\S+")
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return Markdown text without its marks and addresses."""
    return _SPACES.sub(" ", _MARKUP.sub(r"\1 ", text)).strip()


def read_own_lines(folders: list[Path]) -> Iterator[str]:
    """Yield the lines of our own Markdown files, without marks.

    :param folders: folders searched for ``*.md``; one that does not exist is skipped.
    """
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if len(text := plain(line)) > 2:
                    yield text

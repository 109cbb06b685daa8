"""CSV: each row a block with the header row; parts of some two hundred rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pvd_assistant.corpus.readers.assembly import assemble, table_pieces
from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

_LONGEST_CELL = 1_000_000


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a table separated by semicolons, commas or tabs."""
    text = read_text(path, settings)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = [
            [clean(cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
        ]
    except csv.Error as error:
        raise DocumentError("corpus.broken_table", path=path, reason=error) from error
    return assemble(table_pieces(rows))


def delimiter(text: str) -> str:
    """Return the separator that cuts the first lines into the most regular columns.

    >>> delimiter("Commune;Population\\nFoix;9,7\\nPamiers;16,1")
    ';'
    """
    sample = [line for line in text[:20_000].split("\n") if line.strip()][:20]

    def regularity(mark: str) -> tuple[int, int]:
        counts = [len(row) - 1 for row in csv.reader(sample, delimiter=mark)]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (counts.count(usual) if usual else 0, usual)

    return max(";,\t", key=regularity)

"""Tables for a French spreadsheet: UTF-8 with its mark, semicolons, nothing that is run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What a spreadsheet would run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"\s*[=+\-@\t\r]|[\t\r]")


def spreadsheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of cells as a CSV file, the names of the columns being the first row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")

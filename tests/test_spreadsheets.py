import csv
import io

import pytest

from pvd_assistant.spreadsheets import spreadsheet


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-2", "@SUM(A1)", "  =1", "\t=1", "a\tb", "\r=1"])
def test_no_cell_can_be_run_as_a_formula(cell: str) -> None:
    written = spreadsheet([["Titre"], [cell]]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    assert rows[1][0] == (f"'{cell}" if cell != "a\tb" else cell)


def test_separators_lines_and_accents_stay_in_their_cell() -> None:
    rows = [["Été ; hiver", 'dit « "oui" »', "deux\nlignes"], ["", "", ""]]
    raw = spreadsheet(rows)
    assert raw.startswith(b"\xef\xbb\xbf")
    read = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    assert list(read) == rows

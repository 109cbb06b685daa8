from __future__ import annotations

from pathlib import Path

import pytest

from corpus.makers import write
from pvd_assistant.corpus.readers import read
from pvd_assistant.settings import Settings

ROWS = [["Commune", "Code", "Population"], ["Foix", "09122", "9\u202f700"], ["Ax", "09032", "1,2"]]


@pytest.mark.parametrize("mark", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_and_encoding_are_recognised(
    tmp_path: Path, settings: Settings, mark: str, encoding: str
) -> None:
    text = "\r\n".join(mark.join(f'"{cell}"' for cell in row) for row in ROWS)
    (part,) = read(write(tmp_path / "communes.csv", text.encode(encoding)), settings)
    assert [part.text[b.start : b.end] for b in part.blocks] == [
        "Foix | 09122 | 9\u202f700",
        "Ax | 09032 | 1,2",
    ]
    assert {(b.kind, b.header) for b in part.blocks} == {("row", "Commune | Code | Population")}


def test_french_decimals_do_not_pass_for_separators(tmp_path: Path, settings: Settings) -> None:
    text = "Commune;Taux\nFoix;1,5\nAx;2,5\nPamiers;3,5\n"
    (part,) = read(write(tmp_path / "t.csv", text.encode("cp1252")), settings)
    assert part.text == "Commune | Taux\nFoix | 1,5\nAx | 2,5\nPamiers | 3,5"


def test_a_long_table_has_parts_that_each_show_the_header(
    tmp_path: Path, settings: Settings
) -> None:
    rows = [f"Commune {n};{n:05};Une description d’une centaine de caractères" for n in range(1646)]
    text = "\n".join(["Commune;Code;Note", *rows])
    parts = read(write(tmp_path / "communes.csv", text), settings)
    assert 3 < len(parts) < 20
    assert all(part.text.startswith("Commune | Code | Note\n") for part in parts)
    assert sum(len(part.blocks) for part in parts) == 1646


def test_blank_rows_are_skipped_and_quoted_line_breaks_joined(
    tmp_path: Path, settings: Settings
) -> None:
    text = 'A;B\n;\n"un\ndeux";trois\n\n'
    (part,) = read(write(tmp_path / "t.csv", text), settings)
    assert part.text == "A | B\nun deux | trois"

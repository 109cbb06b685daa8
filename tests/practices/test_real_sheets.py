"""What is deduced from the 114 sheets of the corpus, against a reading by hand of some of them."""

from __future__ import annotations

import re

import pytest
from practices_corpus import CORPUS

from pvd_assistant.index.filters import key
from pvd_assistant.messages import load_data
from pvd_assistant.practices.facts import read_cost, read_stage, read_years

_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")

# Sheet → progress, cost as written (None: only grants or nothing), years; read by hand.
READ = {
    "p002-ardes-sur-couze": ("en-cours", None, (2023, 2024)),
    "p003-craponne-sur-arzon": ("etude", None, ()),
    "p004-die": ("realise", None, ()),
    "p007-la-mure": ("engage", None, (2021, 2023)),
    "p013-saint-flour": ("realise", None, (2017, 2022)),
    "p020-joigny": ("en-cours", "300 000 €", (2020, 2021)),
    "p021-joigny": ("etude", "1,6 M€", ()),
    "p025-semur-en-auxois": (None, None, ()),
    "p026-seurre": ("realise", "1,4 M€", (2017, 2020)),
    "p032-guingamp": ("realise", "6 M€", (2019, 2021)),
    "p038-loches": ("etude", None, (2019, 2023)),
    "p047-joinville": ("realise", "3,1 M€", (2012,)),
    "p053-auneuil": ("etude", None, ()),
    "p058-mortagne-du-nord": ("realise", "1,9 M€", (2017, 2022)),
    "p073-la-reole": ("realise", None, (2010, 2020)),
    "p074-neuvic": ("etude", None, (2023, 2024)),
    "p076-saint-jean-d-angely": ("realise", None, (2019, 2020, 2025)),
    "p079-ussel": ("en-cours", "2 M€", (2021, 2022)),
    "p097-le-lude": ("engage", None, (2021,)),
    "p101-barjols": ("etude", None, (2021,)),
    "p104-roquebrune-sur-argens": ("engage", "16 M€", (2020, 2021, 2022)),
    "p106-sisteron": ("etude", "6 M€", (2020, 2023, 2025)),
    "p113-cilaos": ("realise", None, (2020,)),
}


def sections(path):
    names = {title: name for name, title in load_data("practices/facts")["sections"].items()}
    found = {}
    for chunk in path.read_text("utf-8").split("\n## ")[1:]:
        title, *lines = chunk.splitlines()
        told = [_LINK.sub(r"\1", line.removeprefix("- ")) for line in lines if line.strip()]
        found[names[key(title)]] = told
    return found


@pytest.mark.parametrize("name", READ)
def test_what_is_deduced_is_what_a_reader_finds(name):
    told = sections(CORPUS / "projets" / f"{name}.md")
    cost = read_cost(told)
    stage = read_stage(told)
    written = cost.text.replace("\u00a0", " ") if cost and cost.whole else None
    assert (stage and stage.key, written, read_years(told)) == READ[name]


def test_every_section_of_every_sheet_is_known_and_most_sheets_say_something():
    sheets = [sections(path) for path in sorted((CORPUS / "projets").glob("p*.md"))]
    assert len(sheets) >= 114
    known = {
        "stage": sum(read_stage(told) is not None for told in sheets),
        "year": sum(bool(read_years(told)) for told in sheets),
        "amount": sum(read_cost(told) is not None for told in sheets),
    }
    assert known["stage"] >= 0.9 * len(sheets)
    assert known["year"] >= 0.75 * len(sheets)
    assert known["amount"] >= 20


def test_the_proof_is_a_sentence_of_the_sheet():
    for path in (CORPUS / "projets").glob("p*.md"):
        told = sections(path)
        lines = [line for texts in told.values() for line in texts]
        for found in (read_stage(told), read_cost(told)):
            assert found is None or found.sentence in lines

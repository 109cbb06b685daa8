"""What the documents of the repository say of the code is so: links, tests that hold a promise, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pvd_assistant.settings import Settings
from pvd_assistant.storage.tables import Base

REPOSITORY = Path(__file__).parents[1]
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
TESTS = {
    path.relative_to(REPOSITORY).as_posix(): path.read_text("utf-8")
    for path in (REPOSITORY / "tests").rglob("test_*.py")
}
#: Settings by which something is kept for a time.
DELAYS = [name for name in Settings.model_fields if re.search(r"_(?:days|minutes|hours)$", name)]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TEST = re.compile(r"`((?:[\w.-]+/)*test_\w+\.py)(?:::(\w+))?`")
_FUNCTION = re.compile(r"`(test_\w+)`")
_FILE = re.compile(r"`((?:tests|benchmarks|deploy|scripts)/[\w./-]+)`")


def text_of(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text("utf-8")


def table_of(document: str, heading: str) -> dict[str, str]:
    """The rows of the first table under a heading, by their first cell."""
    section = text_of(document).partition(f"{heading}\n")[2]
    rows = re.findall(r"^\| `?([^|`]+?)`? \|(.*)\|$", section.partition("\n#")[0], re.MULTILINE)
    return dict(rows[1:])


def defines(test: str, function: str) -> bool:
    return re.search(rf"^(?:async )?def {function}\(", TESTS[test], re.MULTILINE) is not None


def named(document: Path) -> Iterator[tuple[str, str]]:
    """Each test that a document names, by path or by name alone, with its function if it says one."""
    for path, function in _TEST.findall(document.read_text("utf-8")):
        same = [test for test in TESTS if test == path or test.endswith(f"/{path}")]
        yield (same[0] if len(same) == 1 else path), function


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(document.read_text("utf-8"))]
    inner = [
        link for link in links if link and "://" not in link and not link.startswith("mailto:")
    ]
    assert [link for link in inner if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    words = document.read_text("utf-8")
    found = list(named(document))
    unknown = [path for path, _ in found if path not in TESTS]
    unknown += [path for path in _FILE.findall(words) if not (REPOSITORY / path).exists()]
    lost = [
        f"{path}::{name}"
        for path, name in found
        if name and path in TESTS and not defines(path, name)
    ]
    lost += [name for name in _FUNCTION.findall(words) if not any(defines(t, name) for t in TESTS)]
    assert unknown + lost == []


def test_every_promise_of_the_readme_names_the_test_that_holds_it() -> None:
    words = (REPOSITORY / "README.md").read_text("utf-8")
    section = words.partition("\n## Promises, and what holds them\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 10
    for row in rows:
        promised = _LINK.findall(row.rpartition("|")[0].rpartition("|")[2])
        assert promised, row
        for link in promised:
            shown = re.search(rf"\[`(\w+)`\]\({re.escape(link)}\)", row)
            assert link in TESTS, row
            assert shown is None or defines(link, shown[1]), row


def test_every_test_that_security_relies_on_is_in_its_threat_model() -> None:
    held = [row.rpartition("|")[0].rpartition("|")[2] for row in text_of("security.md").splitlines()
            if row.startswith("| ") and "Test that holds it" not in row]  # fmt: skip
    assert len(held) > 25
    assert [cell for cell in held if "test_" not in cell] == []


def test_every_table_is_in_the_inventory_and_no_other() -> None:
    rows = table_of("privacy.md", "### In the database")
    assert set(rows) == set(Base.metadata.tables)
    assert [name for name, cells in rows.items() if cells.count("|") != 3] == []


@pytest.mark.parametrize("name", DELAYS)
def test_every_delay_is_in_the_inventory_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert f"`{name}` ({default})" in text_of("privacy.md")


@pytest.mark.parametrize("name", [n for n in DELAYS if n.endswith("_days")])
def test_every_delay_in_days_is_in_the_register(name: str) -> None:
    default = Settings.model_fields[name].default
    register = text_of("registre-des-traitements.md")
    assert re.search(rf"\b{default} jours[^(]*\(`{name}`\)", register), name

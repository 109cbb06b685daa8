"""In the continuous integration nothing is skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

_TESTS = """
import pytest
@pytest.fixture
def server():
    pytest.skip("no PostgreSQL server on this machine")
def test_program(): pytest.skip("no « nginx » on this machine")
def test_package(): pytest.importorskip("no_such_package")
def test_server(server): pass
@pytest.mark.skipif(True, reason="root reads everything")
def test_account(): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert False
def test_passes(): pass
"""


def outcome(folder: Path, **said: str) -> str:
    (folder / "test_some.py").write_text(_TESTS, "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "NO_SKIPS"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take seconds to be loaded
    command = [sys.executable, "-m", "pytest", "-p", "skips", "-p", "no:cacheprovider", "--tb=line"]
    done = subprocess.run(
        [*command, "test_some.py"],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(Path(__file__).parent)} | said,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_what_is_missing_fails_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    assert "1 passed, 4 skipped, 1 xfailed" in outcome(tmp_path)
    told = outcome(tmp_path, NO_SKIPS="1")
    assert "2 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in told
    assert "no « nginx » on this machine (nothing may be missing where NO_SKIPS is set)" in told

"""What is loaded when, and what the commands say of the database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from api_site import QUESTION

_LOADED = """
import sys
from pvd_assistant.cli import app
app(["ask", sys.argv[1], "--json", "--index", sys.argv[2]], standalone_mode=False)
heavy = {"fastapi", "starlette", "mcp", "sqlalchemy", "alembic", "limits", "gradio"}
sys.stderr.write(str(sorted(heavy & set(sys.modules))))
"""


def command(folder: Path, *words: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "pvd_assistant", *words], cwd=folder, capture_output=True, text=True
    )


def test_asking_on_the_command_line_loads_neither_the_api_nor_the_database(sample_settings):
    script = [sys.executable, "-c", _LOADED, QUESTION, str(sample_settings.index_dir)]
    asked = subprocess.run(script, capture_output=True, text=True, check=True)
    assert '"status": "answered"' in asked.stdout
    assert asked.stderr == "[]"


def test_the_database_is_created_then_up_to_date(tmp_path):
    first, second = (command(tmp_path, "db", "upgrade") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("La base de données est créée : data/pvd.sqlite")
    assert second.stdout.startswith("La base de données est à jour")


def test_a_database_that_cannot_be_used_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PVD_DATABASE_URL", "sqlite:////nowhere/pvd.sqlite")
    failed = command(tmp_path, "db", "upgrade")
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert "PVD_DATABASE_URL" in failed.stderr

"""``corpus sync``: each target by itself, one line each, one run at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.targets import TARGETS, sync
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.tables import PROGRAMME
from sync.conftest import Services


def test_a_failing_target_does_not_stop_the_others(services: Services, settings: Settings) -> None:
    results = dict(sync(list(TARGETS), settings))

    assert set(results) == set(TARGETS)
    assert all(isinstance(result, SyncError) for result in results.values())


def test_two_runs_at_once_are_refused(settings: Settings) -> None:
    settings.official_dir.mkdir(parents=True)
    with (
        FileLock(settings.official_dir / ".lock"),
        pytest.raises(SyncError, match="déjà en cours"),
    ):
        list(sync(["geo"], settings))


def test_a_table_that_cannot_be_read_is_left_aside(settings: Settings) -> None:
    settings.official_dir.mkdir(parents=True)
    (settings.official_dir / PROGRAMME).write_text('{"members": [', encoding="utf-8")

    assert Territory.load(settings.official_dir).by_name("Tournus")[0].listed == "2021-01-22"


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PVD_DATA_DIR": str(settings.data_dir),
        "PVD_DATA_GOUV_URL": settings.data_gouv_url,
        "PVD_AIDES_URL": settings.aides_url,
    }
    return subprocess.run(
        [sys.executable, "-m", "pvd_assistant", "corpus", "sync", *arguments,
         "--corpus", str(settings.corpus_dir)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip


def test_the_command_says_what_failed_in_one_line_and_leaves_one(settings: Settings) -> None:
    done = run(settings, "communes", "aides")

    assert done.returncode == 1
    assert "communes" in done.stderr
    assert "404" in done.stderr
    assert "PVD_AT_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_target_is_wrong_usage(settings: Settings) -> None:
    done = run(settings, "meteo")

    assert done.returncode == 2
    assert "Choisissez parmi" in done.stderr


def test_a_refreshed_list_is_seen_without_restarting(settings: Settings, tmp_path: Path) -> None:
    before = Territory.load(settings.official_dir)
    settings.official_dir.mkdir(parents=True)
    table = {"date": "2026-04-27", "checked": "2026-11-23", "members": [["71543", "", ""]]}
    (settings.official_dir / PROGRAMME).write_text(json.dumps(table), encoding="utf-8")

    after = Territory.load(settings.official_dir)
    assert before.by_name("Tournus")[0].listed == "2021-01-22"
    assert after.by_name("Tournus")[0].listed == "2026-04-27"

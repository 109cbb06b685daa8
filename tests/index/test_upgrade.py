"""An index that another version of the program wrote: refused in one line, brought up to date by one command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pvd_assistant.errors import IndexMismatchError
from pvd_assistant.index import generation
from pvd_assistant.index.builder import build
from pvd_assistant.index.manifest import FORMAT_VERSION, read_manifest
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings


@pytest.fixture
def settings(sample_settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the small index."""
    copied = tmp_path / "index"
    shutil.copytree(sample_settings.index_dir, copied)
    return sample_settings.model_copy(update={"index_dir": copied})


def of_another_version(settings: Settings, change: Callable[[dict[str, Any]], None]) -> None:
    """Make the index what another version would have written."""
    folder = generation.current(settings.index_dir)
    assert folder is not None
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


def older(manifest: dict[str, Any]) -> None:
    """As before the digest of the reading code was kept, and with a field that is no more."""
    manifest["format"] = FORMAT_VERSION - 1
    del manifest["reading"]
    manifest["chunks"] = 12


def newer(manifest: dict[str, Any]) -> None:
    manifest["format"] = FORMAT_VERSION + 1
    manifest["colour"] = "blue"


def other_words(manifest: dict[str, Any]) -> None:
    manifest["analysis"] = "0-older"


def older_model(manifest: dict[str, Any]) -> None:
    manifest["model_version"] = "older"


CHANGES = [older, newer, other_words, older_model]


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_refused_in_one_line_that_says_what_to_run(
    settings: Settings, change: Callable[[dict[str, Any]], None]
) -> None:
    of_another_version(settings, change)
    with pytest.raises(IndexMismatchError) as refused:
        Index.open(settings)
    assert "pvd-assistant index" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("change", CHANGES)
def test_indexing_brings_it_up_to_date_without_being_told_to_rebuild(
    settings: Settings, change: Callable[[dict[str, Any]], None]
) -> None:
    with Index.open(settings) as index:
        before = [hit.passage.id for hit in index.search("chef de projet")]
    of_another_version(settings, change)
    report = build(settings)
    assert (report.added, report.changed, report.removed) == ([], [], [])
    with Index.open(settings) as index:
        assert [hit.passage.id for hit in index.search("chef de projet")] == before
    live = generation.current(settings.index_dir)
    assert live is not None
    assert read_manifest(live).format == FORMAT_VERSION


def test_a_layout_that_nobody_can_read_any_more_is_rebuilt_too(settings: Settings) -> None:
    of_another_version(settings, older)
    folder = generation.current(settings.index_dir)
    assert folder is not None
    for path in folder.iterdir():
        if path.name != "manifest.json":
            shutil.rmtree(path) if path.is_dir() else path.write_bytes(b"of another time")
    report = build(settings)
    assert report.added
    with Index.open(settings) as index:
        assert index.search("chef de projet")


def test_one_whose_pointer_was_lost_is_rebuilt_as_well(settings: Settings) -> None:
    of_another_version(settings, older)
    (settings.index_dir / "CURRENT").unlink()
    build(settings)
    with Index.open(settings) as index:
        assert index.search("chef de projet")

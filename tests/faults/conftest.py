from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from disks import Disk

from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings, load_settings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The long form of these tests, of which they run a few rounds."""
    monkeypatch.syspath_prepend(REPOSITORY)
    return importlib.import_module("benchmarks.faults")


@pytest.fixture(scope="session")
def make(
    sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Settings]:
    """Put a corpus of six offers and its index, built once, in a folder, to be spoilt."""
    model = tmp_path_factory.mktemp("offers")
    shutil.copytree(sample_settings.corpus_dir / "offres", model / "corpus" / "offres")
    build(_settings_in(model))

    def made(root: Path) -> Settings:
        for name in ("corpus", "index"):
            shutil.copytree(model / name, root / name)
        return _settings_in(root)

    return made


def _settings_in(root: Path) -> Settings:
    return load_settings(
        corpus_dir=root / "corpus", index_dir=root / "index", data_dir=root / "data"
    )


@pytest.fixture
def settings(make: Callable[[Path], Settings], tmp_path: Path) -> Settings:
    return make(tmp_path)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 16 megabytes: a real one, which only root may add; the mocked tests run everywhere."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", path]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("this account may not add a disk")
    yield Disk(path)
    subprocess.run(["umount", "--lazy", path], check=True)

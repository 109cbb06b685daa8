"""What is refused before a release is made."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-01

### Added

- Something.

## [0.1.0] - 2026-11-28
"""

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def release() -> Any:
    path = REPOSITORY / "scripts" / "release.py"
    spec = importlib.util.spec_from_file_location("release", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that is ready to be released."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Ready")
    git(tmp_path, "tag", "v0.1.0")
    return tmp_path


def git(folder: Path, *arguments: str | Path) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    command = ["git", "-C", folder, *who, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_what_is_ready_is_released(release: Any, repository: Path) -> None:
    version = release.version_of(repository)
    assert version == "0.2.0"
    release.check(repository, version)


def test_work_that_is_not_committed_is_named(release: Any, repository: Path) -> None:
    (repository / "oublie.py").write_text("")
    with pytest.raises(release.ReleaseError, match=r"oublie\.py"):
        release.check(repository, "0.2.0")


@pytest.mark.parametrize("tag", ["v0.2.0", "v0.10.0", "v1.0.0"])
def test_a_version_that_is_not_a_new_one_is_refused(
    release: Any, repository: Path, tag: str
) -> None:
    git(repository, "tag", tag)
    with pytest.raises(release.ReleaseError, match=tag.removeprefix("v")):
        release.check(repository, "0.2.0")


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("[0.2.0] - 2026-12-01", "[0.1.9] - 2026-12-01", r"## \[0\.2\.0\]"),
        ("[0.2.0] - 2026-12-01", "[0.2.0]", "YYYY-MM-DD"),
        ("[0.2.0] - 2026-12-01", "[0.2.0] - bientôt", "YYYY-MM-DD"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- Something else.\n", "Unreleased"),
        ("## [Unreleased]\n", "", "Unreleased"),
    ],
)
def test_a_changelog_that_does_not_tell_of_it_is_refused(
    release: Any, written: str, instead: str, said: str
) -> None:
    release.check_changelog(CHANGELOG, "0.2.0")
    with pytest.raises(release.ReleaseError, match=said):
        release.check_changelog(CHANGELOG.replace(written, instead), "0.2.0")


def test_a_version_is_three_numbers(release: Any, repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[project]\nversion = "0.2.dev1"\n')
    with pytest.raises(release.ReleaseError, match=r"MAJOR\.MINOR\.PATCH"):
        release.version_of(repository)


def test_checksums_are_those_that_sha256sum_reads(release: Any, tmp_path: Path) -> None:
    files = [tmp_path / "a.whl", tmp_path / "b.tar.gz"]
    for path in files:
        path.write_text(path.name)
    release.write_checksums(files)
    checked = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(checked, cwd=tmp_path, capture_output=True).returncode == 0
    files[0].write_text("changed")
    assert subprocess.run(checked, cwd=tmp_path, capture_output=True).returncode == 1


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Our own way to build, with next to nothing to put in the wheel."""
    made = tmp_path / "small"
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md"):
        write(made / name, (REPOSITORY / name).read_text("utf-8"))
    write(made / ".gitignore", (REPOSITORY / ".gitignore").read_text("utf-8"))
    write(made / "pvd_assistant" / "__init__.py", "")
    write(made / "pvd_assistant" / "data" / "words.yaml", "mot: halle\n")
    write(made / "corpus" / "sources.yaml", "sources: []\n")
    git(made, "init", "--quiet")
    git(made, "add", ".")
    git(made, "commit", "--quiet", "--message", "Ready")
    return made


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def test_the_same_commit_gives_the_same_wheel(release: Any, small: Path) -> None:
    version = release.version_of(small)
    wheel, archive = release.build(small, version)
    assert (wheel.name, archive.name) == (
        f"pvd_assistant-{version}-py3-none-any.whl",
        f"pvd_assistant-{version}.tar.gz",
    )
    elsewhere = small.with_name("elsewhere")
    git(small, "clone", "--quiet", small, elsewhere)
    for path in elsewhere.rglob("*.yaml"):
        os.utime(path, (10**9, 10**9))
    again, _ = release.build(elsewhere, version)
    assert again.read_bytes() == wheel.read_bytes()
    assert git(small, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("left_out", "said"),
    [("METADATA", "is not of version"), ("sources.yaml", "holds no documents")],
)
def test_a_wheel_that_is_not_what_it_should_be_is_refused(
    release: Any, tmp_path: Path, left_out: str, said: str
) -> None:
    names = ["pvd_assistant-0.2.0.dist-info/METADATA", "pvd_assistant/data/corpus/sources.yaml"]
    for wheel, kept in (("whole", names), ("cut", [n for n in names if left_out not in n])):
        with zipfile.ZipFile(tmp_path / wheel, "w") as archive:
            for name in kept:
                archive.writestr(name, "")
    release.check_wheel(tmp_path / "whole", "0.2.0")
    with pytest.raises(release.ReleaseError, match=said):
        release.check_wheel(tmp_path / "cut", "0.2.0")


def test_our_own_changelog_can_be_released_one_day(release: Any) -> None:
    """Its sections are named as the script expects them, the newest first."""
    written = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    names = [section[1] for section in release._SECTION.finditer(written)]
    assert names[0] == "Unreleased"
    versions = [release._order(name) for name in names[1:]]
    assert versions == sorted(versions, reverse=True)
    assert len(names) == written.count("\n## ")

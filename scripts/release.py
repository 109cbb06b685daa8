"""Make a release: checks, tests, archives and their checksums. Nothing is tagged nor sent anywhere.

Usage, from a clean working tree whose ``pyproject.toml`` and ``CHANGELOG.md`` name the new version::

    make release
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_SECTION = re.compile(r"^## \[([^\]]+)\](?: - (\S+))?$", re.MULTILINE)


class ReleaseError(Exception):
    """The release cannot be made; the message says why and what to do."""


def version_of(repository: Path) -> str:
    """Return the version that ``pyproject.toml`` names.

    :raises ReleaseError: it is not MAJOR.MINOR.PATCH.
    """
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    version: str = project["version"]
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version} is not MAJOR.MINOR.PATCH: correct pyproject.toml")
    return version


def check(repository: Path, version: str) -> None:
    """Refuse to release what is not ready.

    :raises ReleaseError: work is not committed, the version is not a new one, or the changelog says
        nothing of it.
    """
    changed = _git(repository, "status", "--porcelain")
    if changed:
        raise ReleaseError(f"commit or put away what is not committed:\n{changed}")
    made = [tag.removeprefix("v") for tag in _git(repository, "tag", "--list", "v*").split()]
    later = [one for one in made if _VERSION.fullmatch(one) and _order(one) >= _order(version)]
    if later:
        raise ReleaseError(f"{max(later, key=_order)} is tagged: raise the version above it")
    check_changelog((repository / "CHANGELOG.md").read_text("utf-8"), version)


def check_changelog(changelog: str, version: str) -> None:
    """Check that the first section after an empty « Unreleased » is that of the version, dated.

    :raises ReleaseError: it is not so.
    """
    sections = list(_SECTION.finditer(changelog))
    names = [section[1] for section in sections]
    if names[:2] != ["Unreleased", version]:
        raise ReleaseError(f"CHANGELOG.md must hold ## [Unreleased], then ## [{version}] - DATE")
    if changelog[sections[0].end() : sections[1].start()].strip():
        raise ReleaseError(f"move what is under [Unreleased] of CHANGELOG.md to [{version}]")
    try:
        dt.date.fromisoformat(sections[1][2] or "")
    except ValueError:
        raise ReleaseError(f"date [{version}] in CHANGELOG.md: YYYY-MM-DD") from None


def build(repository: Path, version: str) -> list[Path]:
    """Build the source archive, then the wheel from it; return both.

    :raises ReleaseError: what was built is not what it should be.
    """
    target = repository / "dist" / version
    for left_over in (target, repository / "build"):
        shutil.rmtree(left_over, ignore_errors=True)
    moment = _git(repository, "log", "-1", "--format=%ct")
    # Files of the wheel are dated by the commit, and setuptools is the one of constraints.txt: the same
    # commit gives the same wheel.
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        str(target),
        str(repository),
    ]
    subprocess.run(command, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": moment})
    made = sorted(target.iterdir())
    wheels = [path for path in made if path.suffix == ".whl"]
    if len(made) != 2 or len(wheels) != 1:
        raise ReleaseError(f"one wheel and one source archive were expected in {target}")
    check_wheel(wheels[0], version)
    return made


def check_wheel(wheel: Path, version: str) -> None:
    """Look inside a wheel.

    :raises ReleaseError: it is of another version, or holds no documents.
    """
    names = zipfile.ZipFile(wheel).namelist()
    if f"pvd_assistant-{version}.dist-info/METADATA" not in names:
        raise ReleaseError(f"{wheel.name} is not of version {version}")
    if "pvd_assistant/data/corpus/sources.yaml" not in names:
        raise ReleaseError(f"{wheel.name} holds no documents")


def write_checksums(files: list[Path]) -> Path:
    """Write ``SHA256SUMS`` beside the files, as ``sha256sum --check`` reads it."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    target = files[0].parent / "SHA256SUMS"
    target.write_text("".join(lines), "utf-8")
    return target


def main() -> int:
    """Make the release; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-tests", action="store_true", help="for a rehearsal only")
    skip_tests = parser.parse_args().skip_tests
    try:
        version = version_of(REPOSITORY)
        check(REPOSITORY, version)
        if not skip_tests:
            subprocess.run(["make", "test"], cwd=REPOSITORY, check=True)
            check(REPOSITORY, version)  # the tests must leave the tree as it was
        files = build(REPOSITORY, version)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(f"No release: {error}", file=sys.stderr)
        return 1
    sums = write_checksums(files)
    print(f"Version {version} is in {sums.parent}. To publish it:")
    print(f"  git tag --annotate v{version} --message 'Version {version}'")
    print(f"  git push origin v{version}   # then give {', '.join(p.name for p in files)}")
    return 0


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

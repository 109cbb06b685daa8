"""List what is installed, with versions and licences, as CycloneDX 1.5 JSON.

    python scripts/sbom.py > sbom.json
    python scripts/sbom.py --check      # licences that forbid giving the program away

The same set gives the same bytes: no date, no serial number.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[1]
ROOT = "pvd-assistant"
UNKNOWN = "unknown"
#: Words of the licences whose terms reach the program that uses the package, or forbid some uses.
_TO_READ = re.compile(
    r"\b(?:AGPL|(?<!L)GPL|GNU (?:Affero )?General Public|SSPL|BUSL"
    r"|Commons Clause|non-?commercial|proprietary)",
    re.IGNORECASE,
)


def name_of(name: str) -> str:
    """Return the name of a package as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[Distribution]:
    """Return what the package needs at run time, by name."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, Distribution] = {}
    waiting = [Requirement(line) for line in project["dependencies"]]
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        needed = waiting.pop()
        key = (name_of(needed.name), frozenset(needed.extras))
        if key in done:
            continue
        done.add(key)
        try:
            found[key[0]] = package = distribution(needed.name)
        except PackageNotFoundError:
            continue
        for line in package.requires or ():
            inner = Requirement(line)
            extras = [{"extra": extra} for extra in ("", *needed.extras)]
            if inner.marker is None or any(inner.marker.evaluate(extra) for extra in extras):
                waiting.append(inner)
    return [found[name] for name in sorted(found)]


def licence_of(package: Distribution) -> str:
    """Return the licence that a package declares, « unknown » when it says nothing."""
    told = package.metadata.get("License-Expression") or ""
    if told:
        return told
    classified = [
        line.rpartition(" :: ")[2]
        for line in package.metadata.get_all("Classifier") or ()
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    written = (package.metadata.get("License") or "").strip()
    first = written.splitlines()[0][:80] if written else ""
    return " AND ".join(sorted(classified)) or first or UNKNOWN


def sbom(packages: Iterable[Distribution]) -> dict[str, object]:
    """Return the CycloneDX document of a set of packages."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": ROOT}},
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name_of(package.name)}@{package.version}",
                "purl": f"pkg:pypi/{name_of(package.name)}@{package.version}",
                "name": name_of(package.name),
                "version": package.version,
                "licenses": [{"license": {"name": licence_of(package)}}],
            }
            for package in packages
        ],
    }


def to_read(packages: Iterable[Distribution]) -> list[str]:
    """Return the packages whose licence somebody must read before the program is given away."""
    licences = ((package, licence_of(package)) for package in packages)
    return [
        f"{package.name} {package.version}: {licence}"
        for package, licence in licences
        if licence == UNKNOWN or _TO_READ.search(licence)
    ]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="list the licences to read, fail if any"
    )
    wanted = parser.parse_args()
    packages = installed()
    if wanted.check:
        listed = to_read(packages)
        print("\n".join(listed) or "No licence to read.")
        sys.exit(bool(listed))
    print(json.dumps(sbom(packages), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

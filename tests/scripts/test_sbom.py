"""The list of what is installed: complete, the same each time, licences told."""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("sbom", REPOSITORY / "scripts" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module
    spec.loader.exec_module(module)
    return module


def test_every_dependency_is_listed_once_with_its_licence(script: Any) -> None:
    listed = script.sbom(script.installed())["components"]
    names = [component["name"] for component in listed]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {script.name_of(Requirement(line).name) for line in project["dependencies"]}
    assert needed <= set(names)
    assert names == sorted(set(names))
    assert all(component["licenses"][0]["license"]["name"] for component in listed)


def test_the_versions_are_those_that_are_pinned(script: Any) -> None:
    pinned = {}
    for line in (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines():
        name, equals, version = line.partition("#")[0].strip().partition("==")
        if equals:
            pinned[script.name_of(name)] = version.partition(";")[0].strip()
    for component in script.sbom(script.installed())["components"]:
        expected = pinned.get(component["name"], "absent").partition("+")[0]
        assert component["version"].partition("+")[0] == expected, component["name"]


def test_the_same_set_gives_the_same_bytes(script: Any) -> None:
    first, second = (json.dumps(script.sbom(script.installed())) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("licence", "read"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("AGPL-3.0", True),
        ("GPL-2.0-or-later", True),
        ("unknown", True),
    ],
)
def test_licences_that_reach_the_program_are_told(script: Any, licence: str, read: bool) -> None:
    metadata = {"License-Expression": licence}
    package = SimpleNamespace(name="x", version="1", metadata=metadata)
    assert bool(script.to_read([package])) is read

"""The dashboard and the alerts of ``deploy/monitoring`` ask for figures that the service really gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.observability import metrics
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.metrics import state_of
from pvd_assistant.web.service import Service

FOLDER = Path(__file__).parent.parent / "deploy" / "monitoring"
#: Given by Prometheus itself, to every series.
_OWN = {"up": {"job", "instance"}}
_EVERYWHERE = {"job", "instance", "le"}
_METRIC = re.compile(r"\b((?:pvd|process)_\w+|up)(?:\{([^}]*)\})?")
_LABELS_BY = re.compile(r"\bby \(([^)]*)\)")


def expressions() -> Iterator[tuple[str, str]]:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"][1:]:
        yield variable["name"], variable["query"]["query"]
    for rule in alerts():
        yield rule["alert"], rule["expr"]


def alerts() -> list[dict[str, Any]]:
    found = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def exported(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The labels of every series, by name, once each thing has happened."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    assistant.ask("Qui paie le poste de chef de projet ?")
    metrics.count_request("GET", "/", 200, 0.1)
    metrics.LLM_ANSWERS.labels("written")
    found: dict[str, set[str]] = {name: set(labels) for name, labels in _OWN.items()}
    database = Database(settings)
    state = state_of(Service(settings, assistant), database)
    for family in [*metrics.REGISTRY.collect(), *state.collect()]:
        found.setdefault(family.name, set(getattr(family, "_labelnames", ())))
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    database.close()
    return found


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_series_and_label_exists(
    where: str, expression: str, exported: dict[str, set[str]]
) -> None:
    used = _METRIC.findall(expression)
    assert used, where
    known = set(_EVERYWHERE)
    for name, selector in used:
        assert name in exported, f"{where}: {name}"
        known |= exported[name]
        for label in re.findall(r"(\w+)\s*[=!]~?", selector):
            assert label in exported[name] | _EVERYWHERE, f"{where}: {name}{{{label}}}"
    for listed in _LABELS_BY.findall(expression):
        assert {label.strip() for label in listed.split(",")} <= known, where


def test_legends_name_labels_that_their_series_keep() -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            kept = ",".join(_LABELS_BY.findall(target["expr"])) or "instance"
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert label in kept, panel["title"]


def test_panels_do_not_lie_on_each_other() -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_says_in_french_what_happens_and_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["description"]


def test_prometheus_reads_the_rules_under_the_name_they_expect() -> None:
    configured = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    assert configured["rule_files"] == ["alerts.yml"]
    assert configured["scrape_configs"][0]["job_name"] == "pvd-assistant"

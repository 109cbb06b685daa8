"""The files of ``deploy/``: checked against the schemas of their tools, and against the service they describe."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from site_of_replicas import certificate, configuration, program

from pvd_assistant.cli import app
from pvd_assistant.settings import SECRETS_DIR, Settings
from pvd_assistant.version import package_version

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
SYSTEMD = DEPLOY / "systemd"
_SETTINGS = {f"PVD_{name}".upper() for name in Settings.model_fields} | {SECRETS_DIR}


def kubernetes() -> Iterator[dict[str, Any]]:
    for path in sorted((DEPLOY / "kubernetes").iterdir()):
        yield from yaml.safe_load_all(path.read_text("utf-8"))


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each workload with the specification of its pods."""
    for one in kubernetes():
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield f"{one['kind']} {one['metadata']['name']}", spec["template"]["spec"]


def one_of(kind: str, name: str) -> dict[str, Any]:
    return next(o for o in kubernetes() if (o["kind"], o["metadata"]["name"]) == (kind, name))


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(DEPLOY.rglob("*")) if p.is_file() and "monitoring" not in p.parts],
    ids=lambda path: path.name,
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bPVD_[A-Z0-9_]+", path.read_text("utf-8")))
    secrets = set(re.findall(r"\bpvd_[a-z_]+(?=:)", path.read_text("utf-8")))

    assert named <= _SETTINGS
    assert {name.upper() for name in secrets} <= _SETTINGS


def test_the_dockerfile_passes_its_linter() -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    if hadolint is None:
        pytest.skip("no hadolint for this machine")
    linted = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_the_image_runs_without_privileges_on_what_it_holds() -> None:
    last = dockerfile().rpartition("\nFROM ")[2]
    said = dict(re.findall(r"\b(PVD_\w+)=(\S+)", last))

    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.findall(r"--uid (\d+)", last) == ["10001"]
    assert f"EXPOSE {said['PVD_PORT']}\n" in last
    assert f"127.0.0.1:{said['PVD_PORT']}/health" in last
    assert f"COPY corpus {said['PVD_CORPUS_DIR']}\n" in last
    volumes = json.loads(re.search(r"^VOLUME (.*)$", last, re.MULTILINE)[1])
    assert volumes == [said["PVD_INDEX_DIR"], said["PVD_DATA_DIR"]]
    assert all(folder in last.partition("COPY")[0] for folder in volumes)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.MULTILINE):
        assert all((REPOSITORY / name).exists() for name in copied.split())


def test_what_the_image_copies_is_let_through_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.MULTILINE)
    wanted = {name for line in copied for name in line.split()}
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()

    assert "*" in ignored
    assert {name[1:] for name in ignored if name.startswith("!")} == wanted


def test_compose_follows_its_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    vendored = files("check_jsonschema").joinpath("builtin_schemas", "vendor", "compose-spec.json")
    schema = json.loads(vendored.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(compose())] == []


def test_compose_replicas_differ_by_their_address_only_and_are_the_ones_nginx_asks() -> None:
    services, fronted = compose()["services"], (DEPLOY / "nginx.conf").read_text("utf-8")
    asked = re.findall(r"server ([\w-]+):7860", fronted)
    addresses = {services[name].pop("networks")["front"]["ipv4_address"] for name in asked}

    assert len(addresses) == len(asked) == 2
    assert services["app-1"] == services["app-2"]
    proxy = services["nginx"]["networks"]["front"]["ipv4_address"]
    assert services["app-1"]["environment"]["PVD_TRUSTED_PROXIES"] == proxy
    assert {port.partition(":")[2] for port in services["nginx"]["ports"]} == set(
        re.findall(r"listen (\d+)", fronted)
    )


def test_compose_keeps_what_must_be_kept_and_shows_only_the_proxy() -> None:
    site = compose()
    services = site["services"]

    assert [name for name, one in services.items() if "ports" in one] == ["nginx"]
    for name in ("app-1", "app-2", "index"):
        one = services[name]
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["volumes"] == ["index:/var/lib/pvd/index", "data:/var/lib/pvd/data"]
        assert set(one["secrets"]) <= set(site["secrets"])
    kept = {str(v).partition(":")[0] for one in services.values() for v in one.get("volumes", [])}
    assert kept - {"./nginx.conf"} == set(site["volumes"])
    # Passwords are files, never values.
    written = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert not re.search(r"^\s+\w*(PASSWORD|KEY|SECRET|DATABASE_URL): ", written, re.MULTILINE)


@pytest.mark.parametrize(
    "one", list(kubernetes()), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}"
)
def test_kubernetes_manifests_follow_their_schema(one: dict[str, Any]) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    validate.validate(one, validate.latest_version(), strict=True)


@pytest.mark.parametrize(("name", "pod"), list(pods()))
def test_pods_run_without_privileges(name: str, pod: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        held = container["securityContext"]
        assert held["allowPrivilegeEscalation"] is False
        assert held["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        claims = {v["name"] for v in pod.get("volumes", [])}
        assert mounted == claims or name.startswith("StatefulSet")
        if "pvd-assistant:" in container["image"]:
            assert held["readOnlyRootFilesystem"] is True
            assert pod["securityContext"]["runAsUser"] == 10001


def test_claims_and_secrets_of_the_pods_exist() -> None:
    made = {(one["kind"], one["metadata"]["name"]) for one in kubernetes()}
    for _, pod in pods():
        for volume in pod.get("volumes", []):
            if "persistentVolumeClaim" in volume:
                claim = volume["persistentVolumeClaim"]["claimName"]
                assert ("PersistentVolumeClaim", claim) in made
            if "secret" in volume:
                assert ("Secret", volume["secret"]["secretName"]) in made
                mounts = pod["containers"][0]["volumeMounts"]
                where = next(m["mountPath"] for m in mounts if m["name"] == volume["name"])
                assert where == one_of("ConfigMap", "pvd-assistant")["data"][SECRETS_DIR]


def test_a_replica_without_an_index_is_not_restarted_but_gets_no_visitor() -> None:
    container = one_of("Deployment", "pvd-assistant")["spec"]["template"]["spec"]["containers"][0]

    assert "tcpSocket" in container["livenessProbe"]
    assert "tcpSocket" in container["startupProbe"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert container["ports"] == [{"name": "http", "containerPort": 7860}]


def test_an_update_never_leaves_fewer_replicas() -> None:
    spec = one_of("Deployment", "pvd-assistant")["spec"]

    assert spec["replicas"] >= 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    labels = spec["template"]["metadata"]["labels"]
    assert one_of("Service", "pvd-assistant")["spec"]["selector"] == labels
    assert one_of("PodDisruptionBudget", "pvd-assistant")["spec"]["selector"] == spec["selector"]


def test_the_files_name_the_version_that_they_come_with() -> None:
    images = {c["image"] for _, pod in pods() for c in pod["containers"]}
    images |= {one["image"] for one in compose()["services"].values()}
    ours = {image.rpartition(":")[2] for image in images if "pvd-assistant:" in image}
    chroma = {image.rpartition(":")[2] for image in images if "chroma:" in image}

    assert ours == {package_version()}
    assert f"chromadb=={chroma.pop()}" in (REPOSITORY / "constraints.txt").read_text("utf-8")
    assert not chroma


@pytest.mark.parametrize("arguments", [["serve"], ["index"], ["backup"], ["corpus", "sync"]])
def test_the_commands_that_are_run_exist(arguments: list[str]) -> None:
    written = "\n".join(p.read_text("utf-8") for p in DEPLOY.rglob("*") if p.is_file())
    assert " ".join(arguments) in written.replace("[", "").replace(",", "")
    command: Any = typer.main.get_command(app)
    for name in arguments:
        command = command.commands[name]


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    nginx = program("nginx")
    certificate(tmp_path)
    (tmp_path / "nginx.conf").write_text(configuration(tmp_path, (7860, 7861), 8080, 8443), "utf-8")
    tried = subprocess.run(
        [nginx, "-t", "-c", tmp_path / "nginx.conf", "-e", "stderr"],
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr.replace('the "user" directive', "")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A root of a file system that holds our units and those of Debian that they name."""
    units = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(SYSTEMD, units)
    for target in Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(target, units)
    command = tmp_path / "opt" / "pvd" / "bin" / "pvd-assistant"
    command.parent.mkdir(parents=True)
    shutil.copy("/bin/true", command)
    return tmp_path


def test_systemd_accepts_the_units(machine: Path) -> None:
    analyse = program("systemd-analyze")
    units = [p.name for p in SYSTEMD.iterdir() if p.suffix in (".service", ".timer")]
    assert len(units) == 7

    tried = subprocess.run(
        [analyse, "verify", f"--root={machine}", *units], capture_output=True, text=True
    )
    ours = [line for line in tried.stderr.splitlines() if "pvd-" in line]
    assert ours == []


@pytest.mark.parametrize("unit", ["pvd-assistant.service", "pvd-index.service"])
def test_systemd_finds_little_to_say_of_their_safety(machine: Path, unit: str) -> None:
    analyse = program("systemd-analyze")
    tried = subprocess.run(
        [analyse, "security", "--offline=yes", "--threshold=20", f"--root={machine}", unit],
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 0, tried.stdout[-500:] + tried.stderr

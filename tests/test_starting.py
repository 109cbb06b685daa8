"""``pvd-assistant init``: a folder to work in."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from command_line import run_command

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.settings import Settings
from pvd_assistant.starting import InitError, init
from pvd_assistant.version import package_version


def test_the_folder_holds_the_documents_and_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_command(monkeypatch, "init", "mon dossier") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-3:] == [
        "  cd 'mon dossier'",
        "  pvd-assistant index",
        "  pvd-assistant serve",
    ]
    made = tmp_path / "mon dossier"
    entries = Catalogue(made / "corpus", Settings()).entries()
    assert len(entries) > 500
    assert sorted(path.name for path in made.iterdir()) == ["corpus", "pvd.toml"]
    assert not list(made.rglob("*.py"))


def test_in_the_current_folder_there_is_nowhere_to_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(monkeypatch, "init") == 0
    assert "cd " not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["corpus", "pvd.toml"])
def test_what_is_there_already_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir() if name == "corpus" else (tmp_path / name).write_text("port = 80")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InitError, match=f"« {name} »"):
        init(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_copy_that_was_interrupted_is_taken_up_again(tmp_path: Path) -> None:
    (tmp_path / ".corpus.new").mkdir()
    (tmp_path / ".corpus.new" / "reste.md").write_text("à moitié", "utf-8")
    init(tmp_path)
    assert not (tmp_path / ".corpus.new").exists()
    assert not (tmp_path / "corpus" / "reste.md").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("", "utf-8")
    with pytest.raises(InitError, match="fichier") as refused:
        init(tmp_path / "fichier" / "dedans")
    assert refused.value.code == "init.not_writable"


def test_each_commented_setting_exists_and_gives_its_default() -> None:
    written = files("pvd_assistant").joinpath("data", "init", "pvd.toml").read_text("utf-8")
    lines = [line.removeprefix("# ") for line in written.splitlines() if " = " in line]
    given = [line for line in lines if line.split(" = ")[0].isidentifier()]
    said = tomllib.loads("\n".join(given))
    assert len(said) > 10
    examples = ("web_stylesheet", "web_header", "web_footer")
    for name, value in said.items():
        assert name in Settings.model_fields
        if name not in examples:
            assert Settings.model_validate({name: value}) == Settings(), name
    assert tomllib.loads(written) == {}


def test_the_version_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"pvd-assistant {package_version()}\n"

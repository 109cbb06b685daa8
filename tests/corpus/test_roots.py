"""The corpus and the library: which document is read, where its file is, what may be put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.makers import SIDE, sheet, write
from pvd_assistant.corpus import adding, shelf
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.roots import WITHDRAWN, find_file, withdrawn, write_withdrawn
from pvd_assistant.errors import CorpusError, DocumentError
from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings

BODY = "## A\n\nUne phrase.\n"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A corpus of two sheets, and a library that replaces one and adds one."""
    settings = settings.model_copy(
        update={"data_dir": tmp_path / "data", "index_dir": tmp_path / "index"}
    )
    write(settings.corpus_dir / "offres" / "ort.md", sheet(BODY, title="Livrée"))
    write(settings.corpus_dir / "offres" / "vir.md", sheet(BODY, title="VIR"))
    write(settings.library_dir / "offres" / "ort.csv", "A;B\n1;2\n")
    write(
        settings.library_dir / "offres" / "ort.meta.yaml", SIDE.format(title="Nôtre", kind="table")
    )
    write(settings.library_dir / "guides" / "ajoute.md", sheet(BODY, title="Ajoutée"))
    return settings


def titles(settings: Settings) -> dict[str, str]:
    catalogue = Catalogue.of(settings)
    return {entry.id: catalogue.load(entry).metadata.title for entry in catalogue.entries()}


def test_the_document_of_the_library_is_read_in_place_of_the_shipped_one(
    settings: Settings,
) -> None:
    assert titles(settings) == {
        "guides/ajoute": "Ajoutée",
        "offres/ort": "Nôtre",
        "offres/vir": "VIR",
    }
    origins = {entry.id: entry.origin for entry in Catalogue.of(settings).entries()}
    assert origins == {
        "guides/ajoute": "added",
        "offres/ort": "replacing",
        "offres/vir": "shipped",
    }


def test_what_is_taken_out_of_the_library_uncovers_the_shipped_one(settings: Settings) -> None:
    assert shelf.remove(settings, "offres/ort")
    assert titles(settings)["offres/ort"] == "Livrée"
    assert list((settings.library_dir / "offres").iterdir()) == []
    assert not shelf.remove(settings, "offres/ort")


def test_withdrawn_documents_are_left_out_of_the_index_and_come_back(settings: Settings) -> None:
    write_withdrawn(settings, {"offres/vir", "guides/ajoute"})
    report = build(settings)
    assert report.added == ["offres/ort"]
    write_withdrawn(settings, {"guides/ajoute"})
    assert build(settings).added == ["offres/vir"]


@pytest.mark.parametrize("content", ["- a\n- [", "offres/ort\n", "- 1\n", b"\xff\xfe\x00"])
def test_a_list_of_withdrawals_that_cannot_be_read_brings_nothing_back(
    settings: Settings, content: str | bytes
) -> None:
    write(settings.library_dir / WITHDRAWN, content)
    with pytest.raises(CorpusError, match="documents retirés"):
        Catalogue.of(settings).entries()


def test_an_empty_list_withdraws_nothing(settings: Settings) -> None:
    write(settings.library_dir / WITHDRAWN, "")
    assert withdrawn(settings) == frozenset()


def test_problems_of_both_folders_are_told(settings: Settings) -> None:
    write(settings.corpus_dir / "seul.meta.yaml", "title: seul")
    body = BODY + "[vers une fiche livrée](/offres/ort.md), [perdu](/offres/absent.md)\n"
    wrong = write(
        settings.library_dir / "guides" / "ajoute.md", sheet(body).replace("kind: offre", "kind: x")
    )
    found = [(problem.file, problem.line) for problem in Catalogue.of(settings).check()]
    assert found == [(str(wrong), 3), (str(wrong), 12), ("seul.meta.yaml", None)]


def test_a_file_is_found_in_the_folder_that_counts(settings: Settings) -> None:
    assert find_file(settings, "offres/vir.md") == settings.corpus_dir / "offres/vir.md"
    shelf.put(settings, "offres/vir", sheet(BODY).encode(), ".md")
    assert find_file(settings, "offres/vir.md") == settings.library_dir / "offres/vir.md"


@pytest.mark.parametrize(
    "path", ["../secret.md", "/etc/passwd", "offres", "offres/../../secret.md"]
)
def test_no_file_outside_the_folders_is_found(
    settings: Settings, tmp_path: Path, path: str
) -> None:
    write(tmp_path / "secret.md", "secret")
    write(settings.data_dir / "secret.md", "secret")
    assert find_file(settings, path) is None


def test_a_document_of_another_format_takes_the_place_whole(settings: Settings) -> None:
    shelf.put(settings, "offres/ort", sheet(BODY, title="Neuve").encode(), ".md")
    assert [path.name for path in (settings.library_dir / "offres").iterdir()] == ["ort.md"]
    assert titles(settings)["offres/ort"] == "Neuve"


def test_a_document_comes_with_its_metadata(settings: Settings, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "A;B\n3;4\n")
    meta = SIDE.format(title="Table", kind="table")
    assert shelf.put(settings, "territoires/t", table, ".csv", meta).read_bytes() == b"A;B\n3;4\n"
    assert titles(settings)["territoires/t"] == "Table"
    assert [path.name for path in shelf.stored(settings, "territoires/t")] == [
        "t.csv",
        "t.meta.yaml",
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        "../a",
        "/a",
        "a//b",
        "",
        ".trash/a",
        "a/.b",
        "sources/a",
        "a\\b",
        "c:/a",
        "a\nb",
        "guides/README",
    ],
)
def test_an_id_that_leads_elsewhere_is_refused(settings: Settings, identifier: str) -> None:
    with pytest.raises(DocumentError) as refused:
        shelf.put(settings, identifier, b"x", ".md")
    assert refused.value.code == "corpus.bad_id"


def test_a_file_that_no_reader_reads_is_not_put(settings: Settings) -> None:
    with pytest.raises(DocumentError, match="format"):
        shelf.put(settings, "a", b"x", ".exe")


def test_a_command_does_not_add_what_the_library_would_hide(
    settings: Settings, tmp_path: Path
) -> None:
    path = write(tmp_path / "ajoute.md", sheet(BODY, kind="guide"))
    with pytest.raises(DocumentError, match="existe déjà"):
        adding.add(path, settings)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.makers import SIDE, sheet, write
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import CorpusError, DocumentError, MetadataError
from pvd_assistant.settings import Settings

BODY = "## A\n\nUne phrase.\n"


@pytest.fixture
def root(settings: Settings) -> Path:
    return settings.corpus_dir


def problems(root: Path, settings: Settings) -> list[tuple[str, int | None, str]]:
    found = Catalogue(root, settings).check()
    return [(problem.file, problem.line, problem.message) for problem in found]


def test_documents_are_listed_by_id(root: Path, settings: Settings) -> None:
    write(root / "offres" / "ort.md", sheet(BODY))
    write(root / "faq" / "qui-paie.md", sheet(BODY, kind="faq"))
    write(root / "territoires" / "communes.csv", "A;B\n1;2\n")
    write(root / "territoires" / "communes.meta.yaml", SIDE.format(title="T", kind="table"))
    for ignored in (
        "README.md",
        "typeset.py",
        "sources.yaml",
        ".cache",
        ".git/a.md",
        "guides/sources/guide.md",
        "offres/~$ort.docx",
    ):
        write(root / ignored, "x")
    catalogue = Catalogue(root, settings)
    entries = catalogue.entries()
    assert [(entry.id, entry.path, entry.format) for entry in entries] == [
        ("faq/qui-paie", "faq/qui-paie.md", ".md"),
        ("offres/ort", "offres/ort.md", ".md"),
        ("territoires/communes", "territoires/communes.csv", ".csv"),
    ]
    table = catalogue.load(entries[2])
    assert (table.metadata.title, table.parts[0].text) == ("T", "A | B\n1 | 2")
    assert table.digest == entries[2].digest
    assert problems(root, settings) == []


def test_the_digest_follows_the_file_and_its_metadata(root: Path, settings: Settings) -> None:
    write(root / "a.csv", "A;B\n1;2\n")
    side = write(root / "a.meta.yaml", SIDE.format(title="T", kind="table"))
    first = Catalogue(root, settings).entries()[0].digest
    assert Catalogue(root, settings).entries()[0].digest == first
    write(side, SIDE.format(title="U", kind="table"))
    second = Catalogue(root, settings).entries()[0].digest
    write(root / "a.csv", "A;B\n1;3\n")
    third = Catalogue(root, settings).entries()[0].digest
    assert len({first, second, third}) == 3


def test_a_missing_folder_is_said(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(CorpusError, match="n’existe pas"):
        Catalogue(tmp_path / "absent", settings)


def test_a_document_without_metadata_is_refused(root: Path, settings: Settings) -> None:
    write(root / "a.md", BODY)
    catalogue = Catalogue(root, settings)
    with pytest.raises(MetadataError, match=r"a\.meta\.yaml"):
        catalogue.load(catalogue.entries()[0])


def test_a_sheet_may_have_its_metadata_beside_it(root: Path, settings: Settings) -> None:
    write(root / "a.md", BODY)
    write(root / "a.meta.yaml", SIDE.format(title="À côté", kind="page"))
    catalogue = Catalogue(root, settings)
    assert catalogue.load(catalogue.entries()[0]).metadata.title == "À côté"


def test_problems_are_told_with_file_and_line(root: Path, settings: Settings) -> None:
    write(root / "a.md", sheet(BODY).replace("kind: offre", "kind: aide"))
    write(root / "b.csv", "A;B\n1;2\n")
    write(root / "b.meta.yaml", "title: T\npays: France\n")
    write(root / "c.md", sheet(""))
    write(root / "d.meta.yaml", "title: seul")
    write(root / "e.xlsx", b"PK\x03\x04")
    found = problems(root, settings)
    assert [(file, line) for file, line, _ in found if file == "a.md"] == [("a.md", 3)]
    assert ("b.meta.yaml", 2) in [(file, line) for file, line, _ in found]
    assert [line for file, line, _ in found if file == "c.md"] == [None]
    assert [line for file, line, _ in found if file == "d.meta.yaml"] == [None]
    assert any(file == "e.xlsx" and "format" in message for file, _, message in found)


def test_links_between_sheets_must_lead_somewhere(root: Path, settings: Settings) -> None:
    body = (
        "## A\n\n[bon](/offres/b.md), [voisin](b.md#titre), [accent](/offres/%C3%A9t%C3%A9.md).\n\n"
        "[perdu](/offres/absent.md) et [ailleurs](https://exemple.fr/x.md), [ici](#a), "
        "[hors](../../etc/passwd).\n"
    )
    write(root / "offres" / "a.md", sheet(body))
    write(root / "offres" / "b.md", sheet(BODY))
    write(root / "offres" / "été.md", sheet(BODY))
    found = problems(root, settings)
    assert [(file, line) for file, line, _ in found] == [("offres/a.md", 13)] * 2
    assert "« /offres/absent.md »" in found[0][2]
    assert "« ../../etc/passwd »" in found[1][2]


def test_two_files_of_the_same_id_are_a_problem(root: Path, settings: Settings) -> None:
    write(root / "ort.csv", "A;B\n1;2\n")
    write(root / "ort.meta.yaml", SIDE.format(title="T", kind="table"))
    write(root / "ort.md", sheet(BODY))
    catalogue = Catalogue(root, settings)
    entries = catalogue.entries()
    assert [entry.id for entry in entries] == ["ort", "ort.md"]
    assert catalogue.load(entries[0]).path == "ort.csv"
    with pytest.raises(DocumentError, match=r"même identifiant que « ort\.csv »"):
        catalogue.load(entries[1])
    assert [file for file, _, _ in problems(root, settings)] == ["ort.md"]


def test_links_out_of_the_folder_are_refused(
    tmp_path: Path, root: Path, settings: Settings
) -> None:
    outside = write(tmp_path / "secret.md", sheet(BODY))
    write(tmp_path / "dehors" / "b.md", sheet(BODY))
    write(root / "a.md", sheet(BODY))
    (root / "dedans.md").symlink_to(root / "a.md")
    (root / "dehors.md").symlink_to(outside)
    (root / "dossier").symlink_to(tmp_path / "dehors", target_is_directory=True)
    (root / "boucle").symlink_to(root, target_is_directory=True)
    catalogue = Catalogue(root, settings)
    read, refused = [], []
    for entry in catalogue.entries():
        try:
            catalogue.load(entry)
            read.append(entry.id)
        except DocumentError as error:
            refused.append((entry.id, error.code))
    assert read == ["a", "dedans"]
    assert refused == [
        ("boucle", "corpus.outside_link"),
        ("dehors", "corpus.outside_link"),
        ("dossier", "corpus.outside_link"),
    ]


def test_names_that_are_not_utf8_survive(root: Path, settings: Settings) -> None:
    try:
        write(root / os.fsdecode(b"\xe9t\xe9.md"), sheet(BODY))
    except OSError:
        pytest.skip("this file system only takes UTF-8 names")
    write(root / "z.md", sheet(BODY))
    catalogue = Catalogue(root, settings)
    entries = catalogue.entries()
    assert [entry.id for entry in entries] == [r"\xe9t\xe9", "z"]
    assert catalogue.load(entries[0]).parts[0].text == "A\n\nUne phrase."
    assert problems(root, settings) == []


def test_accents_written_in_two_ways_give_one_id(root: Path, settings: Settings) -> None:
    write(root / "e\u0301te\u0301.md", sheet(BODY))
    assert [entry.id for entry in Catalogue(root, settings).entries()] == ["été"]


def test_what_is_not_a_file_does_not_block(root: Path, settings: Settings) -> None:
    os.mkfifo(root / "tube.md")
    write(root / "a.md", sheet(BODY))
    (root / "mort.md").symlink_to(root / "absent.md")
    found = problems(root, settings)
    assert [file for file, _, _ in found] == ["mort.md", "tube.md"]


def test_a_file_of_two_gigabytes_is_listed_at_once_and_reported(
    root: Path, settings: Settings
) -> None:
    with write(root / "gros.pdf", b"").open("wb") as file:
        file.truncate(2 << 30)
    write(root / "gros.meta.yaml", SIDE.format(title="T", kind="guide"))
    (problem,) = problems(root, settings)
    assert "limite de 100 Mo" in problem[2]

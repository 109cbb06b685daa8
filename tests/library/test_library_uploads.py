"""Files that are sent: read and kept waiting, or refused with one line and nothing kept."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from corpus.makers import Page, pdf, sheet
from library_makers import PAGE, Desk, desk_of

from pvd_assistant.accounts.roles import Person
from pvd_assistant.errors import DocumentError, LibraryError
from pvd_assistant.library import uploads
from pvd_assistant.library.description import Description
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    settings = Settings(data_dir=tmp_path / "data", max_file_mb=1)
    return desk_of(Database(settings), settings, tmp_path)


def kept(desk: Desk) -> list[str]:
    root = desk.settings.library_dir / ".pending"
    return sorted(path.name for path in root.rglob("*")) if root.exists() else []


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 4_000_000)
    return made.getvalue()


def test_what_waits_says_what_will_be_read(desk: Desk) -> None:
    page = Page().text(70, 760, "Guide du marché", 22).lines(70, 700, "Le marché ouvre en mars.")
    upload = desk.send(pdf([page, Page().text(70, 700, "Deuxième page.")]), "Marché.pdf")
    preview = upload.preview
    assert (preview.title, preview.parts, preview.paged) == ("Guide du marché", 2, True)
    assert [extract.page for extract in preview.extracts] == [1, 2]
    assert "Le marché ouvre en mars." in preview.extracts[0].text
    assert uploads.waiting(desk.settings, upload.token, desk.person) == upload


def test_the_front_matter_of_a_sheet_is_taken_up(desk: Desk) -> None:
    upload = desk.send(sheet("## A\n\nB.\n", title="Fiche", kind="offre"), "fiche.md")
    description = Description.of(upload.front)
    assert (description.title, description.kind, description.updated) == (
        "Fiche",
        "offre",
        "2026-11-23",
    )
    assert description.sources[0].url == "https://exemple.fr/guide"


def test_scripts_of_a_page_are_not_read(desk: Desk) -> None:
    upload = desk.send("<h1>Titre</h1><script>alert(1)</script><p>Un texte.</p>", "page.html")
    assert "alert" not in str(upload.preview)


def test_cells_that_look_like_formulas_stay_words(desk: Desk) -> None:
    upload = desk.send("Nom;Aide\n=HYPERLINK(1);+33\n@x;-2\n", "aides.csv")
    assert "=HYPERLINK(1) | +33" in upload.preview.extracts[0].text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\Users\\edith\\guide.md", "guide.md"),
        ("/absolu/guide.md", "guide.md"),
        ("gui\x00de\n.md", "gui de .md"),
    ],
)
def test_a_file_is_known_by_its_bare_name_and_leads_nowhere(
    desk: Desk, tmp_path: Path, name: str, shown: str
) -> None:
    upload = desk.send(PAGE, name)
    assert upload.name == shown
    file = upload.file(desk.settings)
    assert file.name == "document.md"
    assert file.parent.parent == desk.settings.library_dir / ".pending"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.md", "est vide"),
        (b"%PDF-1.7\nrien", "abime.pdf", "abîmé"),
        (pdf([Page()]), "images.pdf", "aucun texte"),
        (pdf([Page().text(70, 700, "A.")]), "guide.docx", "malgré son extension"),
        (b"<p>Un texte.</p>", "page.pdf", "n’a pas le contenu que promet"),
        (b"\x89PNG\r\n\x1a\n", "image.csv", "est une image"),
        (b"MZ", "virus.exe", "n’est pas dans un format"),
        (b"PK\x03\x04", "faux.docx", "abîmé"),
        (bomb(), "bombe.docx", "décompressé"),
        (b"a" * 1_000_001, "gros.md", "dépasse la limite de"),
        (b"\x00\x01\x02", "binaire.md", "n’est pas un fichier de texte"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line_and_not_kept(
    desk: Desk, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(DocumentError, match=words) as refused:
        desk.send(content, name)
    said = str(refused.value)
    assert f"« {name}" in said.replace("\u00a0", " ")
    assert "\n" not in said
    assert str(desk.settings.data_dir) not in said
    assert kept(desk) == []


def test_nobody_else_goes_on_with_a_file(desk: Desk) -> None:
    upload = desk.send(PAGE, "halle.md")
    other = Person(desk.person.id + 1, "x", "X")
    for token, person in (
        (upload.token, other),
        ("../../" + upload.token, desk.person),
        ("", other),
    ):
        with pytest.raises(LibraryError) as refused:
            uploads.waiting(desk.settings, token, person)
        assert refused.value.code == "library.no_upload"


def test_what_is_given_up_or_forgotten_for_a_day_is_deleted(desk: Desk) -> None:
    first, _ = desk.send(PAGE, "a.md"), desk.send(PAGE, "b.md")
    uploads.forget(desk.settings, first.token)
    now = dt.datetime.now(dt.UTC)
    uploads.sweep(desk.settings, now + dt.timedelta(hours=23))
    assert len([name for name in kept(desk) if name == "card.json"]) == 1
    uploads.sweep(desk.settings, now + dt.timedelta(hours=25))
    assert kept(desk) == []

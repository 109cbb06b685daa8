from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.makers import SIDE, Page, pdf, sheet, write
from pvd_assistant import files
from pvd_assistant.corpus import adding
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import DocumentError, MetadataError
from pvd_assistant.model import Document
from pvd_assistant.settings import Settings

ANSWERS = {
    "title": "Guide : « mode d’emploi » # 2",
    "kind": "guide",
    "publisher": "ANCT",
    "updated": "2026-11-23",
    "url": "https://exemple.fr/guide.pdf",
}


def added(settings: Settings, identifier: str) -> Document:
    catalogue = Catalogue(settings.corpus_dir, settings)
    assert catalogue.check() == []
    (entry,) = [entry for entry in catalogue.entries() if entry.id == identifier]
    return catalogue.load(entry)


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    return write(tmp_path / "Guide « Été » (v2).PDF", pdf([Page().text(70, 700, "Bonjour.")]))


def test_a_document_is_copied_with_what_is_answered(settings: Settings, guide: Path) -> None:
    identifier = adding.add(guide, settings, **ANSWERS, themes=("habitat",), pillar=None)
    assert identifier == "guides/guide-ete-v2"
    document = added(settings, identifier)
    assert document.path == "guides/guide-ete-v2.pdf"
    assert document.metadata.title == ANSWERS["title"]
    assert document.metadata.updated == dt.date(2026, 11, 23)
    assert document.metadata.sources[0].url == ANSWERS["url"]
    assert document.metadata.themes == ("habitat",)
    assert guide.exists()


def test_what_is_missing_is_asked(settings: Settings, guide: Path) -> None:
    asked = []

    def ask(name: str, allowed: Sequence[str]) -> str:
        asked.append((name, bool(allowed)))
        return ANSWERS[name]

    adding.add(guide, settings, ask=ask, title="Guide", publisher="ANCT")
    assert asked == [("kind", True), ("updated", False), ("url", False)]
    assert added(settings, "guides/guide-ete-v2").metadata.title == "Guide"


def test_nobody_to_ask_is_an_error(settings: Settings, guide: Path) -> None:
    with pytest.raises(MetadataError, match="kind, publisher, updated, url"):
        adding.add(guide, settings, title="Guide")
    assert list(settings.corpus_dir.rglob("*")) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "aide"}, "« aide »"),
        ({"updated": "demain"}, "« demain »"),
        ({"url": "exemple.fr"}, "« exemple.fr »"),
        ({"themes": ("pêche",)}, "« pêche »"),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_copied(
    settings: Settings, guide: Path, change: dict[str, object], words: str
) -> None:
    with pytest.raises(MetadataError, match=words):
        adding.add(guide, settings, **{**ANSWERS, **change})
    assert list(settings.corpus_dir.rglob("*")) == []


def test_an_unexpected_answer_is_refused(settings: Settings, guide: Path) -> None:
    with pytest.raises(MetadataError, match="couleur"):
        adding.add(guide, settings, **ANSWERS, couleur="bleu")


def test_a_sheet_with_front_matter_is_copied_as_it_is(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "ORT.md", sheet("## A\n\nB.\n"))
    assert adding.add(path, settings) == "offres/ort"
    assert (settings.corpus_dir / "offres" / "ort.md").read_bytes() == path.read_bytes()
    assert [p.name for p in (settings.corpus_dir / "offres").iterdir()] == ["ort.md"]


def test_a_sheet_that_calls_itself_a_validated_reply_is_refused(
    tmp_path: Path, settings: Settings
) -> None:
    forged = write(tmp_path / "forgee.md", sheet("Le taux est de 90 %.", kind="reponse"))
    with pytest.raises(MetadataError) as refused:
        adding.add(forged, settings)
    assert refused.value.code == "corpus.reply_not_added"
    assert not (settings.corpus_dir / "helpdesk").exists()


def test_a_side_file_comes_along(tmp_path: Path, settings: Settings, guide: Path) -> None:
    write(guide.with_name("Guide « Été » (v2).meta.yaml"), SIDE.format(title="T", kind="presse"))
    assert adding.add(guide, settings) == "presse/guide-ete-v2"
    assert added(settings, "presse/guide-ete-v2").metadata.title == "T"


def test_nothing_is_overwritten(tmp_path: Path, settings: Settings, guide: Path) -> None:
    adding.add(guide, settings, **ANSWERS)
    before = {path: path.read_bytes() for path in settings.corpus_dir.rglob("*.*")}
    with pytest.raises(DocumentError, match="existe déjà"):
        adding.add(guide, settings, **ANSWERS)
    other = write(tmp_path / "guide-ete-v2.csv", "A;B\n1;2\n")
    with pytest.raises(DocumentError, match="existe déjà"):
        adding.add(other, settings, **ANSWERS)
    assert {path: path.read_bytes() for path in settings.corpus_dir.rglob("*.*")} == before


def test_an_unreadable_document_is_not_copied(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "a.pdf", b"%PDF-1.7\n")
    with pytest.raises(DocumentError):
        adding.add(path, settings, **ANSWERS)
    assert list(settings.corpus_dir.rglob("*")) == []


def test_a_full_disk_leaves_no_half_document(
    settings: Settings, guide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.shutil, "copyfileobj", full)
    with pytest.raises(DocumentError, match="No space left"):
        adding.add(guide, settings, **ANSWERS)
    assert Catalogue(settings.corpus_dir, settings).entries() == []
    monkeypatch.undo()
    assert adding.add(guide, settings, **ANSWERS) == "guides/guide-ete-v2"

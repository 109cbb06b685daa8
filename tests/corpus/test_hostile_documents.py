"""Documents that hide orders or letters: what a reader cannot see is not read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import RGBColor

from corpus.hostile import HOSTILE, write_hostile
from corpus.makers import Page, pdf, sheet, write
from pvd_assistant.corpus import metadata
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.readers import read
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import MetadataError
from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings

_HIDING = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


@pytest.mark.parametrize("document", HOSTILE, ids=lambda document: document["name"])
def test_what_is_hidden_is_not_read_and_the_rest_is(
    tmp_path: Path, settings: Settings, document: dict[str, Any]
) -> None:
    parts = read(write_hostile(document, tmp_path), settings)

    text = "\n".join(part.text for part in parts)
    for words in document.get("kept", ()):
        assert words in text
    for words in document.get("gone", ()):
        assert words not in text
    assert not _HIDING.search(text)
    for part in parts:
        for block in part.blocks:
            assert clean(part.text[block.start : block.end]) == part.text[block.start : block.end]


def test_the_words_of_a_scanned_page_are_drawn_invisible_and_read(
    tmp_path: Path, settings: Settings
) -> None:
    page = Page()
    page.operators.append("q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q 3 Tr")
    page.text(70, 700, "La halle est ouverte.")

    (part,) = read(write(tmp_path / "scan.pdf", pdf([page])), settings)

    assert "La halle est ouverte." in part.text


def test_white_words_on_a_coloured_cell_are_read(tmp_path: Path, settings: Settings) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=1)
    table.rows[0].cells[0].paragraphs[0].add_run("Lieu").font.color.rgb = RGBColor(255, 255, 255)
    table.rows[1].cells[0].text = "Halle"
    document.save(str(tmp_path / "table.docx"))

    (part,) = read(tmp_path / "table.docx", settings)

    assert part.blocks[0].header == "Lieu"


def test_the_corpus_is_large_and_covers_the_risks_of_documents() -> None:
    risks = Counter(document["owasp"] for document in HOSTILE)

    assert len(HOSTILE) >= 25
    assert {"LLM01", "LLM05", "LLM10"} <= risks.keys()


def test_a_file_that_cannot_be_read_does_not_stop_the_others(settings: Settings) -> None:
    root = settings.corpus_dir
    write(root / "saine.md", sheet("## Halle\n\nLa halle est ouverte."))
    write(root / "vide.md", b"")
    write(root / "binaire.md", sheet("## A\n\nB.") + "\0\0")
    write(root / "faux.pdf", b"%PDF-1.7 rien")
    write(root / "faux.meta.yaml", sheet("", title="Faux").replace("---\n", ""))
    write(root / "bombe.html", "<div>" * 5_000 + "fin")
    write(root / "bombe.meta.yaml", sheet("", title="Bombe").replace("---\n", ""))

    report = build(settings.model_copy(update={"index_dir": root.parent / "index"}))

    assert report.added == ["saine"]
    assert {name for name, _ in report.failed} == {
        "vide.md", "binaire.md", "faux.pdf", "bombe.html",
    }  # fmt: skip
    for name, message in report.failed:
        assert name in message
        assert "\n" not in message


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://\u0430nct.gouv.fr/guide",
        "https://anct.gouv.fr@mechant.example/",
        "https://anct\u200b.gouv.fr/",
    ],
)
def test_a_source_address_that_leads_elsewhere_is_refused(tmp_path: Path, url: str) -> None:
    front = sheet("").replace("https://exemple.fr/guide", url).replace("---\n", "")

    with pytest.raises(MetadataError, match="adresse web"):
        metadata.parse(front, tmp_path / "fiche.md")


def test_the_title_of_a_document_has_no_letter_in_disguise(settings: Settings) -> None:
    root = settings.corpus_dir
    write(root / "a.md", sheet("## A\n\nB.", title="L’\u0410NAH\u202e et la h\u0430lle"))

    catalogue = Catalogue(root, settings)
    (entry,) = catalogue.entries()

    assert catalogue.load(entry).metadata.title == "L’ANAH et la halle"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("l’\u0410N\u0410\u041d", "l’ANAH"),
        ("le m\u043et juste", "le mot juste"),
        ("\uff21\uff2e\uff21\uff28", "ANAH"),
        ("\U0001d400\U0001d427\U0001d41a\U0001d421", "Anah"),
        ("7\u0336 chevaux", "7 chevaux"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_letters_are_those_a_reader_sees(written: str, seen: str) -> None:
    assert clean(written) == seen


@pytest.mark.parametrize(
    "genuine",
    [
        "Все документы открыты на сайте города",
        "Το πρόγραμμα για τις μικρές πόλεις",
        "Le mot « θεσμός » est grec, « город » est russe",
        "un angle α de 30 kΩ",
        "شرق المدينة",
        "① Délibérer, ½ journée, n° 3, m², 5 µm",
    ],
)
def test_genuine_words_of_another_alphabet_stay(genuine: str) -> None:
    assert clean(genuine) == unicodedata.normalize("NFC", genuine)

"""Files that cannot be read: each is named, with what to do about it."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from corpus.makers import Page, archive, docx_xml, pdf, sheet, write
from pvd_assistant.corpus.readers import read
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

SOUND_PDF = pdf([Page().text(70, 700, "Bonjour à tous.")])


def refused(path: Path, settings: Settings) -> str:
    """The code of the error, whose message is one French sentence or two that name the file."""
    with pytest.raises(DocumentError) as caught:
        read(path, settings)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert message.count("{") == 0
    assert message.endswith(".")
    return caught.value.code.removeprefix("corpus.")


@pytest.mark.parametrize("name", ["a.md", "a.pdf", "a.docx", "a.odt", "a.csv", "a.html"])
def test_empty(tmp_path: Path, settings: Settings, name: str) -> None:
    assert refused(write(tmp_path / name, b""), settings) == "empty_file"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", sheet("")),
        ("a.md", "---\ntitle: A\n---\n## Titre seul\n"),
        ("a.html", "<html><body><nav>Menu</nav></body></html>"),
        ("a.csv", ";;\n;;\n"),
    ],
)
def test_nothing_to_read(tmp_path: Path, settings: Settings, name: str, content: str) -> None:
    assert refused(write(tmp_path / name, content), settings) == "no_text"


def test_missing(tmp_path: Path, settings: Settings) -> None:
    assert refused(tmp_path / "absent.pdf", settings) == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_forbidden(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path / "a.md", sheet("## A\n\nB."))
    path.chmod(0)
    assert refused(path, settings) == "unreadable"


def test_two_gigabytes(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a.pdf"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    assert refused(path, settings) == "too_large"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04", "unknown_format"),
        ("a", b"bonjour", "unknown_format"),
        ("a.md", SOUND_PDF, "really_pdf"),
        ("a.docx", SOUND_PDF, "really_pdf"),
        ("a.pdf", b"PK\x03\x04rest", "really_zip"),
        ("a.pdf", b"bonjour", "really_text"),
        ("a.docx", b"bonjour", "really_text"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "really_ole"),
        ("a.odt", rb"{\rtf1 bonjour}", "really_rtf"),
        ("a.md", b"\x89PNG\r\n\x1a\n", "really_image"),
        ("a.md", b"bon\0jour", "not_text"),
        ("a.csv", bytes(range(128, 160)), "not_text"),
    ],
)
def test_wrong_extension(
    tmp_path: Path, settings: Settings, name: str, content: bytes, code: str
) -> None:
    assert refused(write(tmp_path / name, content), settings) == code


@pytest.mark.parametrize("extension", [".docx", ".odt"])
def test_archive_of_something_else(tmp_path: Path, settings: Settings, extension: str) -> None:
    path = archive(tmp_path / f"a{extension}", {"xl/workbook.xml": "<a/>"})
    assert refused(path, settings) == "really_zip"


def test_broken_archive(tmp_path: Path, settings: Settings) -> None:
    whole = archive(tmp_path / "b.docx", docx_xml("<w:p/>" * 500)).read_bytes()
    assert refused(write(tmp_path / "a.docx", whole[: len(whole) // 2]), settings) == "broken"
    flipped = whole[:80] + bytes(byte ^ 0xFF for byte in whole[80:140]) + whole[140:]
    assert refused(write(tmp_path / "c.docx", flipped), settings) == "broken"


def test_broken_xml(tmp_path: Path, settings: Settings) -> None:
    path = archive(tmp_path / "a.docx", {"word/document.xml": "<w:document"})
    assert refused(path, settings) == "broken"


def test_zip_bomb_that_says_its_size(tmp_path: Path) -> None:
    settings = Settings(max_file_mb=1)
    members: dict[str, str | bytes] = {**docx_xml("<w:p/>"), "word/media/a.bin": bytes(4_000_000)}
    assert refused(archive(tmp_path / "a.docx", members), settings) == "archive_bomb"


def test_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """The directory announces 10 bytes where 8 million come out."""
    settings = Settings(max_file_mb=1)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", "<a>" + " " * 8_000_000 + "</a>")
    raw = bytearray(made.getvalue())
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = struct.pack("<I", 10)
    assert refused(write(tmp_path / "a.docx", bytes(raw)), settings) in ("broken", "archive_bomb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entity_bomb(tmp_path: Path, settings: Settings, encoding: str) -> None:
    head = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    )
    body = "<w:p><w:r><w:t>&c;</w:t></w:r></w:p>"
    members = docx_xml(body, head=head)
    made = {name: content.encode(encoding) for name, content in members.items()}
    assert refused(archive(tmp_path / "a.docx", {**made}), settings) == "hostile_xml"


@pytest.mark.parametrize("extension", [".docx", ".odt"])
def test_deep_nesting(tmp_path: Path, settings: Settings, extension: str) -> None:
    deep = "<w:sdt>" * 5_000 + "</w:sdt>" * 5_000
    xml = docx_xml(deep)["word/document.xml"]
    path = archive(tmp_path / f"a{extension}", {"word/document.xml": xml, "content.xml": xml})
    assert refused(path, settings) == "too_deep"


def test_encrypted_odt(tmp_path: Path, settings: Settings) -> None:
    manifest = "<manifest><encryption-data/></manifest>"
    members = {"content.xml": b"\x8f\x01\x02", "META-INF/manifest.xml": manifest}
    assert refused(archive(tmp_path / "a.odt", {**members}), settings) == "encrypted"


def test_encrypted_pdf(tmp_path: Path, settings: Settings) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(SOUND_PDF)))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(tmp_path / "a.pdf")
    assert refused(tmp_path / "a.pdf", settings) == "encrypted"


def test_pdf_encrypted_without_a_user_password_is_read(tmp_path: Path, settings: Settings) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(SOUND_PDF)))
    writer.encrypt("", owner_password="secret", algorithm="AES-256")
    writer.write(tmp_path / "a.pdf")
    (part,) = read(tmp_path / "a.pdf", settings)
    assert part.text == "Bonjour à tous."


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", SOUND_PDF[:150], b"%PDF-1.7\n" + b"\xff" * 5_000]
)
def test_broken_pdf(tmp_path: Path, settings: Settings, content: bytes) -> None:
    assert refused(write(tmp_path / "a.pdf", content), settings) == "broken"


def test_pdf_without_a_page(tmp_path: Path, settings: Settings) -> None:
    assert refused(write(tmp_path / "a.pdf", pdf([])), settings) == "no_page"


def test_pdf_of_blank_pages(tmp_path: Path, settings: Settings) -> None:
    assert refused(write(tmp_path / "a.pdf", pdf([Page(), Page()])), settings) == "no_text"


def test_pdf_of_images(tmp_path: Path, settings: Settings) -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([Page()]))))
    image = StreamObject()
    image[NameObject("/Subtype")] = NameObject("/Image")
    objects = DictionaryObject({NameObject("/Im0"): writer._add_object(image)})
    writer.pages[0]["/Resources"][NameObject("/XObject")] = objects
    writer.write(tmp_path / "a.pdf")
    assert refused(tmp_path / "a.pdf", settings) == "image_only"


def test_pdf_of_too_many_pages(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", pdf([Page().text(70, 700, "A.")] * 3))
    assert refused(path, Settings(max_pages=2)) == "too_many_pages"

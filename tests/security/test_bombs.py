"""Small files that would take all the time or the memory: refused, and the next document is read."""

from __future__ import annotations

import signal
import time
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from corpus.makers import Page, archive, docx_xml, pdf, sheet, write

from pvd_assistant.corpus import metadata
from pvd_assistant.corpus.readers import isolated, processes, read, table, worker
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

SETTINGS = Settings(page_timeout_s=5)


def refused(path: Path, settings: Settings = SETTINGS) -> str:
    with pytest.raises(DocumentError) as caught:
        read(path, settings)
    return caught.value.code.removeprefix("corpus.")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Put a process in place of the one that reads; give it a document."""
    isolated.stop()
    code = "import os, sys, time\nfor line in sys.stdin:\n    " + body
    monkeypatch.setattr(isolated, "WORKER", [str(write(folder / "process.py", code))])
    monkeypatch.setattr(isolated, "_START", 0.5)
    return write(folder / "a.md", sheet("## A\n\nB."))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("time.sleep(60)", "too_slow"),
        ("os.abort()", "too_heavy"),
        ("sys.exit()", "too_heavy"),
    ],
)
def test_a_document_that_breaks_its_process_is_refused_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, code: str
) -> None:
    path = stand_in(tmp_path, monkeypatch, body)
    assert refused(path, Settings(page_timeout_s=0.5)) == code
    monkeypatch.undo()
    (part,) = read(path, SETTINGS)
    assert part.text == "A\n\nB."


def test_a_process_that_opens_documents_has_limits(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    told = (
        "import resource\nfrom pvd_assistant.corpus.readers.processes import limit_resources\n"
        "limit_resources()\nnames = ('AS', 'FSIZE', 'CORE')\n"
        "print([resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1] for name in names], flush=True)"
    )
    process = processes.Process([str(write(tmp_path / "told.py", told))])
    try:
        assert process.line(30).decode().strip() == str([processes.MEMORY, 0, 0])
    finally:
        process.stop()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


@pytest.mark.parametrize(
    ("error", "code"), [(MemoryError, "too_heavy"), (RecursionError, "too_deep")]
)
def test_a_parser_at_its_limits_refuses_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception], code: str
) -> None:
    def read_table(path: Path, settings: Settings) -> None:
        raise error

    monkeypatch.setattr(table, "read", read_table)
    assert worker._answer(tmp_path / "a.csv", "table", SETTINGS)["error"] == f"corpus.{code}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ol.html", f"<ol start='{'9' * 5_000}'><li>La halle.</ol>"),
        ("span.html", f"<table><tr><td colspan='{'9' * 5_000}'>La halle.</table>"),
        ("style.html", "<style>p.1{color:red} {{{{ } a..b{x:y}</style><p>La halle."),
        ("columns.csv", "Lieu;État\nLa halle.;" + ";" * 1_000_000 + "\n"),
        ("marked.md", sheet("## A\n\n<div><![x[ </div>\n\nLa halle.")),
        ("brackets.md", sheet("## A\n\nLa halle." + "[" * 20_000)),
    ],
)
def test_what_is_odd_is_read(tmp_path: Path, name: str, content: str) -> None:
    assert "La halle." in "".join(
        part.text for part in read(write(tmp_path / name, content), SETTINGS)
    )


def test_numbers_of_thousands_of_digits_in_a_word_file(tmp_path: Path) -> None:
    many = "9" * 5_000
    body = (
        f'<w:p><w:pPr><w:outlineLvl w:val="{many}"/><w:numPr><w:ilvl w:val="{many}"/><w:numId w:val="1"/>'
        "</w:numPr></w:pPr><w:r><w:t>La halle.</w:t></w:r></w:p>"
    )
    (part,) = read(archive(tmp_path / "a.docx", docx_xml(body)), SETTINGS)
    assert part.text.endswith("La halle.")


def test_pdf_bombs(tmp_path: Path) -> None:
    sound = pdf([Page().text(70, 700, "Bonjour.")])
    loop = sound.replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]")
    assert loop != sound
    endless = sound.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % sound.rindex(b"xref\n0"))
    packed = zlib.compress(b"q " * 200_000_000, 9)
    content = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed
    start = sound.index(b"<< /Length")
    bomb = sound[:start] + content + b"\nendstream" + sound[sound.index(b"\nendobj", start) :]
    before = time.monotonic()
    for number, raw in enumerate((loop, endless, bomb)):
        with suppress(DocumentError):
            read(write(tmp_path / f"{number}.pdf", raw), SETTINGS)
    assert time.monotonic() - before < 250


@pytest.mark.parametrize("front", ["a: !!bool x", "a: !!int ''", "a: !!timestamp x", "a: &a [*a]"])
def test_tags_of_a_front_matter_break_nothing(front: str) -> None:
    found, mistakes = metadata.check(front)
    assert found is None
    assert mistakes


def test_lists_that_repeat_one_another_are_refused_at_once() -> None:
    """Nine lists of nine: hundreds of millions of words in three hundred letters."""
    levels = [
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    front = "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *levels])
    signal.alarm(30)
    try:
        _, (mistake,) = metadata.check(front)
    finally:
        signal.alarm(0)
    assert "renvoi" in mistake.message

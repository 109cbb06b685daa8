"""Small files that would take all the time or the memory: refused, and the next document is read."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from corpus.makers import Page, archive, docx_xml, pdf, sheet, write

from pvd_assistant.corpus import metadata
from pvd_assistant.corpus.readers import isolated, processes, read, table, worker
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

SETTINGS = Settings(page_timeout_s=5)
Endless = Callable[[int], list[str]]
ENDLESS = """
import os, pypdf, re, runpy, sys
from pvd_assistant.corpus.readers import markdown
def endless(*_):
    print(os.getpid(), flush=True)
    re.match("(a+)+b", "a" * 60)  # in C: nothing of Python runs meanwhile
pypdf.PdfReader.__init__ = markdown.read = endless
runpy.run_module("pvd_assistant.corpus.readers." + sys.argv.pop(1), run_name="__main__")
"""
OWNER = """
import sys, time
from pvd_assistant.corpus.readers.processes import Process
*arguments, sent = sys.argv[1:]
process = Process(arguments)
if sent:
    process.send(sent)
print(process.line(60).decode(), end="", flush=True)
time.sleep(600)
"""


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


def test_a_process_that_opens_documents_is_told_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PVD_LLM_KEY", "PVD_DATABASE_URL", "SOMEBODY_S_TOKEN"):
        monkeypatch.setenv(name, "ne-doit-pas-passer")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # says how the names of files are written
    told = "import json, os\nprint(json.dumps(dict(os.environ)), flush=True)"
    process = processes.Process([str(write(tmp_path / "told.py", told))])
    try:
        environment = json.loads(process.line(30))
    finally:
        process.stop()
    assert environment["LC_ALL"] == "C.UTF-8"
    assert "ne-doit-pas-passer" not in environment.values()


@pytest.fixture(params=["worker", "pdf_worker"])
def endless(request: pytest.FixtureRequest, tmp_path: Path) -> Endless:
    """How to start each process on a document that takes years, told the seconds that it may take.

    Given are its arguments, and last what it is sent.
    """
    pytest.importorskip("resource")
    script = str(write(tmp_path / "endless.py", ENDLESS))

    def told(seconds: int) -> list[str]:
        if request.param == "worker":
            return [script, "worker", json.dumps(["a.md", "markdown", 20, seconds])]
        return [script, "pdf_worker", "a.pdf", "0", "layout", str(seconds), ""]

    return told


def test_a_process_that_nobody_ends_is_ended_by_the_system(endless: Endless) -> None:
    *arguments, sent = endless(0)
    process = processes.Process(arguments)
    try:
        if sent:
            process.send(sent)
        assert process.line(60).strip().isdigit()
        with pytest.raises(EOFError):
            process.line(60)
    finally:
        process.stop()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the end of a stranger is seen on Linux")
def test_a_process_ends_with_the_service_that_started_it(endless: Endless) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, *endless(600)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    reader = os.pidfd_open(int(owner.stdout.readline()))
    try:
        owner.kill()
        owner.communicate()
        assert select.select([reader], [], [], 20)[0]
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(reader, signal.SIGKILL)
        os.close(reader)


def test_a_process_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    isolated.stop()
    path = write(tmp_path / "a.md", sheet("## A\n\nB."))
    first = threading.Thread(target=read, args=(path, SETTINGS))
    first.start()
    first.join()
    ((_, kept),) = isolated._kept
    read(path, SETTINGS)
    assert [process for _, process in isolated._kept] == [kept]


def test_a_document_that_takes_all_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = ENDLESS.replace('re.match("(a+)+b", "a" * 60)', "bytearray(3 << 30)")
    greedy = greedy.replace("    print(os.getpid(), flush=True)\n", "")
    isolated.stop()
    monkeypatch.setattr(isolated, "WORKER", [str(write(tmp_path / "greedy.py", greedy)), "worker"])
    assert refused(write(tmp_path / "a.md", sheet("## A\n\nB."))) == "too_heavy"


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


@pytest.fixture(scope="module")
def pdf_bombs() -> dict[str, bytes]:
    """A page that is its own parent, a table of places that leads to itself, 400 MB in 400 KB."""
    sound = pdf([Page().text(70, 700, "Bonjour.")])
    packed = zlib.compress(b"q " * 200_000_000, 9)
    content = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed
    start = sound.index(b"<< /Length")
    table = sound.rindex(b"xref\n0")
    return {
        "loop": sound.replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]"),
        "table": sound.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % table),
        "deflate": sound[:start]
        + content
        + b"\nendstream"
        + sound[sound.index(b"\nendobj", start) :],
        "sound": sound,
    }


@pytest.mark.parametrize("bomb", ["loop", "deflate"])
def test_pdf_bombs_are_refused(tmp_path: Path, pdf_bombs: dict[str, bytes], bomb: str) -> None:
    assert pdf_bombs[bomb] != pdf_bombs["sound"]
    assert refused(write(tmp_path / "a.pdf", pdf_bombs[bomb])) == "broken"


def test_a_pdf_whose_table_leads_to_itself_is_read(
    tmp_path: Path, pdf_bombs: dict[str, bytes]
) -> None:
    assert pdf_bombs["table"] != pdf_bombs["sound"]
    (part,) = read(write(tmp_path / "a.pdf", pdf_bombs["table"]), SETTINGS)
    assert part.text == "Bonjour."


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

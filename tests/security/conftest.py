"""A site whose documents are all hostile, read by the real readers and really indexed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docx
import pytest
from corpus.makers import FRONT, Page, archive, docx_xml, pdf, write
from fastapi import FastAPI
from fastapi.testclient import TestClient
from odf.opendocument import OpenDocumentText
from odf.text import P
from staff_people import session_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings
from pvd_assistant.web.app import create_app

BASE = "http://127.0.0.1:7860"
LIVE = "\"><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>"
FORMULA = "=HYPERLINK(1)"


@dataclass
class Site:
    """The application, and who called the address that its documents name."""

    app: FastAPI
    settings: Settings
    documents: list[str]
    secret: Path
    calls: list[str] = field(default_factory=list)

    def client(self, role: Role | None = None) -> TestClient:
        """Return a client, signed in with a role."""
        client = TestClient(self.app, base_url=BASE, follow_redirects=False)
        if role is not None:
            token = session_of(role, self.settings)
            client.cookies.set("pvd_session", token, domain="127.0.0.1", path="/equipe")
        return client


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("hostile")
    (root / "secret.txt").write_text("le grand secret", "utf-8")
    calls: list[str] = []
    with _listening(calls) as address:
        _write_corpus(root / "corpus", address)
        settings = Settings(
            corpus_dir=root / "corpus",
            index_dir=root / "index",
            data_dir=root / "data",
            library_worker=False,
            page_rate_limit=0,  # one account and one address send everything
            staff_rate_limit=0,
        )
        report = build(settings)
        assert not report.failed, report.failed
        app = create_app(settings, Assistant(settings))
        with TestClient(app, base_url=BASE):
            yield Site(app, settings, sorted(report.added), root / "secret.txt", calls)


class _listening:  # noqa: N801 - used as a function
    """A server that notes who calls."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        self._socket = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._accept, daemon=True).start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self._calls.append(repr(caller.recv(200)))
            caller.close()


def _front(kind: str, name: str) -> str:
    shown = f"{FORMULA} {name} {LIVE}".replace("'", "''")
    front = FRONT.format(title=f"'{shown}'", kind=kind)
    front = front.replace("Club Petites villes de demain", f"'{shown}'")
    front = front.replace('title: "Guide"', f"title: '{shown}'").replace('"ANCT"', f"'{shown}'")
    partners = f"valid_until: 2026-01-01\npartners: ['{shown}']\nthemes: [friches]\n"
    place = f"place: {{commune: ['{shown}'], departement: '{shown}', region: '{shown}', population: 900}}\n"
    return front.removesuffix("---\n") + partners + (place if kind == "projet" else "") + "---\n"


def _write_corpus(root: Path, address: str) -> None:
    remote = (
        f"<img src='{address}/a'><link rel=stylesheet href='{address}/b'><iframe src='{address}/c'>"
    )
    words = f"La halle de Piégeville {LIVE} est ouverte. {FORMULA}"
    body = f"## Halle {LIVE}\n\n{words}\n\n![x]({address}/d) {remote}\n\n| {FORMULA} | {LIVE} |\n| - | - |\n| a | {LIVE} |\n"
    write(root / "projets/fiche.md", _front("projet", "md") + body)
    write(root / "projets/l'«<b onclick=alert(1)>» 'x'.md", _front("projet", "nom") + body)
    side = {
        name: _front("guide", name).strip("-\n") + "\n"
        for name in ("csv", "html", "docx", "odt", "pdf")
    }
    for name, front in side.items():
        write(root / f"doc-{name}.meta.yaml", front)
    write(root / "doc-csv.csv", f'Commune;Aide\n"{FORMULA}";"{LIVE.replace(chr(34), "")}"\n')
    html = f"<!DOCTYPE html SYSTEM '{address}/dtd'><h1>Halle</h1><p>La halle est ouverte &lt;script&gt;alert(1)&lt;/script&gt;{LIVE}{remote}</p>"
    write(root / "doc-html.html", html)
    document = docx.Document()
    document.add_heading(LIVE)
    document.add_paragraph(words)
    document.save(str(root / "doc-docx.docx"))
    text = OpenDocumentText()
    text.text.addElement(P(text=words))
    text.save(str(root / "doc-odt.odt"))
    page = (
        Page()
        .text(70, 700, f"La halle <script>alert(1)</script> {FORMULA}")
        .text(70, 600, "<img src=x onerror=alert(2)>")
    )
    write(root / "doc-pdf.pdf", pdf([page], outline=[(LIVE, 0, 700.0)]))
    include = f'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{address}/xi"/></x>'
    archive(
        root / "doc-xinclude.docx",
        docx_xml(f"<w:p><w:r><w:t>La halle est ouverte.</w:t></w:r></w:p>{include}"),
    )
    write(root / "doc-xinclude.meta.yaml", _front("guide", "xinclude").strip("-\n") + "\n")

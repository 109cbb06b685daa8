"""Valid files of each format, damaged: what the tests and ``benchmarks/fuzz.py`` feed to the readers.

A reader is called in this process, so that an error of its own is seen and not the end of a worker.
"""

from __future__ import annotations

import io
import json
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest import mock

from corpus.makers import Page, docx_xml, pdf, sheet
from lxml import etree

from pvd_assistant.corpus import metadata
from pvd_assistant.corpus.readers import pdf as pdf_reader
from pvd_assistant.corpus.readers import pdf_process, pdf_worker
from pvd_assistant.errors import DocumentError, MetadataError, RequestError
from pvd_assistant.helpdesk.mail import read_mail
from pvd_assistant.settings import Settings

#: Kind of damage, where (0 to 1), how much or which token.
Edit = tuple[str, float, int]

KINDS = ("flip", "drop", "repeat", "insert", "cut", "swap")
ACCEPTED = (DocumentError, MetadataError, RequestError)
_SETTINGS = Settings(page_timeout_s=20)

_HTML = (
    "<html><head><style>.x{color:#fff} p.y{display:none}</style></head><body><main><h1>Halle</h1>"
    "<p class=x>Mots</p><ul><li>un<ol start=3><li>deux</ol></ul><table><tr><th rowspan=2>Lieu<th>État"
    "<tr><td colspan=3>Foix</table><dl><dt>ORT<dd>opération</dl><p style='font-size:1px'>caché</main>"
)
_WORD = (
    '<w:p><w:pPr><w:pStyle w:val="T"/><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Titre</w:t></w:r></w:p>'
    '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:rPr><w:vanish/>'
    '<w:sz w:val="2"/><w:color w:val="FFFFFF"/></w:rPr><w:t>mot</w:t><w:br/></w:r></w:p><w:tbl><w:tr><w:tc>'
    '<w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr>'
    "</w:tbl><w:sdt><w:sdtContent><w:p><w:r><w:t>b</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)
_ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"><office:automatic-styles>'
    '<style:style style:name="P" style:parent-style-name="Q"><style:text-properties fo:font-size="1.5pt"'
    ' fo:color="#ffffff"/></style:style><text:list-style style:name="L"><text:list-level-style-number'
    ' text:level="1"/></text:list-style></office:automatic-styles><office:body><office:text>'
    '<text:h text:outline-level="1">Titre</text:h><text:p text:style-name="P">mots<text:s/>ici</text:p>'
    '<text:list text:style-name="L"><text:list-item><text:p>un</text:p></text:list-item></text:list>'
    '<table:table><table:table-row><table:table-cell table:number-columns-repeated="3"><text:p>a</text:p>'
    "</table:table-cell></table:table-row></table:table></office:text></office:body>"
    "</office:document-content>"
)
_MARKDOWN = (
    "# Halle\n\nLe *taux* est [ici](x) `a` <b hidden>b</b> &eacute;.\n\n3. un\n   - deux\n\n"
    "| a | b |\n| - | - |\n| c | d |\n\n> cite\n\n```\ncode\n```\n\n<div>\n\ncaché\n\n</div>\n\nFin\n===\n"
)
_MAIL = (
    "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <h@exemple.fr>\nSubject: Aide\nMIME-Version: 1.0\n"
    'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\n'
    "Content-Transfer-Encoding: quoted-printable\n\n<p>Bonjour =C3=A9</p>\n--b\nContent-Type: message/rfc822"
    "\n\nSubject: x\n\nQui paie ?\n--b\nContent-Type: text/plain; name=a.txt\n"
    "Content-Disposition: attachment\n\nx\n--b--\n"
)
SEEDS: dict[str, bytes] = {
    "pdf": pdf(
        [Page().text(70, 700, "Titre", 20).lines(70, 600, "un", "deux").rule(70, 300, 590)] * 2,
        outline=[("Titre", 0, 700.0)],
        labels="<< /Nums [0 << /S /r >>] >>",
    ),
    "docx": docx_xml(_WORD)["word/document.xml"].encode(),
    "odt": _ODT.encode(),
    "html": _HTML.encode(),
    "md": _MARKDOWN.encode(),
    "csv": 'Commune;Habitants\nFoix;9 700\n« Pamiers »;"16;1"\n'.encode(),
    "yaml": sheet("").strip("-\n").encode() + b"\nplace: {commune: [Foix], population: 9000}",
    "eml": _MAIL.encode(),
}
_TOKENS: dict[str, Sequence[bytes]] = {
    "pdf": (b"/Kids", b"/Prev 0", b"/Length 999999", b"<<", b">>", b"[", b"R", b"stream", b"/Filter",
            b"/FlateDecode", b"endobj", b"-1", b"99999999999", b"1 0 R", b"2 0 R", b"q", b"BT", b"Tf",
            b"1e309", b"/Contents", b"/Font", b"/ToUnicode", b"/MediaBox", b"(", b"null"),
    "docx": (b"<w:p>", b"</w:p>", b"<w:tbl>", b"<w:tr/>", b"w:val", b"\xe2\x82\x82", b"9" * 5000, b"-1",
             b"<!--", b"&#0;", b"<?x?>", b"<![CDATA[x]]>", b"\xc2\xb2", b"<w:tc/>", b"<w:txbxContent/>"),
    "odt": (b"<text:p>", b"</text:p>", b"<text:list>", b"\xc2\xb2", b"9" * 5000, b"<!--", b"-->", b"-1",
            b"1..5pt", b"<?x?>", b"<table:table/>", b"<text:section/>"),
    "html": (b"<p", b"<table>", b"<td colspan=", b"9" * 5000, b"\xc2\xb2", b"<ol start=\xc2\xb2>", b"<!--",
             b"<style>", b"{", b"}", b"/*", b"@media", b"#f", b"rgb(1.2.3,,)", b"<li>", b"<dd>", b"\0",
             b"color:#g", b"font-size:1..2px", b"<main>", b"<?xml?>", b"<![CDATA[", b"&#x110000;"),
    "md": (b"[", b"](", b"<", b"<b hidden>", b"</b>", b"`", b"|", b"\n\n", b"- ", b"999999999. ", b"> ",
           b"&#0;", b"<!--", b"<![CDATA[", b"---\n", b"\\", b"*", b"_", b"<!x", b"<![x[", b"\t"),
    "csv": (b'"', b";", b"\n", b"\t", b",", b"\0", b"\r", b"=", b'""', b"\xff"),
    "yaml": (b": ", b"- ", b"&a ", b"*a", b"!!bool ", b"!!int ", b"!!timestamp ", b"!!binary ", b"<<: ",
             b"{", b"}", b"[", b"]", b"? ", b"|\n", b"'", b'"', b"0001-01-01", b"1:1", b"\xc2\x85", b"#"),
    "eml": (b"\n\n", b"--b", b"--b--", b"Content-Type: ", b"charset=", b"=?utf-8?b?", b"?=", b"base64",
            b"message/rfc822", b"multipart/", b"\xff", b"\0", b"; boundary=", b"idna", b"utf-7", b"rot13",
            b"charset=hex", b"<!--", b"<![x["),
}  # fmt: skip


def damage(seed: bytes, reader: str, edits: Sequence[Edit]) -> bytes:
    """Apply edits to a file, one after the other."""
    raw = bytearray(seed)
    tokens = _TOKENS[reader]
    for kind, where, amount in edits:
        place = int(where * len(raw))
        end = min(place + 1 + amount, len(raw))
        if kind == "flip" and raw:
            raw[min(place, len(raw) - 1)] ^= amount % 255 + 1
        elif kind == "drop":
            del raw[place:end]
        elif kind == "repeat":
            raw[place:place] = raw[place:end] * (1 + amount % 7)
        elif kind == "insert":
            raw[place:place] = tokens[amount % len(tokens)]
        elif kind == "cut" and amount < 32:
            del raw[place:]
        elif kind == "swap":
            raw[place:end] = raw[place:end][::-1]
    return (
        _still_xml(bytes(raw[:200_000]), edits)
        if reader in ("docx", "odt")
        else bytes(raw[:200_000])
    )


def _still_xml(raw: bytes, edits: Sequence[Edit]) -> bytes:
    """Repair three files of four: broken XML goes no further than the parser."""
    if sum(amount for *_, amount in edits) % 4 == 0:
        return raw
    try:
        root = etree.fromstring(raw, etree.XMLParser(recover=True, huge_tree=True))
    except etree.XMLSyntaxError:  # nothing is left to repair
        return raw
    return raw if root is None else bytes(etree.tostring(root))


def feed(
    reader: str, raw: bytes, folder: Path | None = None, ended: list[str] | None = None
) -> str:
    """Read a file as the package does; return the code of its refusal, empty when it was read.

    Anything but a refusal of ours comes out as it is, except what only ends the process that opens a PDF.

    :param ended: is added each error that ended such a process, and where it was raised.
    """
    try:
        if reader == "yaml":
            front = raw.decode("utf-8", "replace")
            found, mistakes = metadata.check(front)
            return "" if found else "corpus.bad_metadata" if mistakes else "silent"
        if reader == "eml":
            read_mail(raw)
            return ""
        path = Path(folder or tempfile.gettempdir()) / f"damaged.{reader}"
        path.write_bytes(_packed(reader, raw))
        _readers([] if ended is None else ended)[reader](path)
    except ACCEPTED as error:
        return error.code
    return ""


def _packed(reader: str, raw: bytes) -> bytes:
    """Put the XML of an Office file back in its archive; a file cut at its start is left as it is."""
    main = {"docx": "word/document.xml", "odt": "content.xml"}.get(reader)
    if main is None or raw[:1] != b"<":
        return raw
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(main, raw)
    return made.getvalue()


def place_of(error: BaseException) -> str:
    """Return the name of an error and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {Path(last.filename).name}:{last.lineno}"


def _readers(ended: list[str]) -> dict[str, Callable[[Path], object]]:
    def of(module: str) -> Callable[[Path], object]:
        read = import_module(f"pvd_assistant.corpus.readers.{module}").read
        return lambda path: read(path, _SETTINGS)

    names = {"docx": "docx", "odt": "odt", "html": "html", "md": "markdown", "csv": "table"}
    return {reader: of(module) for reader, module in names.items()} | {
        "pdf": lambda path: _read_pdf(path, ended)
    }


class _Here:
    """Stands in for the process that opens a PDF: the same code, in this one."""

    def __init__(self, ended: list[str], arguments: Sequence[str]) -> None:
        *_, path, first, mode, seconds = arguments
        self._lines = self._run(ended, path, int(first), mode, float(seconds))

    def line(self, limit: float) -> bytes:
        try:
            return next(self._lines)
        except StopIteration:
            raise EOFError from None

    def stop(self) -> None:
        self._lines.close()

    @staticmethod
    def _run(ended: list[str], path: str, first: int, mode: str, seconds: float) -> Iterator[bytes]:
        said: list[str] = []
        with mock.patch.multiple(
            pdf_worker,
            _say=lambda data: said.append(json.dumps(data)),
            limit_resources=lambda: None,
            allow=lambda seconds: None,
        ):
            try:
                pdf_worker.main(path, first, mode, seconds)
            except TimeoutError:
                raise
            except Exception as error:  # noqa: BLE001 - it ends the process, which the reader expects
                ended.append(place_of(error))
        yield from (line.encode() for line in said)


def _read_pdf(path: Path, ended: list[str]) -> object:
    with mock.patch.object(pdf_process, "Process", partial(_Here, ended)):
        return pdf_reader.read(path, _SETTINGS)

"""Small documents of each format, written by the tests themselves."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FRONT = """---
title: {title}
kind: {kind}
publisher: Club Petites villes de demain
updated: 2026-11-23
sources:
  - {{title: "Guide", publisher: "ANCT", url: "https://exemple.fr/guide", date: 2026-02}}
---
"""
SIDE = FRONT.replace("---\n", "")


def sheet(body: str, *, title: str = "Fiche", kind: str = "offre") -> str:
    """A Markdown sheet with sound metadata."""
    return FRONT.format(title=title, kind=kind) + body


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# PDF, by hand: what is drawn and where is then exactly known


@dataclass
class Page:
    """A page of A4; ``operators`` is raw PDF."""

    operators: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, size: float = 10, font: str = "F1") -> Page:
        raw = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(")
        raw = raw.replace(b")", b"\\)")
        shown = raw.decode("latin-1")
        self.operators.append(f"BT /{font} {size} Tf {x} {y} Td ({shown}) Tj ET")
        return self

    def lines(self, x: float, y: float, *lines: str, size: float = 10, pitch: float = 13) -> Page:
        for number, line in enumerate(lines):
            self.text(x, y - number * pitch, line, size)
        return self

    def rule(self, x0: float, x1: float, y: float) -> Page:
        self.operators.append(f"{x0} {y} m {x1} {y} l S")
        return self


def pdf(
    pages: Sequence[Page],
    *,
    outline: Sequence[tuple[str, int, float]] = (),
    labels: str = "",
    trailer: str = "",
) -> bytes:
    """A PDF; ``outline``: title, page and height; ``labels``: the value of ``/PageLabels``."""
    objects: list[bytes] = [b"", b""]

    def add(content: str) -> int:
        objects.append(content.encode("latin-1"))
        return len(objects)

    encoding = "/Encoding /WinAnsiEncoding"
    plain = add(f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {encoding} >>")
    bold = add(f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold {encoding} >>")
    fonts = f"<< /F1 {plain} 0 R /F2 {bold} 0 R >>"
    numbers = []
    for page in pages:
        stream = "\n".join(page.operators)
        size = len(stream.encode("latin-1"))
        content = add(f"<< /Length {size} >>\nstream\n{stream}\nendstream")
        numbers.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R"
                f" /Resources << /Font {fonts} >> >>"
            )
        )
    catalog = "/Type /Catalog /Pages 2 0 R"
    if labels:
        catalog += f" /PageLabels {labels}"
    if outline:
        catalog += f" /Outlines {_outline(add, len(objects), outline, numbers)} 0 R"
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[0] = f"<< {catalog} >>".encode("latin-1")
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(numbers)} >>".encode("latin-1")
    return _pdf_file(objects, trailer)


def _outline(
    add: Callable[[str], int],
    known: int,
    entries: Sequence[tuple[str, int, float]],
    pages: Sequence[int],
) -> int:
    root = known + len(entries) + 1
    for number, (title, page, top) in enumerate(entries):
        here = known + number + 1
        linked = f" /Next {here + 1} 0 R" if number + 1 < len(entries) else ""
        linked += f" /Prev {here - 1} 0 R" if number else ""
        hexed = (b"\xfe\xff" + title.encode("utf-16-be")).hex()
        add(
            f"<< /Title <{hexed}> /Parent {root} 0 R{linked}"
            f" /Dest [{pages[page]} 0 R /XYZ 0 {top} 0] >>"
        )
    return add(f"<< /Type /Outlines /First {known + 1} 0 R /Last {root - 1} 0 R >>")


def _pdf_file(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


# Archives


def docx_xml(body: str, *, head: str = "") -> dict[str, str]:
    """The members of the smallest DOCX around some WordprocessingML."""
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'{head}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body>'
        "</w:document>",
    }


def archive(path: Path, members: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path

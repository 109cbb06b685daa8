"""Typeset the corpus sources marked ``pdf: true`` into PDF files: ``python corpus/typeset.py``.

Every ``corpus/<folder>/sources/<name>.md`` whose front matter says ``pdf: true`` becomes
``corpus/<folder>/<name>.pdf``, with its metadata beside it in ``<name>.meta.yaml``. The same source
always gives the same bytes: dates come from ``updated``, the file identifier from the source's
digest. Needs the ``typeset`` extra (WeasyPrint) and the Liberation fonts (Debian package
``fonts-liberation``).

In a source, what stands before the first ``---`` line of the body goes to the front pages, numbered
in roman; a link ``[words][id]`` leads to the entry of ``sources:`` that has this ``id``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydyf
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from weasyprint import HTML, Document

CORPUS = Path(__file__).resolve().parent
LANGUAGE = "fr"
CONTENTS_TITLE = "Sommaire"
DATE_LABEL = "État au {date}"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
NBSP = "\N{NO-BREAK SPACE}"
METADATA_KEYS = (
    *("title", "kind", "publisher", "updated", "valid_until", "sources", "pillar", "themes"),
    *("partners", "place"),
)
CONTENTS_DEPTH = 2  # chapters and sections; deeper headings only go to the outline
ONE_COLUMN = 40  # entries of a table of contents that still fit one column

CSS = """
@page {
  size: A4; margin: 24mm 22mm 22mm 22mm;
  @top-left { content: var(--running); font: 8pt "Liberation Sans"; color: #4a5568; }
  @bottom-left { content: var(--date); font: 8pt "Liberation Sans"; color: #4a5568; }
  @bottom-right { content: counter(page); font: bold 9pt "Liberation Sans"; color: #1b3a6b; }
}
@page front { @bottom-right { content: counter(page, lower-roman); } }
@page main:nth(1 of main) { counter-reset: page 1; }
@page cover { margin: 0; background: #1b3a6b;
  @top-left { content: none; } @bottom-left { content: none; } @bottom-right { content: none; } }
body { margin: 0; }
html { font: 10.2pt/1.48 "Liberation Sans"; color: #1a202c; hyphens: auto;
  hyphenate-limit-chars: 9 4 4; font-variant-ligatures: none; font-kerning: normal; }
.cover { page: cover; color: #fff; padding: 70mm 24mm 0 24mm; }
.cover .kind { font-size: 11pt; letter-spacing: .08em; color: #f5c451; margin: 0 0 8mm 0; }
.cover h1 { max-width: 135mm; font-size: 33pt; line-height: 1.15; margin: 0 0 8mm 0; padding: 0;
  border: 0; color: #fff; bookmark-level: none; hyphens: manual; }
.cover .subtitle { font-size: 14pt; line-height: 1.4; margin: 0 0 60mm 0; hyphens: manual; }
.cover .imprint { border-top: 1.5pt solid #f5c451; padding-top: 5mm; font-size: 11pt; }
.cover .imprint p { margin: 0 0 1.5mm 0; }
.front { page: front; break-before: page; }
.front + .contents.brief { break-before: auto; margin-top: 13mm; }
.main { page: main; }
h1, h2, h3 { color: #1b3a6b; line-height: 1.25; hyphens: manual; break-after: avoid;
  margin-break: discard;
  font-weight: bold; }
h1 { font-size: 18pt; margin: 13mm 0 5mm 0; padding-bottom: 2.5mm; bookmark-level: 1;
  border-bottom: 2pt solid #f5c451; }
h2 { font-size: 13pt; margin: 7mm 0 2.5mm 0; bookmark-level: 2; }
h3 { font-size: 10.8pt; margin: 5mm 0 1.5mm 0; color: #2f5d50; bookmark-level: 3; }
.main > h1:first-child, .front > h1:first-child { margin-top: 0; }
p, li { orphans: 3; widows: 3; break-inside: avoid; }
p { margin: 0 0 2.6mm 0; }
ul, ol { margin: 0 0 3mm 0; padding-left: 6mm; list-style: none; counter-reset: step; }
li { margin-bottom: 1.3mm; text-indent: -4.5mm; }
li::before { content: "•"; display: inline-block; width: 4.5mm; text-indent: 0; color: #1b3a6b; }
ol > li { text-indent: -6mm; }
ol > li::before { counter-increment: step; content: counter(step) "."; width: 6mm; }
a { color: #22508f; text-decoration: none; }
.whole { white-space: nowrap; }
blockquote { margin: 4mm 0; padding: 3mm 5mm 1mm 5mm; background: #eef3fa;
  border-left: 3pt solid #1b3a6b; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; margin: 3mm 0 5mm 0; font-size: 9pt;
  line-height: 1.35; hyphens: manual; }
thead { display: table-header-group; }
table { break-inside: avoid; }
table:has(tr:nth-child(9)) { break-inside: auto; }
tr { break-inside: avoid; }
th:first-child { min-width: 30mm; }
th { background: #1b3a6b; color: #fff; text-align: left; font-weight: bold; }
th, td { padding: 1.8mm 2.5mm; vertical-align: top; border-bottom: .5pt solid #b8c4d6; }
tbody tr:nth-child(even) { background: #f4f7fb; }
.contents ul { list-style: none; margin: 0; padding: 0; }
.contents.long ul { columns: 2; column-gap: 9mm; }
.contents li { margin: 0; break-inside: avoid; text-indent: 0; }
.contents li::before { content: none; }
.contents a { color: inherit; display: block; border-bottom: .3pt solid #d5dce8;
  padding: .7mm 0; }
.contents a::after { content: leader(" ") target-counter(attr(href), page); }
.contents .depth-1 { padding-top: 2mm; font-size: 9.2pt; font-weight: bold; color: #1b3a6b;
  break-after: avoid; }
.contents .depth-2 { padding-left: 4mm; font-size: 8.6pt; line-height: 1.3; }
"""


class SourceError(Exception):
    """A source that cannot be typeset; the message names the file and what to correct."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of the text, as the table of contents needs it."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A Markdown source: front matter, front pages, main text."""

    path: Path
    metadata: Mapping[str, Any]
    preface: str
    body: str
    digest: bytes

    @property
    def target(self) -> Path:
        """Return the path of the PDF to write."""
        return self.path.parent.parent / f"{self.path.stem}.pdf"


def french_date(day: dt.date) -> str:
    """Write a date the French way: « 1er octobre 2020 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


_SPACING = (
    (re.compile(r"(?<=«) "), NBSP),
    (re.compile(r" (?=[»:;!?%€])"), NBSP),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:Md|M)€)"), NBSP),
    (re.compile(rf"(?<=\d) (?=(?:{'|'.join(MONTHS)})\b)"), NBSP),
    (re.compile(rf"(?<=\b1er) (?=(?:{'|'.join(MONTHS)})\b)"), NBSP),
    (re.compile(r"(?<=\bn°) (?=\d)"), NBSP),
    (re.compile(r"(?<=\bart\.) (?=\d)|(?<=\bL\.) (?=\d)"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:m²|ans|mois|habitants|communes)\b)"), NBSP),
)


_COMPOUND = re.compile(r"\w+(?:-\w+)+")


def french_spaces(text: str) -> str:
    """Replace the spaces that French typography never breaks, and straight apostrophes."""
    text = text.replace("'", "’")
    for pattern, replacement in _SPACING:
        text = pattern.sub(replacement, text)
    return text


def read_source(path: Path) -> Source | None:
    """Read a source; ``None`` when it is not one to typeset.

    :raises SourceError: when the front matter is missing, broken or incomplete.
    """
    raw = path.read_bytes()
    parts = re.split(r"^---\n", raw.decode("utf-8"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) < 3 or parts[0]:
        return None
    try:
        metadata = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        raise SourceError(f"{path}: the front matter is not valid YAML: {error}") from error
    if not isinstance(metadata, dict) or not metadata.get("pdf"):
        return None
    missing = {"title", "kind", "publisher", "updated", "sources"} - metadata.keys()
    if missing:
        raise SourceError(f"{path}: the front matter lacks {', '.join(sorted(missing))}")
    front, rule, main = parts[2].partition("\n---\n")
    preface, body = (front, main) if rule else ("", front)
    return Source(path, metadata, preface, body, hashlib.sha256(raw).digest())


def parser(source: Source) -> tuple[MarkdownIt, dict[str, Any]]:
    """Return the Markdown parser and its environment, where source ids are link targets."""
    references = {
        entry["id"].upper(): {"title": "", "href": entry["url"]}
        for entry in source.metadata["sources"]
        if "id" in entry
    }
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("text", unbroken_text)
    return markdown, {"references": references}


def unbroken_text(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """Write a text so that no line ends at a hyphen that belongs to a word.

    Readers of the PDF could not tell such a hyphen from one that cuts a word in two.
    """
    return _COMPOUND.sub(r'<span class="whole">\g<0></span>', html.escape(tokens[index].content))


def check_references(source: Source) -> None:
    """Check that every link names a source and every source is linked.

    :raises SourceError: listing the ids without a counterpart.
    """
    text = source.preface + source.body
    used = set(re.findall(r"\]\[([^\]]+)\]", text))
    known = {entry["id"] for entry in source.metadata["sources"] if "id" in entry}
    for ids, problem in ((used - known, "unknown source"), (known - used, "source never used")):
        if ids:
            raise SourceError(f"{source.path}: {problem}: {', '.join(sorted(ids))}")


def render(source: Source, text: str, prefix: str) -> tuple[str, list[Heading]]:
    """Turn Markdown into HTML, with French spaces, one heading level up, and anchors.

    :param prefix: start of the anchors, unique in the document.
    """
    markdown, environment = parser(source)
    tokens = markdown.parse(text, environment)
    headings: list[Heading] = []
    for index, token in enumerate(tokens):
        for child in token.children or ():
            if child.type == "text":
                child.content = french_spaces(child.content)
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type == "heading_open":
            level = max(int(token.tag[1]) - 1, 1)
            anchor = f"{prefix}-{len(headings) + 1}"
            headings.append(Heading(level, anchor, plain(tokens[index + 1])))
            token.attrSet("id", anchor)
            token.tag = f"h{level}"
        elif token.type == "heading_close":
            token.tag = f"h{headings[-1].level}"
    return markdown.renderer.render(tokens, markdown.options, environment), headings


def plain(inline: Token) -> str:
    """Return the words of an inline token, without marks."""
    return "".join(child.content for child in inline.children or () if child.type != "softbreak")


def contents(headings: Iterable[Heading]) -> str:
    """Return the table of contents, with page numbers filled in by the style sheet."""
    lines = [
        f'<li class="depth-{heading.level}"><a href="#{heading.anchor}">'
        f"<span>{html.escape(heading.text)}</span></a></li>"
        for heading in headings
        if heading.level <= CONTENTS_DEPTH
    ]
    length = "long" if len(lines) > ONE_COLUMN else "brief"
    return (
        f'<section class="front contents {length}"><h1 id="sommaire">{CONTENTS_TITLE}</h1>'
        f"<ul>{''.join(lines)}</ul></section>"
    )


def page(source: Source) -> str:
    """Return the whole document as HTML."""
    data = source.metadata
    preface, _ = render(source, source.preface, "avant")
    front = f'<section class="front">{preface}</section>' if preface else ""
    body, headings = render(source, source.body, "partie")
    title, day = french_spaces(data["title"]), french_spaces(french_date(data["updated"]))
    dated = DATE_LABEL.format(date=day)
    variables = f'--running: "{_css(title)}"; --date: "{_css(data["publisher"])} · {_css(dated)}"'
    subtitle = html.escape(french_spaces(data.get("subtitle", "")))
    author = html.escape(data.get("author", data["publisher"]))
    return f"""<!doctype html>
<html lang="{LANGUAGE}"><head><meta charset="utf-8">
<title>{html.escape(title)}</title><meta name="author" content="{author}">
<meta name="dcterms.created" content="{data["updated"].isoformat()}">
<meta name="dcterms.modified" content="{data["updated"].isoformat()}">
<style>@page {{ {variables} }} {CSS}</style></head><body>
<section class="cover"><p class="kind">{html.escape(french_spaces(data.get("series", "")))}</p>
<h1>{html.escape(title)}</h1><p class="subtitle">{subtitle}</p>
<div class="imprint"><p>{author}</p><p>{html.escape(dated)}</p></div></section>
{front}{contents(headings)}
<section class="main">{body}</section></body></html>"""


def _css(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def label_pages(document: Document, pdf: pydyf.PDF) -> None:
    """Number the front pages in roman and start the main text at 1 in PDF viewers."""
    starts = (n for n, sheet in enumerate(document.pages) if "partie-1" in sheet.anchors)
    front = next(starts, 0)
    roman, arabic = (pydyf.Dictionary({"S": f"/{style}", "St": 1}) for style in "rD")
    pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array([0, roman, front, arabic])})
    pdf.catalog["PageMode"] = "/UseOutlines"


def typeset(source: Source) -> int:
    """Write the PDF and the metadata of a source, and return the number of pages."""
    check_references(source)
    document = HTML(string=page(source)).render(pdf_variant="pdf/ua-1", pdf_tags=True)
    document.write_pdf(
        source.target,
        finisher=label_pages,
        pdf_identifier=source.digest[:16].hex().encode(),
        pdf_variant="pdf/ua-1",
        pdf_tags=True,
    )
    data = {key: source.metadata[key] for key in METADATA_KEYS if key in source.metadata}
    data["sources"] = [
        {key: value for key, value in entry.items() if key != "id"} for entry in data["sources"]
    ]
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
    source.target.with_suffix(".meta.yaml").write_text(text, encoding="utf-8")
    return len(document.pages)


def main(arguments: Sequence[str]) -> int:
    """Typeset every source, or those whose names are given."""
    for path in sorted(CORPUS.glob("*/sources/*.md")):
        if arguments and path.stem not in arguments:
            continue
        try:
            source = read_source(path)
            if source:
                pages = typeset(source)
                sys.stdout.write(f"{source.target.relative_to(CORPUS)}: {pages} pages\n")
        except SourceError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

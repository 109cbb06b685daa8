"""Cut a document into passages, along headings, never through a sentence, an item or a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.model import Block, Document, Part, Passage, Unit, UnitKind

#: Changes whenever the same document may give other passages: the index is then rebuilt.
CHUNK_VERSION = 2

_MARK = re.compile(r"(?:[-•–]|\d+[.)°]|[a-z]\)) $")
_AIM = 600
_MOST = 1000

#: Costs that choose where to cut: of a passage, of a cut inside a paragraph, a list, a table, and of
#: parting what must stay together (a list and what introduces it).
_PASSAGE_COST = 0.15
_INSIDE_COST = 0.1
_TOGETHER_COST = 5.0


@dataclass(frozen=True, slots=True)
class _Atom:
    """A unit where it stands in the part.

    :ivar begin: where a passage that opens with it begins: a table's first row takes its header.
    :ivar parting: cost of cutting just before it.
    """

    begin: int
    start: int
    end: int
    kind: UnitKind
    header: str | None
    parting: float


def cut(document: Document) -> list[Passage]:
    """Return the passages of ``document`` in reading order.

    ``part.text[passage.start:passage.end] == passage.text`` for each of them.
    """
    asked = _questions(document.parts)
    passages: list[Passage] = []
    for part in document.parts:
        blocks = [block for block in part.blocks if block.kind != "question"]
        for headings, under in groupby(blocks, key=lambda block: block.headings):
            questions = _questions_for(headings, asked)
            for atoms in _groups(list(_atoms(part, list(under)))):
                passages.append(_passage(document, part, headings, atoms, questions))
    return passages


def _questions(parts: Sequence[Part]) -> list[tuple[tuple[str, ...], str]]:
    """Each phrasing with the headings it speaks for: those above its own « Vous cherchez à… »."""
    return [
        (block.headings[:-1], part.text[block.start : block.end])
        for part in parts
        for block in part.blocks
        if block.kind == "question"
    ]


def _questions_for(headings: tuple[str, ...], asked: Sequence[tuple[tuple[str, ...], str]]) -> str:
    return "\n".join(text for above, text in asked if headings[: len(above)] == above)


def _atoms(part: Part, blocks: Sequence[Block]) -> Iterator[_Atom]:
    """Return the units of the blocks of one section."""
    for run in _runs(blocks):
        fits = run[-1].end - run[0].start <= _MOST
        for position, block in enumerate(run):
            if block.kind == "paragraph":
                yield from _sentences(part, block)
                continue
            together = position > 0 and (fits or run[position - 1].kind == "paragraph")
            parting = _TOGETHER_COST if together else _INSIDE_COST if position else 0.0
            kind: UnitKind = "row" if block.kind == "row" else "item"
            begin = _begin(part, block)
            yield _Atom(begin, block.start, block.end, kind, block.header, parting)


def _runs(blocks: Sequence[Block]) -> list[list[Block]]:
    """Gather the blocks that belong together: a list with the paragraph above it, a table."""
    runs: list[list[Block]] = []
    for block in blocks:
        last = runs[-1][-1] if runs else None
        joins = last is not None and (
            (block.kind == "item" and (last.kind == "item" or block.header is not None))
            or (block.kind == "row" and last.kind == "row" and block.header == last.header)
        )
        if joins:
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs


def _sentences(part: Part, block: Block) -> Iterator[_Atom]:
    for number, (start, end) in enumerate(sentence_spans(part.text[block.start : block.end])):
        first, last = block.start + start, block.start + end
        yield _Atom(first, first, last, "sentence", None, _INSIDE_COST if number else 0.0)


def _begin(part: Part, block: Block) -> int:
    """Return where a passage that opens with this item or row begins.

    A list item takes its mark (``- ``, ``2. ``), a table's first row the header line above it.
    """
    above = f"{block.header}\n"
    if block.kind == "row" and block.header and part.text.endswith(above, 0, block.start):
        return block.start - len(above)
    if block.kind == "item" and (
        mark := _MARK.search(part.text, max(0, block.start - 12), block.start)
    ):
        return mark.start()
    return block.start


def _groups(atoms: Sequence[_Atom]) -> list[Sequence[_Atom]]:
    """Cut a section where it costs least: passages near ``_AIM``, none above ``_MOST``.

    ``best[i]`` is the cost of the first ``i`` atoms and ``cut[i]`` the start of their last passage. A
    single atom above ``_MOST`` stays whole.
    """
    best, cut_at = [0.0], [0]
    for stop in range(1, len(atoms) + 1):
        choices: list[tuple[float, int]] = []
        for start in range(stop - 1, -1, -1):
            length = atoms[stop - 1].end - atoms[start].begin
            if length > _MOST and start < stop - 1:
                break
            away = min((length - _AIM) / _AIM, 1.0)
            parting = atoms[start].parting if start else 0.0
            choices.append((best[start] + away * away + _PASSAGE_COST + parting, start))
        cost, start = min(choices)
        best.append(cost)
        cut_at.append(start)
    groups: list[Sequence[_Atom]] = []
    stop = len(atoms)
    while stop:
        groups.append(atoms[cut_at[stop] : stop])
        stop = cut_at[stop]
    return groups[::-1]


def _passage(
    document: Document, part: Part, headings: tuple[str, ...], atoms: Sequence[_Atom], asked: str
) -> Passage:
    start, end = atoms[0].begin, atoms[-1].end
    return Passage(
        id=f"{document.id}#{part.index}:{start}-{end}",
        document=document.id,
        digest=document.digest,
        part=part.index,
        start=start,
        end=end,
        text=part.text[start:end],
        units=tuple(Unit(a.start - start, a.end - start, a.kind, a.header) for a in atoms),
        headings=headings,
        page=part.page,
        label=part.label,
        questions=asked,
    )

"""A corpus as large as wanted, made from the real one: for measuring, never for answering.

The real documents come first (tables left out; a sample of them when they are too many). Each made document
follows a real one, its *pattern*, drawn at random: same kind, same sections, same lists. Then

1. each sentence is one of the same section of the same kind of document, drawn one time out of two, or the
   pattern's own;
2. seven times out of ten it is crossed with another one of that section, at a word that both hold:
   ``aaa de bbb`` and ``ccc de ddd`` give ``aaa de ddd``;
3. the towns, départements and regions of the pattern become others, drawn among all French communes; numbers
   become others of as many digits, years other years;
4. one long word in twenty-five becomes a word of the French dictionary, drawn by Zipf's law.

Words keep the frequencies of the real sentences, the vocabulary goes on growing with the corpus, as in real
ones, and the sentences of a section stay about one thing, which is what an index of vectors sees. What is
lost: the sentences mean nothing and most facts are false; sheets about one town are no more alike than
others; the style is that of one editor. A document depends on its number and the seed alone, whatever
the size of the corpus, so a corpus of 1,000 passages is the beginning of one of 10,000 (the real part aside).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.chunk import cut
from pvd_assistant.corpus.readers.assembly import Piece, assemble
from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.model import Document, Metadata, Place
from pvd_assistant.settings import Settings
from pvd_assistant.territory.communes import Commune, Territory

SEED = 2026
_DRAWN, _CROSSED, _RARE = 0.5, 0.7, 0.04
_SAMPLED = 200
_NUMBER = re.compile(r"\d+")
_YEARS = (2015, 2030)
_LONG_WORD = re.compile(r"[a-zà-ÿœ]{6,}")
_TOWN, _DEPARTEMENT, _REGION = "\ue000", "\ue001", "\ue002"

#: Kind of document, heading of a section: where sentences are drawn.
_Shelf = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A real document without its places.

    :ivar pieces: kind of piece, heading above it, its sentences.
    """

    metadata: Metadata
    pieces: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class MadeEntry:
    """A document to make, as the builder lists documents."""

    id: str
    path: str
    digest: str
    number: int


@dataclass(frozen=True, slots=True)
class _Places:
    towns: tuple[Commune, ...]

    def put_in(self, text: str, drawn: random.Random) -> str:
        """Name the places of a sentence."""
        first = self.towns[0]
        text = text.replace(_DEPARTEMENT, first.departement.name).replace(
            _REGION, first.departement.region
        )
        while _TOWN in text:
            text = text.replace(_TOWN, drawn.choice(self.towns).name, 1)
        return text


class Maker:
    """Makes documents after those of a corpus."""

    def __init__(self, documents: Sequence[Document], seed: int = SEED) -> None:
        self.seed = seed
        self.patterns = [_pattern(d) for d in documents if d.path.endswith(".md")]
        self._shelves: dict[_Shelf, list[str]] = defaultdict(list)
        self._titles: dict[str, list[str]] = defaultdict(list)
        for pattern in self.patterns:
            self._titles[pattern.metadata.kind].append(pattern.metadata.title)
            for _, heading, sentences in pattern.pieces:
                self._shelves[pattern.metadata.kind, heading] += sentences

    def entry(self, number: int) -> MadeEntry:
        """Name a document."""
        id_ = f"synthese/{number:07d}"
        digest = hashlib.sha256(f"{self.seed}-{number}".encode()).hexdigest()
        return MadeEntry(id_, f"{id_}.md", digest, number)

    def metadata_and_pieces(self, number: int) -> tuple[Metadata, list[Piece]]:
        """Make a document."""
        drawn = random.Random(f"{self.seed}-{number}")
        pattern = drawn.choice(self.patterns)
        model = pattern.metadata
        titles = self._titles[model.kind]
        wanted = len(model.place.communes) if model.place else 1
        places = _Places(tuple(drawn.choice(self._communes) for _ in range(max(1, wanted))))
        metadata = replace(
            model,
            title=self._changed(self._sentence(model.title, titles, drawn), places, drawn),
            updated=dt.date(2020, 1, 1) + dt.timedelta(days=drawn.randrange(2500)),
            place=_place(places.towns) if model.place else None,
        )
        return metadata, list(self._pieces(pattern, places, drawn))

    def document(self, number: int) -> Document:
        """Make a document as the builder reads one."""
        metadata, pieces = self.metadata_and_pieces(number)
        entry = self.entry(number)
        return Document(entry.id, entry.path, entry.digest, metadata, assemble(pieces))

    def _pieces(self, pattern: Pattern, places: _Places, drawn: random.Random) -> Iterator[Piece]:
        above = None
        for kind, heading, own in pattern.pieces:
            shelf = self._shelves[pattern.metadata.kind, heading]
            if heading != above:
                yield Piece("heading", self._changed(heading, places, drawn), level=2)
                above = heading
            said = [self._sentence(sentence, shelf, drawn) for sentence in own]
            text = " ".join(self._changed(sentence, places, drawn) for sentence in said)
            if kind == "paragraph":
                yield Piece("paragraph", text)
            else:
                yield Piece("item", text, marker="- ")

    def _sentence(self, own: str, shelf: Sequence[str], drawn: random.Random) -> str:
        if drawn.random() < _DRAWN:
            own = drawn.choice(shelf)
        return crossed(own, drawn.choice(shelf), drawn) if drawn.random() < _CROSSED else own

    def _changed(self, text: str, places: _Places, drawn: random.Random) -> str:
        text = places.put_in(text, drawn)
        text = _NUMBER.sub(lambda found: _number(found.group(), drawn), text)
        return _LONG_WORD.sub(lambda found: self._word(found.group(), drawn), text)

    def _word(self, word: str, drawn: random.Random) -> str:
        if drawn.random() >= _RARE:
            return word
        return drawn.choices(self._dictionary, cum_weights=self._zipf)[0]

    @cached_property
    def _communes(self) -> list[Commune]:
        return sorted(Territory.load().communes(), key=lambda c: c.code)

    @cached_property
    def _dictionary(self) -> list[str]:
        path = files("pvd_assistant").joinpath("data", "hunspell", "fr.dic")
        listed = (line.partition("/")[0] for line in path.read_text("utf-8").splitlines())
        found = sorted({word for word in listed if _LONG_WORD.fullmatch(word)})
        random.Random(self.seed).shuffle(found)
        return found

    @cached_property
    def _zipf(self) -> list[float]:
        return list(accumulate(1 / rank for rank in range(1, len(self._dictionary) + 1)))


def crossed(one: str, other: str, drawn: random.Random) -> str:
    """Return the beginning of a sentence and the end of another, joined at a word both hold.

    >>> crossed("Il paie la moitié de la rue.", "Une part de ce qui reste.", random.Random(1))
    'Il paie la moitié de ce qui reste.'
    """
    first, second = one.split(" "), other.split(" ")
    shared = sorted(set(first[1:-1]) & set(second[1:-1]))
    if not shared:
        return one
    word = drawn.choice(shared)
    return " ".join((*first[: first.index(word, 1)], *second[second.index(word, 1) :]))


def _number(digits: str, drawn: random.Random) -> str:
    if len(digits) == 4 and _YEARS[0] <= int(digits) <= _YEARS[1]:
        return str(drawn.randint(*_YEARS))
    if len(digits) < 2 or digits[0] == "0":
        return digits
    return str(drawn.randrange(10 ** (len(digits) - 1), 10 ** len(digits)))


def _place(towns: Sequence[Commune]) -> Place:
    return Place(
        communes=tuple(town.name for town in towns),
        insee=tuple(town.code for town in towns),
        departement=towns[0].departement.name,
        region=towns[0].departement.region,
        population=max((town.population or 0 for town in towns), default=0) or None,
    )


def _pattern(document: Document) -> Pattern:
    place = document.metadata.place
    hidden = (
        [(name, _TOWN) for name in sorted(place.communes, key=len, reverse=True)] if place else []
    )
    if place:
        hidden += [(place.departement or "", _DEPARTEMENT), (place.region or "", _REGION)]

    def placeless(text: str) -> str:
        for name, mark in hidden:
            text = text.replace(name, mark) if name else text
        return text

    pieces = tuple(
        (
            block.kind,
            placeless(block.headings[-1]) if block.headings else "",
            tuple(placeless(text[start:end]) for start, end in sentence_spans(text)),
        )
        for part in document.parts
        for block in part.blocks
        for text in (part.text[block.start : block.end],)
        if block.kind != "row"
    )
    title = placeless(document.metadata.title)
    return Pattern(replace(document.metadata, title=title), pieces)


class ScaledSource:
    """The documents of a corpus of about so many passages: real ones, then made ones.

    :param passages: how many are wanted; documents are whole, so there may be a few more or less.
    :ivar made: number of made documents.
    """

    def __init__(self, passages: int, settings: Settings, seed: int = SEED) -> None:
        self._catalogue = Catalogue.of(settings)
        real = [
            (entry, self._catalogue.load(entry))
            for entry in self._catalogue.entries()
            if entry.format == ".md"
        ]
        self.maker = Maker([document for _, document in real], seed)
        random.Random(seed).shuffle(real)
        self._entries: list[Any] = []
        held = 0
        for entry, document in real:
            if held >= passages:
                break
            self._entries.append(entry)
            held += len(cut(document))
        self.made = round(max(0, passages - held) / self._mean())
        self._entries += map(self.maker.entry, range(self.made))

    def entries(self) -> Sequence[Any]:
        """List the documents."""
        return sorted(self._entries, key=lambda entry: entry.id)

    def load(self, entry: Any) -> Document:
        """Read a real document, make another."""
        if isinstance(entry, MadeEntry):
            return self.maker.document(entry.number)
        return self._catalogue.load(entry)

    def _mean(self) -> float:
        """Return the number of passages of a made document, on average."""
        return sum(len(cut(self.maker.document(n))) for n in range(_SAMPLED)) / _SAMPLED


def write_files(source: ScaledSource, folder: Path) -> int:
    """Write the documents as Markdown sheets; return how many."""
    entries = source.entries()
    for entry in entries:
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(entry, MadeEntry):
            sheet = markdown(*source.maker.metadata_and_pieces(entry.number))
            path.write_text(sheet, encoding="utf-8")
        else:
            path.write_bytes(entry.file.read_bytes())
    return len(entries)


def markdown(metadata: Metadata, pieces: Sequence[Piece]) -> str:
    """Write a document as a sheet of the corpus."""
    place = metadata.place
    front: dict[str, Any] = {
        "title": metadata.title,
        "kind": metadata.kind,
        "publisher": metadata.publisher,
        "updated": metadata.updated,
        "sources": [
            {name: value for name, value in asdict(source).items() if value}
            for source in metadata.sources
        ],
        "pillar": metadata.pillar,
        "themes": list(metadata.themes),
        "partners": list(metadata.partners),
        "place": place
        and {
            "commune": list(place.communes),
            "insee": list(place.insee),
            "departement": place.departement,
            "region": place.region,
            "population": place.population,
        },
    }
    kept = {name: value for name, value in front.items() if value}
    lines = ["---", yaml.safe_dump(kept, allow_unicode=True, sort_keys=False).rstrip(), "---"]
    for piece in pieces:
        text = f"## {piece.text}" if piece.kind == "heading" else f"{piece.marker}{piece.text}"
        lines += ["", text] if piece.kind != "item" else [text]
    return "\n".join(lines) + "\n"

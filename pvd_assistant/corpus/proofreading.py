"""Proofread the folder: spelling, typography, sentences that stand alone, sources that are declared.

What :meth:`Catalogue.check` reports stops a document from being read; what is reported here makes an
answer look careless, or lets a sentence be quoted without what it leans on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from pvd_assistant.corpus.catalogue import Catalogue, Entry, Problem
from pvd_assistant.corpus.official import hosts_of, read_sources
from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.corpus.spelling import Speller
from pvd_assistant.corpus.text import fold
from pvd_assistant.corpus.typography import masked, typeset
from pvd_assistant.errors import CorpusError
from pvd_assistant.messages import load_data, text
from pvd_assistant.settings import Settings

WORDS_FILE = "lexique.txt"
_STRAIGHT = re.compile(r"(?<=\w)'(?=\w)|\"|(?<!\.)\.\.\.(?!\.)")
_MARKER = re.compile(r"(?:[-*+]|\d+[.)])\s+|[|>#\s]+")
_OPENER = re.compile(r"[«\s]*([^\W\d_]+(?:-[^\W\d_]+)*)")
_ANY_SPACE = str.maketrans({"\u202f": "\u00a0"})


def proofread(catalogue: Catalogue, settings: Settings, names: Collection[str]) -> list[Problem]:
    """Return what a proofreader would correct, sorted by file and line.

    :param names: names of places; the acronyms the search knows and the words of the file
        ``lexique.txt`` of the folder are added to them.
    :raises CorpusError: the list of words or of sources cannot be read.
    """
    words = catalogue.root / WORDS_FILE
    speller = Speller({*names, *_acronyms(), *read_words(words, settings)})
    declared = hosts_of(read_sources(catalogue.root, settings))
    problems: list[Problem] = []
    for entry in catalogue.entries():
        if entry.refusal is None:
            problems += _read_over(entry, catalogue, speller, settings)
            problems += _undeclared(entry, catalogue, declared)
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))


def read_words(path: Path, settings: Settings) -> frozenset[str]:
    """Read a list of words, one or several a line, ``#`` before a comment."""
    if not path.is_file():
        return frozenset()
    lines = (line.partition("#")[0] for line in read_text(path, settings).splitlines())
    return frozenset(word for line in lines for word in line.split())


def repair(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Put French no-break spaces in the Markdown sheets; return the paths of those that changed."""
    changed = []
    for entry in catalogue.entries():
        if entry.format != ".md" or entry.refusal is not None:
            continue
        before = read_text(entry.file, settings)
        after = typeset(before)
        if after != before:
            entry.file.write_text(after, encoding="utf-8")
            changed.append(entry.path)
    return changed


def _read_over(
    entry: Entry, catalogue: Catalogue, speller: Speller, settings: Settings
) -> Iterator[Problem]:
    if entry.format == ".md":
        yield from _read_over_markdown(entry, speller, settings)
        return
    try:
        parts = catalogue.load(entry).parts
    except CorpusError:
        return  # reported by the catalogue
    for part in parts:
        for _, word in speller.mistakes(masked(part.text)):
            said = text("proofreading.word", word=word, words=WORDS_FILE)
            place = text("proofreading.page", page=part.page) if part.page else ""
            yield Problem(entry.path, None, place + said)


def _read_over_markdown(entry: Entry, speller: Speller, settings: Settings) -> Iterator[Problem]:
    _, body, first = split_front_matter(read_text(entry.file, settings))
    rightly_spaced = typeset(body).translate(_ANY_SPACE).split("\n")
    lines = zip(body.split("\n"), masked(body).split("\n"), rightly_spaced, strict=True)
    searched_only = False
    for number, (line, shown, spaced) in enumerate(lines, start=first):
        if line.startswith("#"):
            searched_only = fold(line.strip("# …")).strip() in _question_sections()
        if searched_only:
            continue
        for _, word in speller.mistakes(shown):
            said = text("proofreading.word", word=word, words=WORDS_FILE)
            yield Problem(entry.path, number, said)
        if (straight := _STRAIGHT.search(shown)) is not None:
            said = text("proofreading.straight", sign=straight.group())
            yield Problem(entry.path, number, said)
        if line.translate(_ANY_SPACE) != spaced:
            yield Problem(entry.path, number, text("proofreading.spaces"))
        for opener in _leaning(line):
            yield Problem(entry.path, number, text("proofreading.leaning", opener=opener))


def _leaning(line: str) -> Iterator[str]:
    """Return the first word of each sentence of a line that leans on what comes before it."""
    if line.startswith(("#", "|")):
        return
    bare = _MARKER.sub("", line, count=1) if _MARKER.match(line) else line
    for start, end in sentence_spans(bare):
        sentence = bare[start:end]
        opener = _OPENER.match(sentence)
        if opener is None or fold(opener[1]) not in _leaning_openers():
            continue
        if not _free().match(fold(sentence)):
            yield opener[1]


def _undeclared(entry: Entry, catalogue: Catalogue, declared: Collection[str]) -> Iterator[Problem]:
    """Report the sources of a document whose site ``sources.yaml`` does not declare."""
    try:
        metadata = catalogue.metadata(entry)
    except CorpusError:
        return  # reported by the catalogue
    hosts = {host for source in metadata.sources if (host := _host(source.url)) not in declared}
    for host in sorted(hosts):
        yield Problem(entry.path, None, text("proofreading.undeclared", host=host))


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return (urlsplit(url).hostname or "").removeprefix("www.")


def _acronyms() -> Iterator[str]:
    for acronym in load_data("acronyms"):
        for form in acronym["short"]:
            yield from re.findall(r"[^\W\d_]+", form)


@cache
def _question_sections() -> frozenset[str]:
    return frozenset(load_data("corpus")["question_sections"])


@cache
def _leaning_openers() -> frozenset[str]:
    return frozenset(load_data("corpus")["leaning_openers"].split())


@cache
def _free() -> re.Pattern[str]:
    return re.compile(rf"[«\s]*(?:{load_data('corpus')['free_openers']})\b")

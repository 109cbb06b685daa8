"""Pairs made of our own documents: needs, headings and acronyms, each with the text that answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from pvd_assistant.index.analysis import terms
from training.sources import Pair, plain

#: Section of an offer sheet that lists needs in everyday words.
_NEEDS = "Vous cherchez"
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÖØ-Þ«])")
_SAME_QUESTION = 0.6


def own_pairs(corpus: Path, facts: Path | None) -> Iterator[Pair]:
    """Yield the pairs of our Markdown documents.

    :param corpus: the corpus folder (sheets with front matter, sources of the guides).
    :param facts: the fact files, if they are there.
    """
    for path in sorted(corpus.rglob("*.md")):
        if path.name != "README.md":
            yield from _document_pairs(path.read_text(encoding="utf-8"))
    for path in sorted(facts.glob("*.md")) if facts else ():
        if path.name != "README.md":
            yield from _document_pairs(path.read_text(encoding="utf-8"))


def acronym_pairs(path: Path) -> Iterator[Pair]:
    """Yield (short form, long form) of the packaged table of acronyms."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        for short in entry["short"]:
            for long in entry["long"]:
                yield Pair("acronyms", short, long)


def written_pairs(folder: Path) -> Iterator[Pair]:
    """Yield the pairs written for this model: everyday wording, tab, what the sheets say."""
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            left, _, right = line.partition("\t")
            if right and not line.startswith("#"):
                yield Pair("written", left.strip(), right.strip())


def without_held_out(pairs: list[Pair], questions: Path) -> list[Pair]:
    """Drop the pairs whose left side says nearly the same as a question kept for measuring."""
    held = [
        set(terms(json.loads(line)["question"]))
        for line in questions.read_text(encoding="utf-8").splitlines()
    ]

    def near(pair: Pair) -> bool:
        own = set(terms(pair.left))
        return len(own) > 2 and any(
            len(own & q) / max(len(own | q), 1) >= _SAME_QUESTION for q in held
        )

    return [pair for pair in pairs if not near(pair)]


def _document_pairs(text: str) -> Iterator[Pair]:
    front, body = _split(text)
    title = str(front.get("title", ""))
    sections = list(_sections(body))
    needs = [n for heading, lines in sections if _NEEDS in heading for n in lines]
    answers = [(h, line) for h, lines in sections if _NEEDS not in h for line in lines]
    for need in needs:
        yield Pair("needs", need, title, title)
        for heading, line in answers[:6]:
            yield Pair("needs", need, f"{title} — {heading} {line}", title)
    for heading, line in answers:
        name = heading if not title else f"{title} — {heading}"
        if len(line.split()) > 5:
            yield Pair("headings", name, line)
        if lead := re.match(r"([^:—]{2,50}) [:—] (.{12,})", line):
            yield Pair("items", f"{name} {lead[1]}", lead[2])


def _split(text: str) -> tuple[dict[str, object], str]:
    if text.startswith("---\n") and (end := text.find("\n---", 4)) > 0:
        front = yaml.safe_load(text[4:end])
        return (front if isinstance(front, dict) else {}), text[end + 4 :]
    return {}, text


def _sections(body: str) -> Iterator[tuple[str, list[str]]]:
    heading, lines = "", list[str]()
    for line in body.splitlines():
        if found := re.match(r"#+\s+(.*)", line):
            if lines:
                yield heading, lines
            heading, lines = plain(found[1]), []
        elif text := plain(re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", line).split("— Source :")[0]):
            lines += _SENTENCE.split(text)
    if lines:
        yield heading, lines

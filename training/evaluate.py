"""Measures a sentence embedding on the development sets, alone and mixed with the search by words."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.analysis import terms
from training.sources import plain

Vectors = npt.NDArray[np.float32]
#: Turns texts into L2-normalised vectors; the flag says whether they are questions.
Encoder = Callable[[Sequence[str], bool], Vectors]

#: Share of the cosine in the mixed score ``(1 - a) · BM25 / max + a · cosine``.
MIX = 0.6
_PASSAGE_WORDS = 120


@dataclass(frozen=True, slots=True)
class Text:
    """A passage: what is searched by words, and the units whose best cosine counts."""

    id: str
    words: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Questions, passages and the passages that answer each question.

    :ivar groups: for each question, groups of passages; a question is served when one passage of
        every group is found (one group of one passage in the usual collections).
    """

    name: str
    passages: tuple[Text, ...]
    questions: tuple[str, ...]
    groups: tuple[tuple[frozenset[int], ...], ...]


_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-ÖØ-Þ«0-9])")


def units_of(title: str, text: str) -> tuple[str, ...]:
    """Return the title with each sentence, and the title with the whole text."""
    sentences = [s for s in _SENTENCE.split(text) if len(s) > 12]
    return (f"{title} {text}", *(f"{title} {sentence}" for sentence in sentences))


def beir_task(folder: Path) -> Task:
    """Read a collection in BEIR form."""
    documents = [json.loads(line) for line in _lines(folder / "corpus.jsonl")]
    position = {str(d["_id"]): i for i, d in enumerate(documents)}
    relevant: dict[str, set[int]] = {}
    for row in csv.reader(_lines(folder / "qrels.tsv"), delimiter="\t"):
        if row[-1].isdigit() and int(row[-1]) > 0 and row[-2] in position:
            relevant.setdefault(row[0], set()).add(position[row[-2]])
    queries = [json.loads(line) for line in _lines(folder / "queries.jsonl")]
    kept = [q for q in queries if str(q["_id"]) in relevant]
    passages = [
        Text(
            str(d["_id"]),
            f"{d.get('title', '')} {d['text']}",
            units_of(d.get("title", ""), d["text"]),
        )
        for d in documents
    ]
    return Task(
        folder.name,
        tuple(passages),
        tuple(q["text"] for q in kept),
        tuple((frozenset(relevant[str(q["_id"])]),) for q in kept),
    )


def facts_task(facts: Path, questions: Path) -> Task:
    """Make a collection of our fact files and the development questions.

    :param facts: folder of Markdown files, cut at headings and every 120 words or so.
    :param questions: JSON lines with the strings that a complete answer holds.
    """
    passages = [p for path in sorted(facts.glob("*.md")) for p in _cut(path)]
    bodies = [_normalised(p.words) for p in passages]
    asked: list[str] = []
    groups: list[tuple[frozenset[int], ...]] = []
    for line in _lines(questions):
        question = json.loads(line)
        wanted = question["expect"].get("facts", [])
        found = tuple(
            frozenset(
                i for i, body in enumerate(bodies) if any(_normalised(a) in body for a in group)
            )
            for group in wanted
        )
        answerable = {"answered", "partial"} & set(question["expect"]["status"])
        if found and all(found) and answerable and not question.get("history"):
            asked.append(question["question"])
            groups.append(found)
    return Task("pvd-dev", tuple(passages), tuple(asked), tuple(groups))


def _cut(path: Path) -> list[Text]:
    headings: dict[int, str] = {}
    passages: list[Text] = []
    body: list[str] = []

    def close() -> None:
        if body:
            title = " — ".join(headings[level] for level in sorted(headings) if level > 1)
            units = (f"{title} {' '.join(body)}", *(f"{title} {line}" for line in body))
            passages.append(Text(f"{path.stem}#{len(passages)}", units[0], units))
            body.clear()

    for line in path.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"(#+)\s+(.*)", line):
            close()
            level = len(heading.group(1))
            headings = {k: v for k, v in headings.items() if k < level} | {
                level: plain(heading.group(2))
            }
        elif text := plain(line.removeprefix("- ").split("— Source :")[0]):
            body.append(text)
            if sum(len(b.split()) for b in body) > _PASSAGE_WORDS:
                close()
    close()
    return passages


def _normalised(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("œ", "oe")
    return re.sub(r"\s+", "", "".join(c for c in text if not unicodedata.combining(c)))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def bm25(task: Task, k1: float = 1.2, b: float = 0.75) -> Vectors:
    """Return the BM25 score of every question (rows) with every passage (columns)."""
    counts = [Counter(terms(p.words)) for p in task.passages]
    lengths = np.array([sum(c.values()) for c in counts], np.float32)
    postings: dict[str, list[tuple[int, int]]] = {}
    for i, count in enumerate(counts):
        for term, n in count.items():
            postings.setdefault(term, []).append((i, n))
    scores = np.zeros((len(task.questions), len(counts)), np.float32)
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    for row, question in enumerate(task.questions):
        for term in set(terms(question)):
            for i, n in postings.get(term, ()):
                idf = np.log1p(
                    (len(counts) - len(postings[term]) + 0.5) / (len(postings[term]) + 0.5)
                )
                scores[row, i] += idf * n * (k1 + 1) / (n + norm[i])
    return scores


def dense(task: Task, encode: Encoder) -> Vectors:
    """Return, for every question and passage, the cosine of the passage's best unit."""
    owner = np.array([i for i, p in enumerate(task.passages) for _ in p.units])
    vectors = encode([u for p in task.passages for u in p.units], False)
    cosines = encode(task.questions, True) @ vectors.T
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    best: Vectors = np.maximum.reduceat(cosines, starts, axis=1)
    return best


def mixed(lexical: Vectors, cosines: Vectors, share: float = MIX) -> Vectors:
    """Mix both scores; the cosine is stretched to 0–1 per question as models differ in range."""
    top = np.maximum(lexical.max(axis=1, keepdims=True), 1e-6)
    low, high = cosines.min(axis=1, keepdims=True), cosines.max(axis=1, keepdims=True)
    stretched = (cosines - low) / np.maximum(high - low, 1e-6)
    return ((1 - share) * lexical / top + share * stretched).astype(np.float32)


@dataclass(slots=True)
class Figures:
    """Figures of one system on one task, question by question."""

    ndcg10: list[float] = field(default_factory=list)
    served: dict[int, list[float]] = field(default_factory=lambda: {1: [], 5: [], 10: [], 20: []})

    def summary(self) -> dict[str, float]:
        """Return the means, in per cent."""
        means = {f"all@{k}": float(np.mean(v)) for k, v in self.served.items()}
        return {
            k: round(100 * v, 1)
            for k, v in {"ndcg@10": float(np.mean(self.ndcg10)), **means}.items()
        }


def score(task: Task, scores: Vectors) -> Figures:
    """Measure a ranking of the passages for every question."""
    figures = Figures()
    for row, groups in enumerate(task.groups):
        ranked = np.argsort(-scores[row], kind="stable")[:20]
        relevant = frozenset().union(*groups)
        gains = [1.0 if i in relevant else 0.0 for i in ranked[:10]]
        ideal = sum(1 / np.log2(i + 2) for i in range(min(10, len(relevant))))
        figures.ndcg10.append(float(sum(g / np.log2(i + 2) for i, g in enumerate(gains)) / ideal))
        for k, found in figures.served.items():
            first = set(ranked[:k].tolist())
            found.append(float(all(first & group for group in groups)))
    return figures


def spearman_sts(path: Path, encode: Encoder) -> float:
    """Return Spearman's correlation of the cosines with the similarities of people."""
    from scipy.stats import spearmanr  # type: ignore[import-untyped]

    rows = list(csv.reader(_lines(path)))
    left, right = encode([r[0] for r in rows], True), encode([r[1] for r in rows], True)
    return float(spearmanr((left * right).sum(axis=1), [float(r[2]) for r in rows]).statistic)

"""What is searched and asked: collections in BEIR form, and the programme's own questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pvd_assistant.corpus.chunk import cut
from pvd_assistant.evaluation.beir import CollectionSource
from pvd_assistant.evaluation.questions import Question, normalise, read_questions
from pvd_assistant.evaluation.retrieval import Collection, figures, read_collection
from pvd_assistant.index.codec import IndexedDocument
from pvd_assistant.index.store import Index
from pvd_assistant.model import Metadata, Passage
from pvd_assistant.settings import Settings

DEPTH = 10

#: Figures of one ranking, by name, 0 to 1.
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages and the questions asked of them.

    :ivar passages: id → text, as the other systems receive it.
    :ivar documents: makes the same passages as our index receives them.
    :ivar passage_of: the id, in ``passages``, of a passage of our index.
    :ivar questions: in the order of ``score``.
    :ivar score: number of a question, ranking → figures.
    :ivar main: the figure on which systems are compared.
    :ivar remark: what a reader must know of the figures.
    """

    name: str
    passages: Mapping[str, str]
    documents: Callable[[], list[IndexedDocument]]
    passage_of: Callable[[Passage], str]
    questions: tuple[str, ...]
    score: Callable[[int, Sequence[str]], Figures]
    main: str
    remark: str = ""


def beir_corpus(folder: Path, limit: int | None = None) -> Corpus:
    """Read a collection in BEIR form.

    :param limit: only so many questions, their passages and so many others.
    :raises EvaluationError: the folder is not a collection.
    """
    collection = _shortened(read_collection(folder), limit)
    source = CollectionSource(collection)
    queries = list(collection.queries)

    def documents() -> list[IndexedDocument]:
        found = []
        for entry in source.entries():
            read = source.load(entry)
            passages = tuple(cut(read))
            found.append(
                IndexedDocument(
                    read.id, read.path, read.digest, read.metadata, read.parts, passages
                )
            )
        return found

    def score(number: int, ranked: Sequence[str]) -> Figures:
        relevant = collection.relevant[queries[number]]
        first = len(set(ranked[:1]) & set(relevant)) / len(relevant)
        usual = figures(ranked, relevant)
        names = ("recall@5", "recall@10", "mrr@10", "ndcg@10")
        return {"recall@1": first} | {name: usual[name] for name in names}

    return Corpus(
        name=folder.resolve().name,
        passages={
            id_: f"{title}\n{text}".strip()
            for id_, (title, text) in collection.documents.items()
            if text.strip()
        },
        documents=documents,
        passage_of=lambda passage: source.documents[passage.document],
        questions=tuple(collection.queries.values()),
        score=score,
        main="ndcg@10",
    )


def _shortened(collection: Collection, limit: int | None) -> Collection:
    if limit is None:
        return collection
    queries = dict(islice(collection.queries.items(), limit))
    wanted = {document for query in queries for document in collection.relevant[query]}
    others = islice((d for d in collection.documents if d not in wanted), limit)
    kept = wanted | set(others)
    documents = {d: found for d, found in collection.documents.items() if d in kept}
    return Collection(documents, queries, collection.relevant)


def programme_corpus(path: Path, settings: Settings, limit: int | None = None) -> Corpus:
    """Ask the passages of the live index the questions whose facts are known.

    A question is served when each of its groups of facts is in one of the passages found.

    :param limit: only so many questions, of so many documents.
    :raises EvaluationError: the file is not a question file.
    :raises PvdError: the index cannot be opened.
    """
    asked = [question for question in read_questions(path) if _answerable(question)][:limit]
    with Index.open(settings) as index:
        documents = [
            IndexedDocument(
                id_, d.path, d.digest, d.metadata, index.parts(id_), index.passages_of(id_)
            )
            for id_, d in islice(index.documents.items(), limit)
        ]
    metadata = {d.id: d.metadata for d in documents}
    passages = {p.id: p for d in documents for p in d.passages}
    bodies = {id_: normalise(passage.text) for id_, passage in passages.items()}
    facts = [
        [[normalise(alternative) for alternative in group] for group in question.expect.facts]
        for question in asked
        if question.expect
    ]

    def served(number: int, ranked: Sequence[str]) -> bool:
        read = [bodies[id_] for id_ in ranked]
        return all(any(fact in body for fact in group for body in read) for group in facts[number])

    possible = sum(served(number, list(bodies)) for number in range(len(asked)))
    return Corpus(
        name=path.name,
        passages={id_: _text(p, metadata[p.document]) for id_, p in passages.items()},
        documents=lambda: documents,
        passage_of=lambda passage: passage.id,
        questions=tuple(question.text for question in asked),
        score=lambda number, ranked: {
            f"all facts@{k}": float(served(number, ranked[:k])) for k in (1, 5, 10)
        },
        main="all facts@10",
        remark=f"{possible} of the {len(asked)} questions have all their facts in the passages of the "
        "corpus, wherever they are; those that have not count as failures for every system.",
    )


def _answerable(question: Question) -> bool:
    expect = question.expect
    return bool(
        expect
        and expect.facts
        and not question.history
        and {"answered", "partial"} & set(expect.statuses)
    )


def _text(passage: Passage, metadata: Metadata) -> str:
    """Return all that our search by words reads of a passage."""
    place = metadata.place
    around = [*metadata.partners, *metadata.themes, metadata.pillar or ""]
    if place:
        around += [*place.communes, place.departement or "", place.region or ""]
    lines = (
        " — ".join((metadata.title, *passage.headings)),
        passage.text,
        passage.questions,
        ", ".join(name for name in around if name),
    )
    return "\n".join(line for line in lines if line)

"""How much meaning to mix with words: passages found for the facts of the questions, by weight.

Usage::

    python benchmarks/tune_search.py QUESTIONS.jsonl

For each weight of ``data/search.yaml`` (``fusion.dense``): the share of the expected facts held by a passage
among the first ten, and the mean reciprocal rank of the first one that holds it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pvd_assistant import Assistant
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.evaluation.questions import normalise, read_questions
from pvd_assistant.messages import load_data
from pvd_assistant.model import Filters


def main(path: Path) -> None:
    assistant = Assistant()
    fusion = load_data("search")["fusion"]
    kept = fusion["dense"]
    questions = [q for q in read_questions(path) if q.expect and q.expect.facts]
    print("weight  held in the first ten  mean reciprocal rank")
    for weight in (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0):
        fusion["dense"] = weight
        ranks = []
        for question in questions:
            understood = understand(question.text, question.history)
            places = find_places(understood, question.history, assistant.territory)
            hits = assistant.evidence(understood, places, Filters()).hits
            texts = [normalise(hit.passage.text) for hit in hits]
            for group in question.expect.facts:
                facts = [normalise(fact) for fact in group]
                holds = (n for n, text in enumerate(texts, 1) if any(f in text for f in facts))
                ranks.append(next(holds, 0))
        held = sum(0 < rank <= 10 for rank in ranks) / len(ranks)
        reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
        print(f"{weight:6.1f}  {100 * held:20.1f}%  {reciprocal:20.3f}")
    fusion["dense"] = kept


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Earlier requests that ask nearly the same, found by meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml
from helpdesk_people import colleague
from replies import DRAFTED, TAKEN, reply

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.helpdesk.similar import Neighbourhood
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.index.embedder import load_embedder
from pvd_assistant.messages import load_data
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

PAIRS = yaml.safe_load((Path(__file__).parent / "data/pairs.yaml").read_text("utf-8"))


def test_the_likeness_does_what_its_comment_says() -> None:
    embedder = load_embedder(Settings())
    floor = load_data("helpdesk/similar")["likeness"]
    shown = {
        group: sum(
            float(embedder.embed_question(one) @ embedder.embed_question(other)) >= floor
            for one, other in pairs
        )
        for group, pairs in PAIRS.items()
    }
    assert shown == {"again": 11, "apart": 0, "near": 7}


def test_earlier_requests_come_nearest_first_with_both_questions(
    tmp_path: Path, assistant: Assistant
) -> None:
    settings = Settings(data_dir=tmp_path)
    database = Database(settings)
    store, anne = RequestStore(database, settings), colleague(database, "Anne Lefort")

    def asking(*questions: str) -> int:
        return store.create(anne, replace(TAKEN, questions=questions), reply(*DRAFTED))

    near = asking("Quelle est la population de Tournus ?", PAIRS["again"][1][0])
    asking("Quelle est la recette du gâteau ?")
    nearest = asking(PAIRS["again"][1][1])
    asking()
    new = store.get(asking(PAIRS["again"][1][1]))
    found = Neighbourhood().of(new, database, assistant.index)
    assert [one.request.id for one in found] == [nearest, near]
    assert found[0].likeness > found[1].likeness
    assert found[1].earlier == PAIRS["again"][1][0]
    store.delete(anne, nearest)
    assert [one.request.id for one in Neighbourhood().of(new, database, assistant.index)] == [near]
    assert Neighbourhood().of(replace(new, questions=()), database, assistant.index) == []
    database.close()

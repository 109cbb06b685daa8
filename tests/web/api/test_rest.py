"""``/api``: answers, passages, communes, projects, opinions, and what is refused."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from api_site import QUESTION, Site
from fastapi.testclient import TestClient

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import IndexMissingError
from pvd_assistant.web.api.replies import AnswerOut, CommunesOut, PassagesOut, ProjectsOut


def events(body: str) -> list[tuple[str, Any]]:
    """Read server-sent events."""
    found = []
    for block in body.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_is_the_one_of_the_library(api, assistant):
    answer = api.post("/api/ask", json={"question": QUESTION, "id": "q1"}).json()
    expected = json.loads(json.dumps(assistant.ask(QUESTION, id="q1").to_dict()))
    assert {**answer, "latency_ms": 0} == {**expected, "latency_ms": 0}
    assert answer["status"] == "answered"
    AnswerOut.model_validate(answer)


def test_an_answer_has_an_id_of_its_own_when_none_was_given(api):
    one, two = (api.post("/api/ask", json={"question": QUESTION}).json()["id"] for _ in range(2))
    assert one
    assert one != two


def test_a_stream_gives_the_statements_then_the_same_answer(api):
    whole = api.post("/api/ask", json={"question": QUESTION, "id": "q"}).json()
    streamed = api.post("/api/ask", json={"question": QUESTION, "id": "q", "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *statements, last = events(streamed.text)
    assert [name for name, _ in statements] == ["statement"] * len(whole["statements"])
    assert [said for _, said in statements] == whole["statements"]
    assert last[0] == "answer"
    assert {**last[1], "latency_ms": 0} == {**whole, "latency_ms": 0}


def test_the_conversation_and_the_filters_are_read(api):
    history = [
        {"role": "user", "content": "Parlez-moi de la réduction d’impôt Denormandie."},
        {"role": "assistant", "content": "C’est une réduction d’impôt. [1]"},
    ]
    asked = {"question": "Et jusqu’à quand ?", "history": history}
    documents = {c["document"] for c in api.post("/api/ask", json=asked).json()["citations"]}
    assert "offres/reduction-impot-denormandie" in documents
    asked = {"question": "Que faire d’une friche ?", "filters": {"kinds": ["projet"]}}
    cited = api.post("/api/ask", json=asked).json()["citations"]
    assert {citation["kind"] for citation in cited} <= {"projet"}


def test_passages_are_searched_page_by_page(api):
    def search(**more: Any) -> Any:
        return api.get("/api/search", params={"q": "financer des travaux", **more}).json()

    first, second = search(per_page=2), search(per_page=2, page=2)
    PassagesOut.model_validate(first)
    assert [one["n"] for one in first["results"] + second["results"]] == [1, 2, 3, 4]
    assert first["total"] == second["total"] >= 4
    scores = [one["score"] for one in first["results"] + second["results"]]
    assert scores == sorted(scores, reverse=True)
    assert search(page=9999)["results"] == []


def test_a_search_is_limited_by_its_filters_and_leaves_tables_out(api):
    found = api.get(
        "/api/search", params={"q": "commune", "kinds": ["projet", "partenaire"]}
    ).json()
    assert {one["kind"] for one in found["results"]} <= {"projet", "partenaire"}
    every = api.get("/api/search", params={"q": "Tournus Saône-et-Loire", "per_page": 50}).json()
    assert "table" not in {one["kind"] for one in every["results"]}


@pytest.mark.parametrize("words", ["Tournus", "71543", "71700"])
def test_a_commune_is_found_by_name_code_and_postcode(api, words):
    found = api.get("/api/communes", params={"q": words}).json()
    CommunesOut.model_validate(found)
    assert "Tournus" in [commune["name"] for commune in found["communes"]]
    assert found["comparison"] is None


def test_towns_like_another_are_in_its_range(api):
    found = api.get("/api/communes", params={"like": "Tournus"}).json()
    CommunesOut.model_validate(found)
    low, high = (found["comparison"][f"{end}_population"] for end in ("lowest", "highest"))
    assert found["comparison"]["towns"]
    assert all(low <= town["population"] <= high for town in found["comparison"]["towns"])


def test_projects_are_found_by_facet_named_or_keyed(api):
    every = api.get("/api/projects").json()
    ProjectsOut.model_validate(every)
    assert every["total"] == len(every["results"]) == 2
    for value in ("89", "Yonne", "yonne"):
        found = api.get("/api/projects", params={"departement": value}).json()
        assert [one["id"] for one in found["results"]] == ["projets/p020-joigny"]
    counted = {v["label"]: v["count"] for v in every["facets"]["departement"]}
    assert counted["Yonne (89)"] == 1


def test_projects_are_found_by_words_with_the_sentence_that_holds_them(api):
    found = api.get("/api/projects", params={"q": "Lagnieu"}).json()
    assert found["results"][0]["id"] == "projets/p009-lagnieu"
    assert "Lagnieu" in found["results"][0]["sentence"]


def test_an_opinion_is_kept_with_what_it_is_about(api, site):
    answer = api.post("/api/ask", json={"question": QUESTION}).json()
    sent = {"answer": answer, "useful": False, "reasons": ["wrong", "invented"], "comment": "Faux."}
    assert api.post("/api/feedback", json=sent).status_code == 204
    kept = site.store.entries()[-1]
    assert (kept["answer"], kept["reasons"], kept["comment"]) == (answer["id"], ["wrong"], "Faux.")
    assert kept["citations"][0]["document"] == answer["citations"][0]["document"]
    assert "question" not in kept


def test_a_question_is_kept_with_consent_only(api, site):
    answer = api.post("/api/ask", json={"question": QUESTION}).json()
    api.post("/api/feedback", json={"answer": answer, "useful": True, "share_question": True})
    assert site.store.entries()[-1]["question"] == QUESTION


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "line"),
    [
        ("POST", "/api/ask", {"json": {}}, 422, "Il manque « question »."),
        ("POST", "/api/ask", {"json": {"question": " "}}, 422, "La question est vide."),
        ("POST", "/api/ask", {"json": {"question": "x" * 4001}}, 413, "au plus"),
        ("POST", "/api/ask", {"json": {"question": "a", "langue": "fr"}}, 422, "« langue » n’existe"),
        ("POST", "/api/ask", {"json": {"question": ["<b>"]}}, 422, "« question » n’a pas la forme"),
        ("POST", "/api/ask", {"content": "{", "headers": {"content-type": "application/json"}}, 422, "JSON"),
        ("POST", "/api/ask", {"content": "x" * 1_000_001}, 413, "trop volumineuse"),
        ("GET", "/api/ask", {}, 405, "méthode"),
        ("GET", "/api/rien", {}, 404, "n’est pas de l’API"),
        ("GET", "/api/search", {"params": {"q": "a", "per_page": 51}}, 422, "« per_page » doit valoir 50"),
        ("GET", "/api/search", {"params": {"q": "a", "kinds": "roman"}}, 422, "« kinds"),
        ("GET", "/api/communes", {}, 422, "« q »"),
        ("GET", "/api/communes", {"params": {"q": "Foix", "like": "Foix"}}, 422, "pas les deux"),
        ("GET", "/api/communes", {"params": {"q": "Tournuss"}}, 404, "Vouliez-vous dire"),
        ("GET", "/api/projects", {"params": {"region": "Atlantide"}}, 422, "« région »"),
        ("POST", "/api/feedback", {"json": {"useful": True}}, 422, "Il manque « answer »."),
    ],
)  # fmt: skip
def test_a_refusal_is_a_problem_document_with_one_french_line(
    api, method, path, options, status, line
):
    refused = api.request(method, path, **options)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["status"] == status
    assert line in problem["detail"]
    assert "\n" not in problem["detail"]


def test_what_was_sent_is_not_sent_back(api):
    sent = {"question": {"secret": "mot de passe"}, "filters": {"since": "mot de passe"}}
    assert "mot de passe" not in api.post("/api/ask", json=sent).text


def test_without_an_index_it_says_so_without_the_folders_of_the_server(site):
    def load(_: Any) -> Any:
        raise IndexMissingError("index.missing", path="/srv/secret/index")

    broken = Site(site.settings, None)
    broken.api.engine.service._load = load
    for body in ({"question": QUESTION}, {"question": QUESTION, "stream": True}):
        refused = broken.client().post("/api/ask", json=body)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "secret" not in refused.text


class Failing:
    """An assistant whose model breaks on the way."""

    def __init__(self, assistant: Any) -> None:
        self.index = assistant.index

    def ask(self, question: str, **_: Any) -> Any:
        raise RuntimeError("/srv/secret/file")

    def stream(self, question: str, **_: Any) -> Any:
        from pvd_assistant.model import Statement

        yield Statement("Une phrase.", (1,))
        raise RuntimeError("/srv/secret/file")


def test_an_unexpected_failure_is_told_without_its_reason(api_settings, assistant):
    client = Site(api_settings, Failing(assistant)).client(raise_server_exceptions=False)
    refused = client.post("/api/ask", json={"question": QUESTION})
    assert refused.status_code == 500
    assert "secret" not in refused.text
    streamed = events(client.post("/api/ask", json={"question": QUESTION, "stream": True}).text)
    assert [name for name, _ in streamed] == ["statement", "error"]
    assert streamed[1][1]["code"] == "api.unexpected"
    assert "secret" not in json.dumps(streamed)


def test_a_question_never_reaches_the_logs(api: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    words = "Combien coûte un hippogriffe municipal ?"
    api.post("/api/ask", json={"question": words})
    api.post("/api/ask", json={"question": words, "stream": True})
    api.post("/api/ask", json={"question": [words]})
    api.post(
        "/v1/chat/completions",
        json={"model": "pvd-assistant", "messages": [{"role": "user", "content": words}]},
    )
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert "hippogriffe" not in " ".join(record.getMessage() for record in ours)


def test_everything_is_described_in_french(api):
    described = api.get("/api/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/ask",
        "/api/search",
        "/api/communes",
        "/api/projects",
        "/api/feedback",
        "/v1/chat/completions",
        "/v1/models",
        "/v1/models/{model}",
    }
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
    ours = {
        name: schema
        for name, schema in described["components"]["schemas"].items()
        if "ValidationError" not in name
    }
    bare = [
        f"{name}.{field}"
        for name, schema in ours.items()
        for field, said in schema.get("properties", {}).items()
        if not said.get("description")
    ]
    assert bare == []


def test_a_stream_gives_what_a_language_model_wrote_once_verified(api_settings, llm):
    more = {"llm_url": llm.url, "llm_model": "petit-modele"}
    settings = api_settings.model_copy(update=more)
    client = Site(settings, Assistant(settings)).client()
    llm.says(
        "Le cofinancement couvre 75 % du coût annuel chargé du poste de chef de projet {75 % du coût}.\n"
        "La région Bretagne ajoute 12 000 € par an {75 %}.\n"
    )
    *statements, last = events(
        client.post("/api/ask", json={"question": QUESTION, "stream": True}).text
    )
    assert [said["support"] for _, said in statements] == ["checked"]
    assert last[1]["engine"] == "llm:petit-modele"
    assert last[1]["statements"] == [said for _, said in statements]
    assert "Bretagne" not in json.dumps(statements)

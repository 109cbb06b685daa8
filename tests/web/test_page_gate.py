"""How many pages of practices and sources one address may ask for."""

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pvd_assistant.web.page_gate import PageGate

COUNTED = ("/pratiques", "/pratiques/fiche/a/b", "/sources/offres/ort", "/documents/a", "/pages/a")
FREE = ("/", "/health", "/equipe", "/pratiques-autres")


def visitor(most: int, host: str = "192.0.2.1") -> TestClient:
    paths = (*COUNTED, *FREE, "/pratiques/export.docx", "/pratiques/export.csv")
    pages = [Route(path, lambda _: PlainTextResponse("ok")) for path in paths]
    return TestClient(PageGate(Starlette(routes=pages), most), client=(host, 1))


def test_pages_that_are_asked_for_too_fast_are_refused_together_and_nothing_else() -> None:
    client = visitor(len(COUNTED))
    assert [client.get(path).status_code for path in COUNTED] == [200] * len(COUNTED)
    for path in COUNTED:
        refused = client.get(path)
        assert refused.status_code == 429
        assert "Beaucoup de pages sont demandées depuis votre connexion" in refused.text
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert [client.get(path).status_code for path in FREE] == [200] * len(FREE)


def test_another_address_is_not_held_up() -> None:
    gate = PageGate(Starlette(routes=[Route("/pratiques", lambda _: PlainTextResponse("ok"))]), 1)
    one, other = (TestClient(gate, client=(f"192.0.2.{n}", 1)) for n in (1, 2))
    assert [one.get("/pratiques").status_code for _ in range(2)] == [200, 429]
    assert other.get("/pratiques").status_code == 200


def test_a_word_file_of_every_sheet_counts_for_many_pages() -> None:
    client = visitor(120)
    exports = [client.get("/pratiques/export.docx").status_code for _ in range(3)]
    assert exports == [200, 200, 429]
    client = visitor(120)
    assert {client.get("/pratiques/export.csv").status_code for _ in range(100)} == {200}


def test_a_limit_below_that_weight_still_gives_one_word_file_a_minute() -> None:
    client = visitor(5)
    exports = [client.get("/pratiques/export.docx").status_code for _ in range(2)]
    assert exports == [200, 429]


def test_no_limit() -> None:
    client = visitor(0)
    assert {client.get("/pratiques/export.docx").status_code for _ in range(30)} == {200}

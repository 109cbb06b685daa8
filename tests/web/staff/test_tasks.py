from __future__ import annotations

import datetime as dt

from staff_forms import both_databases

from pvd_assistant.storage.models import OpinionRow

OPINIONS = '<a href="/equipe/avis?traitement=a-traiter">'


@both_databases
def test_the_first_page_says_what_awaits_who_may_do_it(staff, staff_site) -> None:
    row = OpinionRow(
        answer="waits", time=dt.datetime.now(dt.UTC), useful=False, reasons=[], comment="",
        status="answered", family="offer", engine="extractive", citations=[], question=None,
    )  # fmt: skip
    with staff_site.database.transaction() as session:
        session.add(row)
    assert OPINIONS in staff("editeur").get("/equipe").text
    assert OPINIONS not in staff("membre").get("/equipe").text
    assert OPINIONS not in staff("helpdesk").get("/equipe").text


def test_the_first_page_opens_without_an_index(staff, staff_site, monkeypatch) -> None:
    from pvd_assistant.errors import IndexMissingError
    from pvd_assistant.web.service import Service

    def missing(_: Service) -> None:
        raise IndexMissingError("index.missing", path="index")

    monkeypatch.setattr(Service, "assistant", missing)
    assert staff("editeur").get("/equipe").status_code == 200

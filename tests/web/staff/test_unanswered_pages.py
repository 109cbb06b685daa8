"""« Questions sans réponse »: what recurs first, decided, without the chat's questions."""

from __future__ import annotations

from sent_requests import sent_request
from staff_forms import both_databases, send

HOME = "/equipe/sans-reponse"
POOL = "Quelle aide pour rénover la piscine municipale ?"


@both_databases
def test_what_recurs_is_counted_and_a_decision_moves_it(staff, staff_site) -> None:
    sent_request(staff_site.database, unanswered=(POOL, "Comment louer un presbytère vacant ?"))
    sent_request(staff_site.database, unanswered=(POOL,))
    editor = staff("editeur")
    page = editor.get(HOME).text
    assert "Demandée 2 fois" in page
    assert page.index(POOL) < page.index("presbytère")
    assert "/equipe/bibliotheque/ajouter" in page
    assert "/equipe/demandes/" not in page  # an editor does not read requests
    assert "/equipe/demandes/" in staff("helpdesk").get(HOME).text
    decision = {"question": POOL, "sujet": "0", "marque": "a-rediger", "vue": "a-traiter"}
    answer = send(editor, f"{HOME}/decider", decision)
    assert answer.headers["location"] == f"{HOME}?etat=a-traiter&fait=a-rediger"
    assert POOL not in editor.get(HOME).text
    moved = editor.get(f"{HOME}?etat=a-rediger").text
    assert POOL in moved
    assert "Édith Éditrice" in moved


def test_a_decision_that_does_not_exist_is_refused(staff) -> None:
    answer = send(staff("editeur"), f"{HOME}/decider", {"question": POOL, "marque": "autre"})
    assert answer.status_code == 422
    gone = {"question": POOL, "marque": "redigee", "sujet": "987654"}
    assert send(staff("editeur"), f"{HOME}/decider", gone).status_code == 409

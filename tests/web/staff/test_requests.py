"""The helpdesk's pages, on a small real index: from an e-mail to a reply that is reviewed, sent and taken away."""

from __future__ import annotations

import email
import io
import re
from collections.abc import Callable, Iterator
from email import policy
from html import unescape
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient
from helpdesk_people import colleague
from staff_forms import BASE, accounts_app, send

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import IndexMissingError
from pvd_assistant.helpdesk.desk import Desk
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.security import Security
from pvd_assistant.web.staff import requests, requests_actions, requests_versions
from pvd_assistant.web.staff.access import Access

HOME = "/equipe/demandes"
MAILS = Path(__file__).parents[2] / "helpdesk" / "mails"
LETTER = """Bonjour,

Qui paie le poste de chef de projet Petites villes de demain ?
Qui signe la convention d'opération de revitalisation de territoire ?

Vous pouvez me joindre au 03 85 00 00 00.

Cordialement,
Sylvie Marchand
Mairie de Tournus
s.marchand@mairie-exemple.fr
"""


class Site:
    """The helpdesk's pages, with Anne and Marc who answer and Manon who may not."""

    def __init__(self, settings: Settings, assistant: Callable[[], Assistant]) -> None:
        self.database = Database(settings)
        self.desk = Desk(self.database, settings, assistant)
        app = accounts_app(settings, self.database)
        sessions = SessionStore(self.database, settings)
        access = Access(sessions, settings)
        for room in (requests, requests_actions, requests_versions):
            app.include_router(room.router(access, self.desk))
        app.add_middleware(Security, largest_file=settings.max_file_mb * 1_000_000)
        self._app = app
        people = {
            "Anne": colleague(self.database, "Anne Lefort"),
            "Marc": colleague(self.database, "Marc Vasseur"),
            "Manon": colleague(self.database, "Manon Membre", Role.MEMBER),
        }
        self.ids = {name: person.id for name, person in people.items()}
        self._tokens = {name: sessions.open(person.id) for name, person in people.items()}

    def client(self, name: str) -> TestClient:
        client = TestClient(self._app, base_url=BASE, follow_redirects=False)
        client.cookies.set("pvd_session", self._tokens[name], domain="127.0.0.1", path="/equipe")
        return client

    def receive(self, text: str = LETTER, who: str = "Anne") -> int:
        answer = send(self.client(who), f"{HOME}/nouvelle", {"texte": text})
        assert answer.status_code == 303, answer.text
        return int(re.search(r"demandes/(\d+)\?", answer.headers["location"])[1])


@pytest.fixture
def site(tmp_path: Path, sample_settings: Settings, assistant: Assistant) -> Iterator[Site]:
    settings = sample_settings.model_copy(update={"data_dir": tmp_path})
    made = Site(settings, lambda: assistant)
    yield made
    made.database.close()


def shown(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def written(page: str) -> dict[str, str]:
    """What the form of the reply would send as it is."""
    text = re.search(r'<textarea id="texte"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    version = re.search(r'name="version" value="(\d+)"', page.partition('id="reponse"')[2])
    assert text is not None
    assert version is not None
    found = {"texte": unescape(text[1]), "version": version[1]}
    return found | ({"points": "1", "vus": "oui"} if 'name="points"' in page else {})


def form(client: TestClient, number: int, **changes: str) -> dict[str, str]:
    return written(shown(client, f"{HOME}/{number}")) | changes


def test_a_pasted_letter_becomes_a_request_with_a_sourced_draft(site: Site) -> None:
    number = site.receive()
    page = shown(site.client("Anne"), f"{HOME}/{number}")
    words = words_of(page)
    assert "Sylvie Marchand s.marchand@mairie-exemple.fr" in words
    assert "Tournus (Saône-et-Loire)" in words
    assert "1 numéro de téléphone" in words
    assert "03 85 00 00 00" not in page
    assert "Question 1 – Qui paie" in words
    assert "Mot pour mot" in words
    assert re.search(r'href="/sources/offres/[^"]+#passage"', page)
    assert written(page)["texte"].endswith(
        "Bien cordialement,\nAnne Lefort\nHelpdesk du Club Petites villes de demain"
    )


@pytest.mark.parametrize("name", sorted(path.name for path in MAILS.glob("*.eml")))
def test_a_file_becomes_a_request(site: Site, name: str) -> None:
    file = {"fichier": (name, (MAILS / name).read_bytes(), "message/rfc822")}
    client = site.client("Anne")
    answer = send(client, f"{HOME}/nouvelle", {"texte": ""}, files=file)
    assert answer.status_code == 303
    assert "La réponse" in words_of(shown(client, answer.headers["location"]))


@pytest.mark.parametrize(
    ("data", "file", "said"),
    [
        ({"texte": ""}, None, "Collez le texte de la demande"),
        ({"texte": "Bonjour"}, None, "ne contient aucun texte à lire"),
        (
            {"texte": "mon texte"},
            ("a.pdf", b"%PDF-1.4", "application/pdf"),
            "« a.pdf » n’est pas un courriel",
        ),
        ({"texte": ""}, ("vide.eml", b"", "message/rfc822"), "« vide.eml » est vide"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_typed_is_lost(
    site: Site, data: dict[str, str], file: tuple[str, bytes, str] | None, said: str
) -> None:
    files = {"fichier": file or ("", b"", "application/octet-stream")}
    answer = send(site.client("Anne"), f"{HOME}/nouvelle", data, files=files)
    assert answer.status_code == 400
    assert said in words_of(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert data["texte"] in answer.text


def test_without_an_index_the_request_is_kept_and_drafted_later(
    tmp_path: Path, sample_settings: Settings, assistant: Assistant
) -> None:
    ready: list[Assistant] = []

    def give() -> Assistant:
        if not ready:
            raise IndexMissingError("index.missing", path="index")
        return ready[0]

    site = Site(sample_settings.model_copy(update={"data_dir": tmp_path}), give)
    number = site.receive()
    client = site.client("Anne")
    assert "ne peuvent pas être comparés" in words_of(shown(client, f"{HOME}/{number}"))
    ready.append(assistant)
    data = {
        "questions": "Qui paie le poste de chef de projet ?",
        "commune": "Tournus (Saône-et-Loire)",
        "version": "1",
    }
    assert send(client, f"{HOME}/{number}/questions", data).status_code == 303
    assert "Mot pour mot" in words_of(shown(client, f"{HOME}/{number}"))
    site.database.close()


def test_the_text_is_kept_as_a_version_and_its_points_are_told(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    data = form(client, number)
    data["texte"] = data["texte"].replace("Question 2", "La région ajoute 12 345 €.\n\nQuestion 2")
    answer = send(client, f"{HOME}/{number}/texte", data)
    assert answer.headers["location"] == f"{HOME}/{number}?fait=enregistre"
    words = words_of(shown(client, answer.headers["location"]))
    assert "Réponse enregistrée." in words
    assert "Sans source : Cette phrase ne donne aucune source" in words
    assert "« La région ajoute 12 345 €. »" in words
    versions = words_of(shown(client, f"{HOME}/{number}/versions"))
    assert "Écrite par Anne Lefort" in versions
    assert "Brouillon de l’assistant" in versions
    assert "12 345" not in shown(client, f"{HOME}/{number}/versions/1")
    assert "12 345" in shown(client, f"{HOME}/{number}/versions/2")


def test_two_people_who_write_at_once_see_both_texts_and_lose_none(site: Site) -> None:
    number, anne, marc = site.receive(), site.client("Anne"), site.client("Marc")
    hers, his = form(anne, number), form(marc, number)
    send(anne, f"{HOME}/{number}/texte", hers | {"texte": hers["texte"] + "\nAjout d’Anne"})
    answer = send(marc, f"{HOME}/{number}/texte", his | {"texte": his["texte"] + "\nAjout de Marc"})
    assert answer.headers["location"] == f"{HOME}/{number}/comparer/3"
    page = shown(marc, answer.headers["location"])
    assert "Anne Lefort a modifié la réponse pendant que vous l’écriviez" in words_of(page)
    assert re.search(r"<del>[^<]*Anne</del>", page)
    assert re.search(r"<ins>[^<]*Marc</ins>", page)
    assert "Ajout d’Anne" in form(marc, number)["texte"]
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    send(marc, f"{HOME}/{number}/version", {"version": version, "numero": "3"})
    assert "Ajout de Marc" in form(anne, number)["texte"]


def test_a_new_draft_is_shown_beside_a_text_that_somebody_wrote(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    mine = form(client, number)["texte"].replace("Madame, Monsieur,", "Chère Madame,")
    answer = send(
        client, f"{HOME}/{number}/texte", form(client, number, texte=mine, faire="brouillon")
    )
    assert answer.headers["location"] == f"{HOME}/{number}/comparer/3"
    page = words_of(shown(client, answer.headers["location"]))
    assert "L’assistant propose un nouveau brouillon" in page
    assert form(client, number)["texte"] == mine


def test_a_source_is_searched_and_inserted_and_what_was_typed_is_kept(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    typed = form(client, number)["texte"].replace("Madame, Monsieur,", "Chère Madame,")
    data = form(client, number, texte=typed, faire="chercher", q="fonds vert renaturation")
    answer = send(client, f"{HOME}/{number}/texte", data)
    page = shown(client, answer.headers["location"].partition("#")[0])
    name, sentence = re.search(
        r'<li><span>([^<]+)</span> <button[^>]*name="inserer" value="([^"]+)"', page
    ).group(2, 1)
    data = written(page) | {"inserer": unescape(name), "ou": "after:0", "q": "fonds vert"}
    answer = send(client, f"{HOME}/{number}/texte", data)
    assert "fait=insere" in answer.headers["location"]
    kept = form(client, number)["texte"]
    assert kept.startswith("Chère Madame,")
    assert re.search(re.escape(unescape(sentence)) + r" \[\d+\]", kept)


def test_a_reply_is_reviewed_by_somebody_else_then_sent_and_no_longer_changes(site: Site) -> None:
    number, anne, marc = site.receive(), site.client("Anne"), site.client("Marc")
    path = f"{HOME}/{number}"
    assert "une autre personne du helpdesk doit la relire" in words_of(shown(anne, path))
    refused = send(anne, f"{path}/relecture", form(anne, number))
    assert refused.status_code == 409
    assert "Cette réponse est la vôtre" in words_of(refused.text)
    assert anne.get(f"{path}/export.eml").status_code == 404
    assert send(marc, f"{path}/relecture", form(marc, number)).status_code == 303
    assert "Relue par Marc Vasseur" in words_of(shown(anne, path))
    changed = form(anne, number)
    changed["texte"] += "\nPS"
    refused = send(anne, f"{path}/envoi", changed)
    assert refused.status_code == 409
    assert "votre texte est enregistré" in words_of(refused.text)
    assert send(marc, f"{path}/relecture", form(marc, number)).status_code == 303
    assert send(anne, f"{path}/envoi", form(anne, number)).status_code == 303
    page = shown(anne, path)
    assert "Envoyée par Anne Lefort" in words_of(page)
    assert "<textarea" not in page
    late = send(marc, f"{path}/texte", changed | {"texte": "Trop tard"})
    assert "comparer" in late.headers["location"]
    assert "Trop tard" not in shown(anne, path)


def test_points_must_have_been_seen(site: Site) -> None:
    number, anne, marc = site.receive(), site.client("Anne"), site.client("Marc")
    data = form(anne, number)
    send(
        anne,
        f"{HOME}/{number}/texte",
        data | {"texte": data["texte"].replace("Question 2", "Rien.\nQuestion 2")},
    )
    unseen = form(marc, number)
    assert unseen.pop("vus") == "oui"
    refused = send(marc, f"{HOME}/{number}/relecture", unseen)
    assert refused.status_code == 409
    assert "Cochez la case" in words_of(refused.text)
    assert send(marc, f"{HOME}/{number}/relecture", form(marc, number)).status_code == 303


def test_a_text_that_is_too_long_stays_on_the_page_to_be_shortened(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    refused = send(client, f"{HOME}/{number}/texte", form(client, number, texte="mot " * 16_000))
    assert refused.status_code == 409
    assert "dépasse 60000" in words_of(refused.text).replace("\u202f", "")
    assert written(refused.text)["texte"].count("mot ") > 15_000


def test_files_are_read_back(site: Site) -> None:
    number, anne, marc = site.receive(), site.client("Anne"), site.client("Marc")
    path = f"{HOME}/{number}"
    draft = anne.get(f"{path}/export.txt")
    assert draft.content.startswith("\ufeff".encode())
    assert "Brouillon, pas encore relu." in draft.text
    assert "brouillon-demande" in draft.headers["content-disposition"]
    send(marc, f"{path}/relecture", form(marc, number))
    text = form(anne, number)["texte"]
    mail = email.message_from_bytes(anne.get(f"{path}/export.eml").content, policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == "s.marchand@mairie-exemple.fr"
    body = mail.get_content().replace("\r\n", "\n")
    assert body.startswith(text)
    assert "Sources" in body
    assert "préparée avec l’assistant" in body
    word = Document(io.BytesIO(anne.get(f"{path}/export.docx").content))
    assert "Anne Lefort" in [p.text for p in word.paragraphs]
    assert "## Sources" in anne.get(f"{path}/export.md").text
    assert anne.get(f"{path}/export.exe").status_code == 404
    assert anne.get(f"{path}/export.txt").headers["cache-control"] == "no-store"


def test_the_queue_is_filtered_by_its_address(site: Site) -> None:
    first = site.receive()
    site.receive("Le fonds vert est-il ouvert à Joigny ?", "Marc")
    anne = site.client("Anne")
    page = words_of(shown(anne, HOME))
    assert "2 demandes" in page
    assert "Tous les états (2) Brouillon (2) Relue (0) Envoyée (0)" in page
    mine = words_of(shown(anne, f"{HOME}?pour=moi"))
    assert "1 demande" in mine
    assert "Qui paie le poste" in mine
    assert "fonds vert" not in mine
    assert "1 demande" in words_of(shown(anne, f"{HOME}?q=JOIGNY"))
    assert "Aucune demande ne correspond" in words_of(shown(anne, f"{HOME}?etat=envoye"))
    nonsense = "?etat=x&pour=x&du=hier&au=2026-99-99&page=-3&q=%00%25"
    assert anne.get(HOME + nonsense).status_code == 200
    send(anne, f"{HOME}/{first}/attribution", {"pour": ""})
    assert "Qui paie le poste" in words_of(shown(anne, f"{HOME}?pour=personne"))


def test_an_earlier_reply_is_offered_and_taken_up(site: Site) -> None:
    first = site.receive()
    second = site.receive("Qui paie le poste de chef de projet Petites villes de demain ?", "Marc")
    marc = site.client("Marc")
    page = shown(marc, f"{HOME}/{second}")
    assert "Demandes proches déjà reçues" in page
    data = {"version": written(page)["version"], "autre": str(first)}
    answer = send(marc, f"{HOME}/{second}/reprise", data)
    assert answer.status_code == 303
    text = form(marc, second)["texte"]
    assert "Question 2 – Qui signe" in text
    assert "Tournus" not in text
    assert text.endswith("Marc Vasseur\nHelpdesk du Club Petites villes de demain")


def test_questions_and_town_are_corrected_by_a_person(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    data = {
        "questions": "Le fonds vert finance-t-il la renaturation ?",
        "commune": "Xyzzyville",
        "version": "2",
    }
    refused = send(client, f"{HOME}/{number}/questions", data)
    assert refused.status_code == 409
    assert "La commune n’a pas été reconnue" in words_of(refused.text)
    assert (
        send(client, f"{HOME}/{number}/questions", data | {"commune": "89206"}).status_code == 303
    )
    page = words_of(shown(client, f"{HOME}/{number}"))
    assert "Joigny (Yonne)" in page
    assert "Le fonds vert finance-t-il la renaturation ?" in page


def test_an_erased_request_is_gone(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    assert "Cette action est définitive" in shown(client, f"{HOME}/{number}/supprimer")
    answer = send(client, f"{HOME}/{number}/supprimer")
    assert "Demande supprimée." in words_of(shown(client, answer.headers["location"]))
    for path in ("", "/versions", "/versions/1", "/comparer/1", "/export.txt", "/supprimer"):
        missing = client.get(f"{HOME}/{number}{path}")
        assert missing.status_code == 404
        assert "n’existe pas, ou a été supprimée" in words_of(missing.text)
    assert send(client, f"{HOME}/{number}/texte", {"texte": "x", "version": "1"}).status_code == 404
    assert client.get(f"{HOME}/99999999999999999999").status_code == 404


def test_what_people_write_is_never_markup(site: Site) -> None:
    number = site.receive(
        "Peut-on <script>alert(1)</script> financer </textarea><img src=x> une étude ?"
    )
    client = site.client("Anne")
    hostile = "</textarea><script>alert(2)</script> [1]"
    send(client, f"{HOME}/{number}/texte", form(client, number, texte=hostile))
    for path in (
        f"{HOME}/{number}",
        HOME,
        f"{HOME}/{number}/comparer/1",
        f"{HOME}/{number}/versions/2",
    ):
        page = shown(client, path)
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_nothing_is_kept_by_a_browser(site: Site) -> None:
    number, client = site.receive(), site.client("Anne")
    for path in (HOME, f"{HOME}/{number}", f"{HOME}/{number}/export.md"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_a_member_sees_no_request(site: Site) -> None:
    number = site.receive()
    assert site.client("Manon").get(f"{HOME}/{number}").status_code == 403

"""The library's pages: documents listed, sent, described, accepted, withdrawn, undone, erased."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from corpus.makers import Page, pdf, sheet, write
from fakes import SHEET
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import delete
from staff_forms import StaffSite, send

from pvd_assistant.corpus import shelf
from pvd_assistant.library.jobs import Jobs
from pvd_assistant.storage.library_tables import JobRow, LibraryChangeRow

LIBRARY = "/equipe/bibliotheque"
Staff = Callable[..., TestClient]
DESCRIBED = {
    "title": "Guide de la halle",
    "kind": "guide",
    "publisher": "Ville de Foix",
    "name": "Halle de Foix",
    "updated": "2026-11-23",
    "sources-0-title": "La halle",
    "sources-0-publisher": "Ville de Foix",
    "sources-0-url": "https://exemple.fr/halle",
    "themes": ["commerce", "patrimoine"],
    "other-partners": "Ville de Foix, CMA",
}


@pytest.fixture(autouse=True)
def _empty_library(staff_site: StaffSite) -> Iterator[None]:
    """Each test starts with the shipped documents alone."""
    yield
    shutil.rmtree(staff_site.settings.library_dir, ignore_errors=True)
    with staff_site.database.transaction() as session:
        session.execute(delete(JobRow))
        session.execute(delete(LibraryChangeRow))


def sent_file(client: TestClient, content: str | bytes, name: str, document: str = "") -> Response:
    address = f"{LIBRARY}/remplacer/{document}" if document else f"{LIBRARY}/ajouter"
    raw = content.encode() if isinstance(content, str) else content
    return send(client, address, files={"file": (name, raw)})


def waiting(client: TestClient, content: str | bytes, name: str, document: str = "") -> str:
    answer = sent_file(client, content, name, document)
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["location"]).path


def added(client: TestClient, content: str = "# Halle\n\nLa halle ouvre en mars.\n") -> str:
    answer = send(client, waiting(client, content, "halle.md"), dict(DESCRIBED))
    assert answer.status_code == 303, answer.text
    return "guides/halle-de-foix"


def page(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_list_says_what_each_document_is(staff: Staff) -> None:
    client = staff("membre")
    text = page(client, LIBRARY)
    assert f'href="{LIBRARY}/document/{SHEET}"' in text
    assert "À corriger" in text, "the fake corpus has no metadata"
    assert "Ajouter un document" not in text


def test_the_list_is_searched_sorted_and_cut_in_pages(staff: Staff, staff_site: StaffSite) -> None:
    for number in range(60):
        title = f"Fiche {number:02}"
        shelf.put(
            staff_site.settings,
            f"faq/f{number:02}",
            sheet("## A\n\nB.\n", title=title).encode(),
            ".md",
        )
    client = staff("editeur")
    first = page(client, f"{LIBRARY}?mots=fiche&nature=offre")
    assert "60 documents sur 62" in first
    assert "Fiche 00" in first
    assert "Fiche 59" not in first
    assert "Fiche 59" in page(client, f"{LIBRARY}?mots=fiche&page=2")
    assert "Fiche 59" in page(client, f"{LIBRARY}?mots=fiche&tri=-title")
    assert "1 document sur 62" in page(client, f"{LIBRARY}?mots=FICHE+07")
    assert "Aucun document" in page(client, f"{LIBRARY}?nature=presse")
    assert page(client, f"{LIBRARY}?page=9999999&tri=x&etat=y&nature=z")


def test_a_document_is_sent_shown_described_and_accepted(
    staff: Staff, staff_site: StaffSite
) -> None:
    client = staff("editeur")
    address = waiting(client, "<h1>Guide</h1><script>alert(1)</script><p>Un texte.</p>", "a.html")
    shown = page(client, address)
    assert "Un texte." in shown
    assert 'value="Guide"' in shown
    assert "alert(1)" not in shown

    done = send(client, address, dict(DESCRIBED))
    assert done.headers["location"] == f"{LIBRARY}/document/guides/halle-de-foix?fait=ajoute"
    document = page(client, done.headers["location"])
    assert "Document ajouté." in document
    assert "Ajouté par Édith Éditrice le" in document
    assert "commerce, patrimoine" in document
    assert "Ville de Foix, CMA" in document
    assert (staff_site.settings.library_dir / "guides" / "halle-de-foix.html").is_file()
    assert Jobs(staff_site.database).latest()[0].who == "Édith Éditrice"
    assert client.get(address).status_code == 404, "it waits no longer"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(staff: Staff) -> None:
    client = staff("editeur")
    address = waiting(client, "# Halle\n\nUn texte.\n", "halle.md")
    wrong = DESCRIBED | {"title": "", "sources-0-url": "exemple.fr", "updated": "hier"}
    refused = send(client, address, wrong)
    assert refused.status_code == 422
    for field in ("title", "sources-0-url", "updated"):
        assert f'href="#{field}"' in refused.text
        assert re.search(
            rf'<input id="{field}"[^>]*aria-describedby="[^"]*{field}-erreur', refused.text
        )
    assert 'value="exemple.fr"' in refused.text
    assert re.search(r'value="commerce" checked', refused.text)
    more = send(client, address, DESCRIBED | {"more": "1"})
    assert 'id="sources-1-url"' in more.text
    assert 'class="field-error"' not in more.text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7 rien", "abime.pdf", "abîmé"),
        (b"", "vide.csv", "est vide"),
        (pdf([Page().text(70, 700, "A.")]), "faux.docx", "malgré son extension"),
        (b"MZ", "virus.exe", "format"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(
    staff: Staff, staff_site: StaffSite, content: bytes, name: str, words: str
) -> None:
    refused = sent_file(staff("editeur"), content, f"../{name}")
    assert refused.status_code == 422
    assert words in refused.text
    assert name in refused.text
    assert str(staff_site.settings.data_dir) not in refused.text
    assert list(staff_site.settings.library_dir.rglob("document.*")) == []


def test_no_file_chosen_is_said(staff: Staff) -> None:
    assert "Choisissez un fichier." in send(staff("editeur"), f"{LIBRARY}/ajouter").text


def test_a_name_already_taken_is_said_beside_the_name(staff: Staff) -> None:
    client = staff("editeur")
    added(client)
    again = send(client, waiting(client, "# X\n\nAutre.\n", "b.md"), dict(DESCRIBED))
    assert again.status_code == 422
    assert 'id="name-erreur"' in again.text


def test_words_that_look_like_markup_or_formulas_are_shown_as_words(staff: Staff) -> None:
    client = staff("editeur")
    table = "Nom;Aide\n=HYPERLINK(1);<script>alert(1)</script>\n"
    address = waiting(client, table, '"><img src=x>.csv')
    text = client.get(address).text
    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text
    assert "=HYPERLINK(1)" in text
    titled = DESCRIBED | {"title": "<script>alert(2)</script>", "kind": "table"}
    where = send(client, address, titled).headers["location"]
    assert "<script>alert(2)" not in client.get(where).text
    assert "<script>alert(2)" not in client.get(LIBRARY).text


def test_a_file_is_replaced_and_its_description_kept(staff: Staff) -> None:
    client = staff("editeur")
    document = added(client)
    address = waiting(client, "A;B\n1;2\n", "nouveau.csv", document)
    text = client.get(address).text
    assert 'value="Guide de la halle"' in text
    assert 'name="name"' not in text, "its address does not change"
    done = send(client, address, dict(DESCRIBED))
    assert done.headers["location"].endswith(f"{document}?fait=remplace")
    assert "halle-de-foix.csv" in page(client, done.headers["location"])


def test_the_description_alone_is_changed(staff: Staff) -> None:
    client = staff("editeur")
    document = added(client)
    begun = send(client, f"{LIBRARY}/decrire/{document}")
    done = send(client, begun.headers["location"], DESCRIBED | {"title": "Nouveau titre"})
    assert "<h1>Nouveau titre</h1>" in page(client, done.headers["location"])


def test_the_many_sources_of_a_document_are_kept_dropped_and_added_to(
    staff: Staff, staff_site: StaffSite
) -> None:
    source = '  - {title: "Source %d", publisher: "ANCT", url: "http://exemple.fr/%d"}\n'
    many = "".join(source % (number, number) for number in range(200))
    raw = re.sub(r"  - \{.*\n", lambda _: many, sheet("## A\n\nB.\n", title="Bilan"), count=1)
    shelf.put(staff_site.settings, "faq/bilan", raw.encode(), ".md")
    client = staff("editeur")
    begun = send(client, f"{LIBRARY}/decrire/faq/bilan").headers["location"]
    assert "200 sources conservées sur 200" in page(client, begun)
    kept = [str(number) for number in range(199)]
    wrong = send(client, begun, DESCRIBED | {"kept": kept, "sources-0-url": "x"})
    assert 'href="#sources-0-url"' in wrong.text
    send(client, begun, DESCRIBED | {"kept": kept})
    text = (staff_site.settings.library_dir / "faq" / "bilan.md").read_text("utf-8")
    assert text.count("title: Source ") == 199
    assert "title: La halle" in text
    assert "Source 199" not in text


def test_a_deposit_given_up_leaves_nothing(staff: Staff, staff_site: StaffSite) -> None:
    client = staff("editeur")
    address = waiting(client, "# Halle\n\nUn texte.\n", "halle.md")
    assert send(client, f"{address}/abandonner").status_code == 303
    assert client.get(address).status_code == 404
    assert list(staff_site.settings.library_dir.rglob("document.*")) == []


def test_withdrawn_restored_removed_undone(staff: Staff) -> None:
    client = staff("editeur")
    document = added(client)
    send(client, f"{LIBRARY}/retirer/{document}")
    assert "Ce document est retiré" in page(client, f"{LIBRARY}/document/{document}")
    assert document in page(client, f"{LIBRARY}?etat=withdrawn")
    send(client, f"{LIBRARY}/remettre/{document}")
    assert document not in page(client, f"{LIBRARY}?etat=withdrawn")
    removed = send(client, f"{LIBRARY}/supprimer/{document}")
    assert removed.headers["location"] == f"{LIBRARY}/historique?fait=supprime"
    history = page(client, removed.headers["location"])
    undo = re.search(rf'action="({LIBRARY}/annuler/\d+)"', history)
    assert undo is not None
    back = send(client, undo[1])
    assert back.headers["location"] == f"{LIBRARY}/document/{document}?fait=annule"
    assert "Annulation (suppression)" in page(client, back.headers["location"])


def test_erasing_is_confirmed(staff: Staff, staff_site: StaffSite) -> None:
    client = staff("editeur")
    document = added(client)
    address = f"{LIBRARY}/effacer/{document}"
    assert send(client, address).status_code == 422
    assert "Cochez la case" in send(client, address).text
    assert send(client, address, {"sure": "oui"}).headers["location"].endswith("fait=efface")
    assert list(staff_site.settings.library_dir.rglob("*halle*")) == []
    assert client.get(f"{LIBRARY}/document/{document}").status_code == 404
    assert Jobs(staff_site.database).latest()[0].purge


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("retirer/offres/absent", "Il n’y a pas de document"),
        (f"supprimer/{SHEET}", "fonds commun"),
        ("annuler/999", "ne peut plus être annulée"),
        ("decrire/helpdesk/reponse", "validée"),
        ("supprimer/../../etc/passwd", None),
        ("retirer/.trash/x", "Il n’y a pas de document"),
    ],
)
def test_what_cannot_be_done_is_said_on_a_page(staff: Staff, path: str, words: str | None) -> None:
    refused = send(staff("editeur"), f"{LIBRARY}/{path}")
    assert refused.status_code in (404, 405, 409)
    assert words is None or words in refused.text


def test_the_progress_of_the_index_is_told_with_and_without_a_script(
    staff: Staff, staff_site: StaffSite
) -> None:
    client = staff("editeur")
    assert client.get(f"{LIBRARY}/indexation.json").json()["state"] == "none"
    assert "http-equiv" not in client.get(f"{LIBRARY}/indexation").text
    assert send(client, f"{LIBRARY}/indexation").status_code == 303
    jobs = Jobs(staff_site.database)
    job = jobs.claim()
    assert job is not None
    jobs.beat(job.id, 1, 4, "Lecture de offres/ort.md")
    told = client.get(f"{LIBRARY}/indexation.json").json()
    assert told == {"state": "running", "percent": 25, "label": "Lecture de offres/ort.md"}
    shown = page(client, f"{LIBRARY}/indexation")
    assert '<noscript><meta http-equiv="refresh"' in shown
    assert "Lecture de offres/ort.md" in shown
    jobs.fail(job.id, "Le disque est plein.")
    assert "Le disque est plein." in page(client, LIBRARY)
    assert "Relancer" in page(client, f"{LIBRARY}/indexation")


def test_a_document_of_the_corpus_is_served_from_the_folder_that_counts(
    staff: Staff, staff_site: StaffSite
) -> None:
    client = staff("editeur")
    raw = sheet("## A\n\nLa version du Club.\n")
    write(staff_site.settings.library_dir / f"{SHEET}.md", raw)
    assert client.get(f"/documents/{SHEET}").text == raw


def test_a_file_larger_than_allowed_is_refused_before_it_is_read(staff: Staff) -> None:
    client = staff("editeur")
    headers = {"content-length": "200000000", "content-type": "multipart/form-data; boundary=x"}
    answer = client.post(f"{LIBRARY}/ajouter", content=b"", headers=headers)
    assert answer.status_code == 413


def test_members_read_and_change_nothing(staff: Staff) -> None:
    client = staff("membre")
    text = page(client, f"{LIBRARY}/document/{SHEET}")
    assert "Modifier la description" not in text
    assert sent_file(client, "# X\n\nY.\n", "x.md").status_code == 403


def test_what_an_address_says_was_done_is_one_of_ours(staff: Staff) -> None:
    assert "faux" not in page(staff("editeur"), f"{LIBRARY}?fait=faux")

"""Two whole stories of the staff's rooms, on a real assistant whose index follows what people do."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from corpus.makers import Page, pdf
from docx import Document
from test_chat_page import ask
from test_staff_accounts import sign_in
from test_story import saved
from traces import traces, traces_in_rows

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

pytestmark = pytest.mark.browser

MAIL = Path(__file__).parent.parent / "helpdesk" / "mails" / "01-chef-de-projet.eml"
PASSWORD = "cheval pile agrafe correct"
LIBRARY, REPLIES = "/equipe/bibliotheque", "/equipe/reponses-validees"
SHEET = "offres/chef-de-projet"

DRAFTED = "au maximum 45 000 € par an sans l’Anah ou 55 000 € par an quand l’Anah participe"
CORRECTED = (
    f"Le cofinancement du chef de projet PVD couvre 75 % du coût annuel du poste, {DRAFTED}."
)
INSERTED = "Employeur du chef de projet PVD : la commune dans 48 % des cas et l’intercommunalité dans 52 % des cas"
QUESTION = "Faut-il un nouveau dossier quand une autre personne devient chef de projet ?"
ANSWER = (
    "Oui, un nouveau contrat de chef de projet demande un nouveau dossier, selon le Club.\n"
    "Le nouveau dossier du chef de projet se dépose avant la signature du nouveau contrat."
)

GUIDE = "guides/bourse-de-mobilier"
ERASED = ("Quatrebarbes", "quatrebarb")
LENT = "Pendant combien de jours la bourse Quatrebarbes prête-t-elle le mobilier de fête ?"


@pytest.fixture
def club(
    sample_settings: Settings,
    database_settings: Settings,
    tmp_path: Path,
    start_site: Callable[..., Any],
) -> Any:
    """The whole service on a copy of the small corpus and of its index."""
    folders = {f"{name}_dir": tmp_path / name for name in ("corpus", "index", "data")}
    for name in ("corpus_dir", "index_dir"):
        shutil.copytree(getattr(sample_settings, name), folders[name])
    return start_site(database_settings.model_copy(update=folders), real=True)


@pytest.fixture
def staff(chromium: Any, club: Any) -> Iterator[Callable[[str, Role], Any]]:
    """A function that opens a browser of its own where somebody signs in through the form."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_(name: str, role: Role) -> Any:
        login = f"{name.lower().replace(' ', '.')}@exemple.fr"
        with closing(Database(club.settings)) as database:
            people = Accounts.of(database, club.settings).people
            people.add(None, login, name, [role], PASSWORD)
        contexts.append(chromium.new_context(base_url=club.url, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/equipe")
        sign_in(page, login, PASSWORD)
        page.get_by_role("link", name=name).wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == [], "errors in the pages"


def told(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def reply(page: Any) -> Any:
    return page.get_by_label("Texte de la réponse")


def _line(page: Any, words: str) -> str:
    """The line of the reply that says something, whatever its spaces are."""
    lines = reply(page).input_value().splitlines()
    return next(line for line in lines if words in plain(line))


def plain(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u202f", " ")


def state_of(page: Any, sentence: str) -> str:
    """How a sentence of a reply stands."""
    row = page.get_by_role("row").filter(has_text=sentence)
    return str(row.get_by_role("cell").last.inner_text())


def indexed(page: Any) -> None:
    """Follow the index in its page until it is up to date."""
    page.goto(f"{LIBRARY}/indexation")
    page.get_by_role("progressbar").wait_for()
    page.get_by_role("progressbar").wait_for(state="detached", timeout=60_000)
    assert "Index à jour." in page.get_by_role("row").nth(1).inner_text()


def seen(page: Any) -> None:
    """Say that the points to check were seen, when there are some."""
    box = page.get_by_label("J’ai vu ces points")
    if box.count():
        box.check()


def confirm(page: Any) -> None:
    """Say that nobody is named, when something looks like a name."""
    box = page.get_by_label("J’ai vérifié")
    if box.count():
        box.check()


def test_an_e_mail_is_answered_and_its_reply_becomes_a_source_until_its_document_changes(
    club: Any, staff: Callable[..., Any], open_page: Callable[..., Any]
) -> None:
    agent, colleague = staff("Agathe Morel", Role.HELPDESK), staff("Basile Renard", Role.HELPDESK)
    address = _prepared(agent)
    _improved(agent)
    _reviewed_and_sent(agent, colleague, address)
    _becomes_a_source(agent, colleague)

    chat = open_page(base=club.url)
    answer = ask(chat, QUESTION).inner_text()
    assert "Réponse du helpdesk, validée le" in answer
    assert ANSWER.splitlines()[0] in answer

    editor = staff("Edmond Colin", Role.EDITOR)
    sheet = (club.settings.corpus_dir / f"{SHEET}.md").read_text("utf-8")
    changed = sheet.replace("75 % du coût annuel chargé", "70 % du coût annuel chargé")
    editor.goto(f"{LIBRARY}/remplacer/{SHEET}")
    send_file(editor, "fiche.md", changed.encode())
    press(editor, "Enregistrer")
    told(editor, "Fichier remplacé.")
    indexed(editor)
    editor.goto(f"{REPLIES}?etat=a-relire")
    row = plain(editor.get_by_role("row").filter(has_text=QUESTION).inner_text())
    assert "retirée" in row
    assert "« Cofinancement d’un poste de chef de projet PVD », qu’elle cite, a changé." in row
    answer = ask(chat, QUESTION).inner_text()
    assert "Réponse du helpdesk" not in answer
    assert ANSWER.splitlines()[0] not in answer


def _prepared(page: Any) -> str:
    """An e-mail is dropped: nobody is named, what it asks is found, a reply is drafted with its sources."""
    page.goto("/equipe/demandes/nouvelle")
    page.get_by_label("Ou un fichier .eml").set_input_files(MAIL)
    press(page, "Préparer la réponse")
    told(page, "Demande enregistrée.")
    request = page.get_by_role("region", name="La demande", exact=True)
    assert request.locator(".hd-asked li").count() == 3
    assert "Tournus (Saône-et-Loire)" in request.inner_text()
    assert "La mention légale n’a pas été reprise." in request.inner_text()
    body = page.get_by_role("group", name="Texte de la demande").inner_text()
    assert "[téléphone]" in body
    for personal in ("06.12.34.56.78", "03 85 27 00 00", "Besson", "Marchand"):
        assert personal not in body
    assert _line(page, DRAFTED).endswith("[2]")
    assert state_of(page, DRAFTED) == "Mot pour mot"
    sources = page.get_by_role("region", name="Les sources", exact=True).inner_text()
    assert "Cofinancement d’un poste de chef de projet PVD" in sources
    assert page.get_by_role("heading", name="À vérifier avant de signer").is_visible()
    return str(page.url.partition("?")[0])


def _improved(page: Any) -> None:
    """A sentence is corrected, a passage inserted; a new draft is compared and replaces nothing."""
    wrong = CORRECTED.replace("45", "46")
    drafted = _line(page, DRAFTED).rpartition(" [")[0]
    reply(page).fill(reply(page).input_value().replace(drafted, wrong))
    press(page, "Enregistrer")
    told(page, "Réponse enregistrée.")
    assert state_of(page, wrong) == "Modifié, ne se retrouve pas"
    told(page, "Chiffre absent de la source")
    reply(page).fill(reply(page).input_value().replace(wrong, CORRECTED))
    press(page, "Enregistrer")
    page.get_by_role("row").filter(has_text=CORRECTED).wait_for()
    assert state_of(page, CORRECTED) == "Modifié, vérifié"

    page.get_by_label("Chercher dans les documents").fill("employeur du chef de projet")
    press(page, "Chercher")
    page.get_by_role("button", name=f"Insérer : {INSERTED[:30]}").first.click()
    told(page, "Texte inséré dans la réponse.")
    assert INSERTED in plain(reply(page).input_value())
    assert state_of(page, INSERTED) == "Mot pour mot"

    mine = reply(page).input_value()
    press(page, "Refaire le brouillon")
    page.get_by_role("heading", name="Comparer deux textes").wait_for()
    assert any(
        "fiche Aides-territoires" in words for words in page.locator("ins").all_inner_texts()
    )
    page.get_by_role("link", name="Garder la réponse retenue").click()
    assert reply(page).input_value() == mine


def _reviewed_and_sent(page: Any, colleague: Any, address: str) -> None:
    """A colleague reviews; the reply is taken away, sent, and changes no more."""
    assert page.get_by_role("button", name="Marquer comme relue").count() == 0
    colleague.goto(address)
    seen(colleague)
    press(colleague, "Marquer comme relue")
    told(colleague, "Réponse marquée comme relue.")

    page.goto(address)
    name, raw = saved(page, page.get_by_role("link", name="Courriel (.eml)").click)
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert name.endswith(".eml")
    assert mail["To"] == "Sylvie Marchand <s.marchand@mairie-exemple.fr>"
    assert mail["Subject"].startswith("Re: Cofinancement chef de projet")
    body = mail.get_body(("plain",)).get_content()
    for said in (CORRECTED, INSERTED, "Agathe Morel", "Sources :", "relue par une personne"):
        assert said in plain(body)
    _, raw = saved(page, page.get_by_role("link", name="Document Word (.docx)").click)
    assert any(CORRECTED in line.text for line in Document(io.BytesIO(raw)).paragraphs)

    seen(page)
    press(page, "Marquer comme envoyée")
    told(page, "Réponse marquée comme envoyée.")
    assert reply(page).count() == 0
    reply(colleague).fill("Trop tard.")
    press(colleague, "Enregistrer")
    told(colleague, "Votre texte n’est pas perdu")
    assert colleague.get_by_role("button", name="Prendre la version").count() == 0
    page.reload()
    assert CORRECTED in page.locator(".hd-final").inner_text()


def _becomes_a_source(page: Any, colleague: Any) -> None:
    """The reply is proposed by one person, validated by another, then indexed."""
    page.get_by_role("link", name="Proposer comme source").click()
    assert "Agathe Morel" not in page.get_by_label("Réponse", exact=True).input_value()
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_label("Réponse", exact=True).fill(ANSWER)
    confirm(page)
    press(page, "Proposer comme source")
    told(page, "Réponse proposée")
    told(page, "Vous avez proposé cette réponse : une autre personne doit la valider.")
    assert page.get_by_role("button", name="Valider comme source").count() == 0

    colleague.goto(REPLIES)
    colleague.get_by_role("link", name=QUESTION).click()
    colleague.get_by_role("button", name="Valider comme source").wait_for()
    confirm(colleague)
    press(colleague, "Valider comme source")
    told(colleague, "Réponse validée")
    indexed(colleague)


def test_a_document_is_added_replaced_and_erased_and_the_answers_follow(
    club: Any, staff: Callable[..., Any], open_page: Callable[..., Any]
) -> None:
    page, chat = staff("Edmond Colin", Role.EDITOR), open_page(base=club.url)
    _added(page, club)
    indexed(page)
    answer = ask(chat, LENT)
    assert "pendant douze jours" in answer.inner_text()
    answer.get_by_role("link", name="[1]").last.click()
    panel = chat.get_by_role("dialog", name="Source")
    panel.get_by_role("img", name="Image de la page 2 de « Bourse Quatrebarbes »").wait_for()
    panel.get_by_role("button", name="Fermer").click()

    page.goto(f"{LIBRARY}/document/{GUIDE}")
    page.get_by_role("link", name="Remplacer le fichier").click()
    send_file(page, "bourse.pdf", guide("vingt"))
    press(page, "Enregistrer")
    told(page, "Fichier remplacé.")
    indexed(page)
    answer = ask(chat, LENT).inner_text()
    assert "pendant vingt jours" in answer
    assert "douze" not in answer
    assert traces(ERASED, club.settings.library_dir), "the search of traces finds what is there"

    page.goto(f"{LIBRARY}/document/{GUIDE}")
    page.get_by_role("link", name="Effacer définitivement").click()
    press(page, "Effacer définitivement")
    told(page, "Cochez la case pour confirmer l’effacement.")
    page.get_by_label("Je veux effacer ce document définitivement.").check()
    press(page, "Effacer définitivement")
    told(page, "Document effacé.")
    indexed(page)
    assert "jours" not in ask(chat, LENT).locator(".answer-text").inner_text()
    chat.close()
    club.stop()  # reading the files of a database in the process that has it open breaks its locks
    assert traces(ERASED, club.settings.data_dir, club.settings.index_dir) == []
    with closing(Database(club.settings)) as database:
        assert traces_in_rows(ERASED, database) == []


def _added(page: Any, club: Any) -> None:
    """A broken file is refused, a good one is read, described with a mistake, then accepted."""
    page.goto(f"{LIBRARY}/ajouter")
    send_file(page, "bourse.pdf", guide("douze")[:300])
    page.get_by_role("alert").wait_for()
    (said,) = page.get_by_role("alert").get_by_role("listitem").all_inner_texts()
    assert "bourse.pdf" in said
    assert "\n" not in said
    assert not club.settings.library_dir.exists() or not any(
        path.is_file() for path in club.settings.library_dir.rglob("*")
    )

    send_file(page, "bourse.pdf", guide("douze"))
    page.get_by_role("heading", name="Décrire le document", level=1).wait_for()
    shown = page.get_by_role("region", name="Texte du document").inner_text()
    assert "pendant douze jours" in shown
    assert "Page 2" in shown
    fields = {
        "Titre": "Bourse Quatrebarbes",
        "Éditeur": "Ville de Foix",
        "Nom du fichier": "bourse-de-mobilier",
    }
    for label, value in fields.items():
        page.get_by_label(label, exact=True).first.fill(value)
    page.get_by_label("Nature").select_option("guide")
    source = page.get_by_role("group", name="Source 1")
    described = {"Titre": "Règlement de la bourse", "Éditeur": "Ville de Foix"}
    for label, value in (described | {"Adresse web": "exemple.fr"}).items():
        source.get_by_label(label).fill(value)
    press(page, "Accepter et publier")
    page.get_by_role("alert").wait_for()
    address = source.get_by_label("Adresse web")
    assert address.get_attribute("aria-invalid") == "true"
    assert "elle commence par" in source.inner_text()
    address.fill("https://exemple.fr/bourse")
    assert page.get_by_label("Titre", exact=True).first.input_value() == "Bourse Quatrebarbes"
    press(page, "Accepter et publier")
    told(page, "Document ajouté.")


def guide(days: str) -> bytes:
    """A guide of two pages."""
    one = Page().text(60, 780, "Guide de la bourse Quatrebarbes", 18, "F2")
    one.text(60, 740, "La bourse Quatrebarbes prête du mobilier de fête aux petites villes.")
    two = Page().text(60, 780, "Durée du prêt", 14, "F2")
    lent = f"La bourse Quatrebarbes prête le mobilier de fête pendant {days} jours au plus."
    two.lines(60, 740, lent, "La demande se fait en mairie, un mois avant la fête.")
    return pdf([one, two])


def send_file(page: Any, name: str, raw: bytes) -> None:
    page.get_by_label("Fichier").set_input_files({"name": name, "mimeType": "", "buffer": raw})
    press(page, "Lire ce fichier")

"""Take the pictures of the guide: the documents of the repository, and people who are all invented.

    python scripts/pictures.py              # all of them, in docs/images
    python scripts/pictures.py espace-file  # one

Needs the index and Chromium. Nothing is written but the pictures: people's work is in a temporary folder.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.helpdesk.desk import Desk
from pvd_assistant.helpdesk.intake import pasted
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_model import Wording
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.library.jobs import Jobs
from pvd_assistant.library.report import Reports
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.app import create_app
from pvd_assistant.web.feedback import FeedbackStore, Opinion
from pvd_assistant.web.server import listen

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / "docs" / "images"
_DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
#: A working hour, on the day before: nothing of what is shown is still to come.
_NOW = dt.datetime.now(dt.UTC).replace(hour=9, minute=12) - dt.timedelta(days=1)
_PASSWORD = "cheval pile agrafe correct"
_COLOURS = 200


#: Browsers write the dates of a form in the language of the machine, which may lack French.
_FRENCH_DATES = """() => {
  for (const field of document.querySelectorAll("input[type=date]")) {
    const written = field.value.split("-").reverse().join("/");
    field.type = "text";
    field.value = written;
    field.placeholder = "jj/mm/aaaa";
    field.style.width = "11rem";
  }
}"""


_GUIDE = "guide-du-programme.pdf"


class Club:
    """The invented club: its people, and what they did."""

    def __init__(self, folder: Path) -> None:
        questions = folder / "questions-du-club.jsonl"
        lines = [json.dumps(one) for one in _DATA["evaluation"]]
        questions.write_text("\n".join(lines), "utf-8")
        self.settings = Settings(
            corpus_dir=REPOSITORY / "corpus",
            index_dir=REPOSITORY / "index",
            data_dir=folder / "data",
            evaluation_questions=questions,
            library_worker=False,
        )
        self.assistant = Assistant(self.settings)
        self.database = Database(self.settings)
        self.accounts = Accounts.of(self.database, self.settings)
        self.people = {key: self._person(**one) for key, one in _DATA["people"].items()}

    def fill(self) -> None:
        """Do what they did, at the dates when they did it."""
        for one in _DATA["requests"]:
            self._answer(**one)
        for one in _DATA["replies"]:
            self._propose(**one)
        for number, one in enumerate(_DATA["opinions"]):
            self._judge(number, **one)
        questions = self.settings.evaluation_questions
        reports = Reports(self.database, questions, lambda: _NOW, lambda work: work())
        reports.start(self.people["sophie"], self.assistant)
        jobs = Jobs(self.database)
        while job := jobs.claim():  # nothing is indexed: the index is the repository's own
            jobs.finish(job.id, "")

    def token(self, key: str) -> str:
        """Open a session for somebody."""
        return self.accounts.signing_in.with_password(self.people[key].login, _PASSWORD, "::1")

    def _person(self, name: str, roles: list[str]) -> Person:
        login = f"{name.replace('è', 'e').replace('é', 'e').replace(' ', '.').lower()}@club.example"
        own = frozenset(map(Role, roles))
        account = self.accounts.people.add(None, login, name, own, _PASSWORD)
        return Person(account.id, login, name, own)

    def _answer(self, days: int, who: str | None, mail: str, done: str = "") -> None:
        moment = _NOW - dt.timedelta(days=days)
        desk = Desk(self.database, self.settings, lambda: self.assistant)
        desk.store = store = RequestStore(self.database, self.settings, lambda: moment)
        person = self.people[who or "ines"]
        number = desk.receive(person, pasted(mail))
        store.assign(person, number, person.id if who else None)
        if done:
            other = self.people["claire" if who == "marc" else "marc"]
            store.review(other, number, store.get(number).version)
        if done == "sent":
            store.send(person, number, store.get(number).version)

    def _propose(
        self, request: int, by: str, question: str, answer: str, state: str = "validated"
    ) -> None:
        moment = _NOW - dt.timedelta(days=4)
        store = KnowledgeStore(self.database, lambda: moment)
        known = {name: record.digest for name, record in self.assistant.index.documents.items()}
        wording = Wording(question, answer)
        number = store.propose(self.people["claire"], request, wording, known)
        if state == "validated":
            review = moment.date() + dt.timedelta(days=180)
            version = store.get(number).version
            store.validate(self.people[by], number, version, wording, review, known)

    def _judge(
        self,
        number: int,
        days: int,
        useful: bool,
        question: str,
        reasons: list[str],
        shared: bool = False,
        comment: str = "",
    ) -> None:
        opinion = Opinion(f"avis{number}", useful, tuple(reasons), comment, shared)
        moment = _NOW - dt.timedelta(days=days)
        FeedbackStore(self.database, lambda: moment).add(opinion, self.assistant.ask(question))


@contextmanager
def served(club: Club) -> Iterator[str]:
    """Serve the club and give the address."""
    config = uvicorn.Config(
        create_app(club.settings, club.assistant), log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Camera:
    """Opens pages as somebody and keeps what they look like."""

    def __init__(self, browser: Browser, club: Club, base: str) -> None:
        self._browser, self._club, self._base = browser, club, base

    @contextmanager
    def page(
        self, path: str, who: str = "", width: int = 1280, height: int = 900, scheme: str = "light"
    ) -> Iterator[Page]:
        """Open a page, signed in when somebody is named."""
        context = self._browser.new_context(
            base_url=self._base,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="fr-FR",
            timezone_id="Europe/Paris",
        )
        if who:
            token = self._club.token(who)
            cookie = {"name": "pvd_session", "value": token, "url": f"{self._base}/equipe"}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.clock.set_system_time(_NOW)
        page.goto(path)
        yield page
        context.close()

    def take(self, page: Page, name: str) -> None:
        """Keep what the window shows, with few colours: the pictures are flat."""
        page.evaluate(_FRENCH_DATES)
        raw = page.screenshot(animations="disabled", caret="hide")
        picture = Image.open(io.BytesIO(raw)).convert("RGB")
        few = picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)


#: Pages taken as they are: address, who looks, height.
_PAGES = {
    "espace-connexion": ("/equipe/connexion", "", 720),
    "espace-file": ("/equipe/demandes", "claire", 860),
    "espace-demande": ("/equipe/demandes/7", "claire", 1330),
    "espace-reponses-validees": ("/equipe/reponses-validees?etat=validees", "lucie", 680),
    "espace-sans-reponse": ("/equipe/sans-reponse", "lucie", 900),
    "espace-bibliotheque": ("/equipe/bibliotheque?mots=logement", "sophie", 900),
    "espace-fraicheur": ("/equipe/fraicheur", "sophie", 1000),
    "espace-qualite": ("/equipe/qualite", "sophie", 1100),
    "espace-avis": ("/equipe/avis", "sophie", 1000),
    "espace-comptes": ("/equipe/comptes", "paul", 720),
}


# Each takes the picture that has its name.


def _espace_verification(camera: Camera) -> None:
    with camera.page("/equipe/demandes/7", "marc", height=1100) as page:
        page.get_by_role("heading", name="À vérifier avant de signer").evaluate(
            "e => window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 24)"
        )
        camera.take(page, "espace-verification")


def _espace_comparaison(camera: Camera) -> None:
    with camera.page("/equipe/demandes/6", "lucie", height=1000) as page:
        text = page.get_by_label("Texte de la réponse")
        text.fill(_shortened(text.input_value()))
        page.get_by_role("button", name="Refaire le brouillon").click()
        page.get_by_role("heading", name="Comparer deux textes").wait_for()
        camera.take(page, "espace-comparaison")


def _espace_depot(camera: Camera) -> None:
    with camera.page("/equipe/bibliotheque/ajouter", "sophie", height=1000) as page:
        page.get_by_label("Fichier").set_input_files(REPOSITORY / "corpus" / "guides" / _GUIDE)
        page.get_by_role("button", name="Lire ce fichier").click()
        page.get_by_role("heading", name="Décrire le document", level=1).wait_for()
        camera.take(page, "espace-depot")


def _chat_accueil(camera: Camera) -> None:
    with _chat(camera) as page:
        camera.take(page, "chat-accueil")


def _chat_reponse(camera: Camera) -> None:
    with _chat(camera) as page:
        _keep_tournus(page)
        _ask(page, "Sommes-nous dans le programme ?")
        camera.take(page, "chat-reponse")


def _chat_comparaison(camera: Camera) -> None:
    with _chat(camera) as page:
        _keep_tournus(page)
        _ask(page, "VIR ou DIIF ?")
        page.get_by_role("table").evaluate("e => e.scrollIntoView({block: 'center'})")
        camera.take(page, "chat-comparaison")


def _chat_source_pdf(camera: Camera) -> None:
    with _chat(camera) as page:
        _open_pdf(page)
        camera.take(page, "chat-source-pdf")


def _chat_sombre(camera: Camera) -> None:
    with _chat(camera, scheme="dark") as page:
        _open_pdf(page)
        camera.take(page, "chat-sombre")


def _chat_message(camera: Camera) -> None:
    with _chat(camera) as page:
        _keep_tournus(page)
        _ask(page, "Comment demander le cofinancement d’un chef de projet ?")
        page.get_by_role("button", name="Préparer un message").last.click()
        page.get_by_role("dialog", name="Préparer un message").wait_for()
        camera.take(page, "chat-message")


def _chat_emporter(camera: Camera) -> None:
    with _chat(camera) as page:
        _keep_tournus(page)
        _ask(page, "Comment demander le cofinancement d’un chef de projet ?")
        page.get_by_role("button", name="Pas utile").click()
        reason = page.get_by_label("Contient une erreur")
        reason.evaluate("e => e.scrollIntoView({block: 'center'})")
        page.get_by_text("Emporter la conversation").click()
        camera.take(page, "chat-emporter")


def _chat_conversations(camera: Camera) -> None:
    with _chat(camera) as page:
        page.get_by_role("button", name="Mes conversations").click()
        page.get_by_role("switch").check()
        page.get_by_role("dialog").get_by_role("button", name="Fermer").click()
        for question in (
            "Qui paie le poste de chef de projet ?",
            "Quelles offres pour rénover les logements vacants ?",
            "Qui doit signer une ORT ?",
        ):
            _ask(page, question)
            if not question.endswith("ORT ?"):
                page.get_by_role("button", name="Nouvelle conversation").click()
                page.locator(".exchange").first.wait_for(state="detached")
        page.get_by_role("button", name="Mes conversations").click()
        page.get_by_role("dialog").get_by_text("Qui paie le poste").first.wait_for()
        camera.take(page, "chat-conversations")


def _chat_telephone(camera: Camera) -> None:
    with _chat(camera, width=390, height=780) as page:
        _keep_tournus(page)
        _ask(page, "Sommes-nous dans le programme ?")
        camera.take(page, "chat-telephone")


def _shortened(reply: str) -> str:
    """A reply that somebody took in hand: a sentence less, another greeting."""
    lines = reply.replace("Madame, Monsieur,", "Madame,", 1).splitlines()
    marked = [number for number, line in enumerate(lines) if line.endswith("]")]
    return "\n".join(line for number, line in enumerate(lines) if number not in marked[1:2])


@contextmanager
def _chat(camera: Camera, **window: Any) -> Iterator[Page]:
    with camera.page("/", **window) as page:
        page.get_by_label("Votre question", exact=True).wait_for()
        yield page


def _keep_tournus(page: Page) -> None:
    page.locator("#commune summary").click()
    page.get_by_label("Votre commune").fill("Tournus")
    page.get_by_role("button", name="Retenir").click()
    page.locator("#commune strong", has_text="Tournus").wait_for()


def _ask(page: Page, question: str) -> None:
    before = page.locator(".exchange").count()
    page.get_by_label("Votre question", exact=True).fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange[data-state=done]").nth(before).wait_for()


def _open_pdf(page: Page) -> None:
    _keep_tournus(page)
    _ask(page, "Comment demander le cofinancement d’un chef de projet ?")
    page.locator(".exchange a.cite[href*='guide-du-programme']").first.click()
    page.wait_for_function("document.querySelector('.pdf-frame image')?.getBBox().width > 0")
    page.evaluate("""async () => {
      const drawn = new Image();
      drawn.src = document.querySelector(".pdf-frame image").href.baseVal;
      await drawn.decode();
    }""")


_SCENES: tuple[Callable[[Camera], None], ...] = (
    _espace_verification,
    _espace_comparaison,
    _espace_depot,
    _chat_accueil,
    _chat_reponse,
    _chat_comparaison,
    _chat_source_pdf,
    _chat_sombre,
    _chat_message,
    _chat_emporter,
    _chat_conversations,
    _chat_telephone,
)


def main(names: list[str]) -> None:
    """Take the pictures named, or all of them."""
    scenes = {one.__name__[1:].replace("_", "-"): one for one in _SCENES}
    chosen = names or [*_PAGES, *scenes]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        club = Club(Path(folder))
        club.fill()
        for key in ("claire", "lucie", "marc", "sophie"):
            club.token(key)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with served(club) as base:
            camera = Camera(browser, club, base)
            for name in chosen:
                if name in scenes:
                    scenes[name](camera)
                    continue
                path, who, height = _PAGES[name]
                with camera.page(path, who, height=height) as page:
                    camera.take(page, name)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])

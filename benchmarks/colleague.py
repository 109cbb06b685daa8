"""Somebody of the helpdesk who signs in and answers requests through the pages, until the server is gone."""

from __future__ import annotations

import html
import re
import sqlite3
import time
from dataclasses import dataclass, field

import httpx

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

_HOME = "/equipe/demandes"
_LOGIN = "agathe@exemple.fr"
_WORD = "quatre halles et un tilleul"
#: Texts that are written on a request before the next one comes.
_TIMES = 3
_TOO_MANY = 429


@dataclass(slots=True)
class Desk:
    """What was sent to the server, and what it said to have kept.

    :ivar asked: what identifies each request that was sent.
    :ivar sent: number of a request → the texts of its reply that were sent, the oldest first.
    :ivar kept: request and text of each that the server said to have kept.
    :ivar closing: requests whose reply was about to be reviewed, then sent.
    :ivar closed: those that the server said to have noted as sent.
    :ivar problems: pages that were not as they should.
    """

    asked: dict[int, str] = field(default_factory=dict)
    sent: dict[int, list[str]] = field(default_factory=dict)
    kept: list[tuple[int, str]] = field(default_factory=list)
    closing: set[int] = field(default_factory=set)
    closed: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class _RefusedError(Exception):
    """The server answered something else than a colleague expects."""


def make_account(settings: Settings) -> None:
    """Give the colleague an account."""
    database = Database(settings)
    try:
        database.upgrade()
        people = Accounts.of(database, settings).people
        people.add(None, _LOGIN, "Agathe", [Role.HELPDESK], _WORD)
    finally:
        database.close()


class Colleague:
    """Works on a server, as one signed in does.

    :param name: of this stay at the desk: no two alike.
    """

    def __init__(self, address: str, name: str, desk: Desk) -> None:
        self._web = httpx.Client(base_url=address, timeout=30)
        self._name = name
        self._desk = desk

    def work(self) -> None:
        """Sign in, look at what was kept, then receive requests and write, until the server is gone."""
        with self._web:
            try:
                self._sign_in()
                left = [request for request in self._desk.sent if request not in self._desk.closing]
                for request in left[-1:]:
                    self._find_again(request)
                    self._write(request, f"{self._name}reprise")
                number = 0
                while True:
                    self._answer_one(f"{self._name}x{number}")
                    number += 1
            except httpx.TransportError:
                return
            except _RefusedError as error:
                self._desk.problems.append(str(error))

    def _sign_in(self) -> None:
        page = self._page("/equipe/connexion")
        form = {"csrf": _hidden("csrf", page), "login": _LOGIN, "password": _WORD}
        self._send("/equipe/connexion", form)

    def _answer_one(self, mark: str) -> None:
        page = self._page(f"{_HOME}/nouvelle")
        letter = f"Bonjour,\n\nQui paie le poste de chef de projet ?\n\nRepère {mark}, fin."
        where = self._send(f"{_HOME}/nouvelle", {"csrf": _hidden("csrf", page), "texte": letter})
        request = int(where.removeprefix(f"{_HOME}/").partition("?")[0])
        self._desk.asked[request] = f"Repère {mark}, fin."
        self._desk.sent[request] = []
        for time_ in range(_TIMES):
            self._write(request, f"{mark}t{time_}")
        self._send_off(request)

    def _find_again(self, request: int) -> None:
        """Compare the text on a page with what was kept; one that was sent later may be there instead."""
        kept = [text for number, text in self._desk.kept if number == request]
        sent = self._desk.sent[request]
        later = sent[sent.index(kept[-1]) :] if kept else sent
        if kept and _written(self._page(f"{_HOME}/{request}")) not in later:
            self._desk.problems.append(f"request {request}: its page has lost what was written")

    def _write(self, request: int, mark: str) -> None:
        text = "\n\n".join(["Bonjour,", " ".join([f"Réponse {mark}."] * 400), f"Fin {mark}."])
        form = self._form(request) | {"texte": text}
        self._desk.sent[request].append(text)
        self._send(f"{_HOME}/{request}/texte", form)
        self._desk.kept.append((request, text))

    def _send_off(self, request: int) -> None:
        """Say that the reply was read again, then that it was sent."""
        self._desk.closing.add(request)
        for what in ("relecture", "envoi"):
            seen = {"points": "1", "vus": "oui"}
            self._send(f"{_HOME}/{request}/{what}", self._form(request) | seen)
        self._desk.closed.append(request)

    def _form(self, request: int) -> dict[str, str]:
        """Return the form of a reply as its page shows it."""
        page = self._page(f"{_HOME}/{request}")
        version = _hidden("version", page.partition('id="reponse"')[2])
        return {"csrf": _hidden("csrf", page), "version": version, "texte": _written(page)}

    def _page(self, path: str) -> str:
        answer = self._web.get(path)
        if answer.status_code != httpx.codes.OK:
            raise _RefusedError(f"{path}: status {answer.status_code}")
        return answer.text

    def _send(self, path: str, form: dict[str, str]) -> str:
        """Send a form and return where it leads."""
        answer = self._web.post(path, data=form)
        while answer.status_code == _TOO_MANY:
            time.sleep(0.2)
            answer = self._web.post(path, data=form)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise _RefusedError(f"{path}: status {answer.status_code}")
        return answer.headers["location"]


def _hidden(name: str, page: str) -> str:
    """Return a hidden field of the first form of a page."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise _RefusedError(f"no form with {name}")
    return found[1]


def _written(page: str) -> str:
    found = re.search(r'<textarea id="texte"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def damage(connection: sqlite3.Connection, desk: Desk) -> list[str]:
    """Return what is lost or half written in the tables of the helpdesk."""
    bodies = dict(connection.execute("SELECT id, body FROM requests"))
    versions: dict[int, dict[int, tuple[str, str]]] = {request: {} for request in bodies}
    for request, number, origin, body in connection.execute(
        "SELECT request_id, number, origin, body FROM reply_versions"
    ):
        versions.setdefault(request, {})[number] = (origin, body)
    texts = {r: {body for _, body in held.values()} for r, held in versions.items()}
    found = _half_done(connection, desk, versions) | {
        "requests lost": [r for r, mark in desk.asked.items() if mark not in bodies.get(r, "")],
        "texts lost": [r for r, text in desk.kept if text not in texts.get(r, set())],
        "requests cut": [r for r, body in bodies.items() if not body.rstrip().endswith(", fin.")],
        "texts cut": [
            r
            for r, held in versions.items()
            for origin, body in held.values()
            if origin != "assistant" and body not in desk.sent.get(r, [])
        ],
    }
    return [f"{len(which)} {what}: {which[:3]}" for what, which in found.items() if which]


def _half_done(
    connection: sqlite3.Connection, desk: Desk, versions: dict[int, dict[int, tuple[str, str]]]
) -> dict[str, list[object]]:
    """Return what was written without what goes with it."""
    query = "SELECT id, accepted, state, reviewed, sent FROM requests"
    rows = connection.execute(query).fetchall()
    states = {row[0]: row[2] for row in rows}
    created = "SELECT target FROM actions WHERE action = 'request.created'"
    noted = {row[0] for row in connection.execute(created)}
    return {
        "replies not noted as sent": [r for r in desk.closed if states.get(r) != "envoye"],
        "requests in two states": [
            row[0]
            for row in rows
            if (row[2] != "brouillon") != (row[3] is not None)
            or (row[2] == "envoye") != (row[4] is not None)
        ],
        "requests without their reply": [row[0] for row in rows if row[1] not in versions[row[0]]],
        "requests with a gap in their versions": [
            r for r, held in versions.items() if sorted(held) != list(range(1, len(held) + 1))
        ],
        "requests half noted": sorted(noted ^ {f"request:{row[0]}" for row in rows}),
        "rows without theirs": connection.execute("PRAGMA foreign_key_check").fetchall(),
    }

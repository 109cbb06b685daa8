"""What is done to a request from its page. The text being written is kept first, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission
from pvd_assistant.errors import PvdError, RequestError, StorageError
from pvd_assistant.helpdesk.desk import Desk
from pvd_assistant.helpdesk.inserting import Where
from pvd_assistant.helpdesk.intake import town_named, typed_questions
from pvd_assistant.helpdesk.model import LONGEST_REPLY
from pvd_assistant.helpdesk.store import Written
from pvd_assistant.web.staff.access import Access, Sent
from pvd_assistant.web.staff.requests import HOME, ONE, checked, missing, one_page

#: Refusals of the text itself; at any other, it was kept already.
_NOT_KEPT = ("helpdesk.empty_reply", "helpdesk.reply_too_long", "helpdesk.points_unseen")
_Act = Callable[[Sent, int, int], Response]


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes of what is done to a request."""
    routes = APIRouter()
    acts = _Acts(desk)
    for path, permission, act in (
        ("texte", Permission.WRITE_REPLIES, acts.write),
        ("relecture", Permission.REVIEW_REPLIES, acts.review),
        ("envoi", Permission.WRITE_REPLIES, acts.send),
        ("brouillon", Permission.WRITE_REPLIES, acts.reopen),
        ("questions", Permission.WRITE_REPLIES, acts.ask),
        ("attribution", Permission.WRITE_REPLIES, acts.assign),
        ("reprise", Permission.WRITE_REPLIES, acts.reuse),
        ("version", Permission.WRITE_REPLIES, acts.accept),
    ):
        _add(routes, access, desk, f"{ONE}/{path}", permission, act)
    return routes


def _add(
    routes: APIRouter, access: Access, desk: Desk, path: str, permission: Permission, act: _Act
) -> None:
    """Add a route that does something; what is refused is said on the page, with the text being written."""

    @routes.post(path)
    def do(
        request: Request, request_id: int, sent: Sent = Depends(access.sends(permission))
    ) -> Response:
        typed = sent.text("texte", LONGEST_REPLY * 2) or None
        try:
            desk.store.get(checked(request_id))
        except RequestError as error:
            return missing(error)
        seen = _number(sent.text("version"))
        try:
            return act(sent, request_id, seen)
        except StorageError:
            raise
        except PvdError as error:
            kept = isinstance(error, RequestError) and error.code not in _NOT_KEPT
            shown = None if kept else typed
            return one_page(request, desk, sent.person, request_id, str(error), shown, seen)


class _Acts:
    """Each takes the form, the number of the request and the version that was before the eyes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    def write(self, sent: Sent, request_id: int, version: int) -> Response:
        """Keep the text, then search, insert or draft again when that is what was asked."""
        kept, version = self._kept(sent, request_id, version)
        if not kept.accepted:
            return _to(request_id, f"comparer/{kept.number}")
        request = self._store.get(request_id)
        words, name = sent.text("q", 300), sent.text("inserer", 600)
        if name:
            where = Where.read(sent.text("ou", 40), sent.text("curseur", 10))
            done = self._desk.insert(sent.person, request, request.version, name, where)
            return self._after(request_id, done, "insere", words)
        if sent.text("faire") == "brouillon":
            done = self._desk.draft_again(sent.person, request)
            return self._after(request_id, done, "brouillon", "")
        if sent.text("faire") == "chercher":
            return _to(request_id, done="", words=words, anchor="recherche")
        same = request.version == _number(sent.text("version"))
        return _to(request_id, done="inchange" if same else "enregistre", words=words)

    def review(self, sent: Sent, request_id: int, version: int) -> Response:
        """Say that the reply was read again."""
        _seen(sent)
        kept, version = self._kept(sent, request_id, version)
        if not kept.accepted:
            return _to(request_id, f"comparer/{kept.number}")
        self._store.review(sent.person, request_id, version)
        return _to(request_id, done="relue")

    def send(self, sent: Sent, request_id: int, version: int) -> Response:
        """Say that the reply was sent."""
        _seen(sent)
        kept, version = self._kept(sent, request_id, version)
        if not kept.accepted:
            return _to(request_id, f"comparer/{kept.number}")
        if version != _number(sent.text("version")):
            raise RequestError("helpdesk.read_first")
        self._store.send(sent.person, request_id, version)
        return _to(request_id, done="envoyee")

    def reopen(self, sent: Sent, request_id: int, version: int) -> Response:
        """Make the reply a draft again."""
        kept, version = self._kept(sent, request_id, version)
        if not kept.accepted:
            return _to(request_id, f"comparer/{kept.number}")
        self._store.reopen(sent.person, request_id, version)
        return _to(request_id, done="reouverte")

    def ask(self, sent: Sent, request_id: int, version: int) -> Response:
        """Correct the questions and the town, then draft again."""
        town = town_named(sent.text("commune", 100), self._desk.territory)
        questions = typed_questions(sent.text("questions", 5000))
        self._store.ask(sent.person, request_id, version, questions, town)
        request = self._store.get(request_id)
        done = self._desk.draft_again(sent.person, request)
        return self._after(request_id, done, "brouillon", "")

    def assign(self, sent: Sent, request_id: int, version: int) -> Response:
        """Give the request to somebody."""
        chosen = sent.text("pour", 12)
        self._store.assign(sent.person, request_id, _number(chosen) or None)
        return _to(request_id, done="attribuee")

    def reuse(self, sent: Sent, request_id: int, version: int) -> Response:
        """Take up the reply to another request."""
        request = self._store.get(request_id)
        if request.version != version:
            raise RequestError("helpdesk.changed_meanwhile")
        done = self._desk.reuse(sent.person, request, checked(_number(sent.text("autre"))))
        return self._after(request_id, done, "reprise", "")

    def accept(self, sent: Sent, request_id: int, version: int) -> Response:
        """Make a version the reply."""
        number = checked(_number(sent.text("numero")))
        self._store.accept(sent.person, request_id, version, number)
        return _to(request_id, done="retenue")

    def _kept(self, sent: Sent, request_id: int, version: int) -> tuple[Written, int]:
        """Keep the text of the form; return what became of it and the version of the request then."""
        if "texte" not in sent.form or not sent.person.may(Permission.WRITE_REPLIES):
            return Written(0, True), version
        kept = self._store.write(
            sent.person, request_id, version, sent.text("texte", LONGEST_REPLY * 2)
        )
        if not kept.accepted:
            return kept, version
        now = self._store.get(request_id)
        # The text is the reply’s own: what else changed meanwhile is still to be told.
        wrote = now.accepted == kept.number and now.version == version + 1
        return kept, now.version if wrote else version

    def _after(self, request_id: int, done: Written, said: str, words: str) -> Response:
        """Lead to the request, or to the two texts side by side."""
        if not done.accepted:
            return _to(request_id, f"comparer/{done.number}")
        return _to(request_id, done=said, words=words)


def _seen(sent: Sent) -> None:
    """Refuse to go on while the points to check were not seen.

    :raises RequestError: the box is not ticked.
    """
    if sent.text("points") and not sent.text("vus"):
        raise RequestError("helpdesk.points_unseen")


def _to(
    request_id: int, page: str = "", *, done: str = "", words: str = "", anchor: str = ""
) -> Response:
    path = f"{HOME}/{request_id}" + (f"/{page}" if page else "")
    query = urlencode({name: value for name, value in (("fait", done), ("q", words)) if value})
    where = f"{path}?{query}" if query else path
    return RedirectResponse(where + (f"#{anchor}" if anchor else ""), 303)


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 11 else 0

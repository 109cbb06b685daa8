"""A document is sent, shown as it will be read, described, and accepted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.corpus.adding import slug
from pvd_assistant.corpus.metadata import pillars, themes
from pvd_assistant.errors import CorpusError, LibraryError
from pvd_assistant.library import uploads
from pvd_assistant.library.changes import is_reply
from pvd_assistant.library.description import KINDS, Description, SourceFields, suggested
from pvd_assistant.library.uploads import ACCEPTED, Upload
from pvd_assistant.messages import text
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.library_view import LIBRARY, Desk, page_of, refused, told
from pvd_assistant.web.wording import label

#: Beyond these, sources are kept or dropped as they are: a form of hundreds of fields helps nobody.
_EDITABLE_SOURCES = 15
_MOST_SOURCES = 30
_USUAL_PARTNERS = 18
_ONE_LINE = (
    "title", "kind", "publisher", "updated", "valid_until", "pillar",
    "commune", "insee", "departement", "region", "population",
)  # fmt: skip


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes that take in a document."""
    routes = APIRouter()
    editor, sender = (
        access.needs(Permission.CHANGE_LIBRARY),
        access.sends(Permission.CHANGE_LIBRARY),
    )

    @routes.api_route(f"{LIBRARY}/ajouter", methods=["GET", "HEAD"])
    def show_add(request: Request, person: Person = Depends(editor)) -> Response:
        return _file_page(request, desk)

    @routes.post(f"{LIBRARY}/ajouter")
    def add(request: Request, sent: Sent = Depends(sender)) -> Response:
        return _take_in(request, desk, sent)

    @routes.api_route(LIBRARY + "/remplacer/{document:path}", methods=["GET", "HEAD"])
    def show_replace(request: Request, document: str, person: Person = Depends(editor)) -> Response:
        return _file_page(request, desk, document)

    @routes.post(LIBRARY + "/remplacer/{document:path}")
    def replace_file(request: Request, document: str, sent: Sent = Depends(sender)) -> Response:
        return _take_in(request, desk, sent, document)

    @routes.post(LIBRARY + "/decrire/{document:path}")
    def describe(request: Request, document: str, sent: Sent = Depends(sender)) -> Response:
        def begin() -> str:
            _refuse_reply(document)
            entry = desk.editor.entry(document)
            upload = uploads.begin_again(desk.settings, entry, sent.person)
            return f"{LIBRARY}/attente/{upload.token}"

        return desk.attempt(request, begin, page_of(document))

    _add_waiting(routes, desk, access)
    return routes


def _add_waiting(routes: APIRouter, desk: Desk, access: Access) -> None:
    address = LIBRARY + "/attente/{token}"
    editor, sender = (
        access.needs(Permission.CHANGE_LIBRARY),
        access.sends(Permission.CHANGE_LIBRARY),
    )

    @routes.api_route(address, methods=["GET", "HEAD"])
    def show_waiting(request: Request, token: str, person: Person = Depends(editor)) -> Response:
        try:
            upload = uploads.waiting(desk.settings, token, person)
        except LibraryError as error:
            return refused(request, error)
        return _describe_page(request, desk, upload, *_first_values(upload))

    @routes.post(address)
    def accept(request: Request, token: str, sent: Sent = Depends(sender)) -> Response:
        try:
            upload = uploads.waiting(desk.settings, token, sent.person)
        except LibraryError as error:
            return refused(request, error)
        description, name = description_of(sent, upload), sent.text("name", 200)
        if sent.text("more"):
            return _describe_page(request, desk, upload, description, name, more=1)
        errors = description.errors(Description.of(upload.front))
        if not upload.document and not name:
            errors["name"] = text("library.missing_name")
        if errors:
            return _describe_page(request, desk, upload, description, name, errors)
        return _accept(request, desk, sent, upload, description, name)

    @routes.post(address + "/abandonner")
    def abandon(request: Request, token: str, sent: Sent = Depends(sender)) -> Response:
        def give_up() -> str:
            upload = uploads.waiting(desk.settings, token, sent.person)
            uploads.forget(desk.settings, token)
            back = page_of(upload.document, "abandonne") if upload.document else ""
            return back or f"{LIBRARY}?fait=abandonne"

        return desk.attempt(request, give_up)


def _take_in(request: Request, desk: Desk, sent: Sent, document: str = "") -> Response:
    """Receive a file; one that cannot be read is refused where it was chosen."""
    file = sent.file("file")
    if file is None:
        return _file_page(request, desk, document, text("library.missing_file"))
    try:
        if document:
            _refuse_reply(document)
        entry = desk.editor.entry(document) if document else None
        name = file.filename or ""
        upload = uploads.receive(desk.settings, file.file, name, sent.person, entry)
    except LibraryError as error:
        return refused(request, error)
    except CorpusError as error:
        return _file_page(request, desk, document, told(error))
    return RedirectResponse(f"{LIBRARY}/attente/{upload.token}", 303)


def _accept(
    request: Request, desk: Desk, sent: Sent, upload: Upload, description: Description, name: str
) -> Response:
    try:
        document = desk.editor.accept(upload, description, name, sent.person)
    except LibraryError as error:
        if error.code == "library.taken":
            errors = {"name": str(error)}
            return _describe_page(request, desk, upload, description, name, errors)
        return refused(request, error, page_of(upload.document) if upload.document else LIBRARY)
    except CorpusError as error:
        return refused(request, error)
    desk.worker.wake()
    said = "decrit" if upload.same_file else "remplace" if upload.document else "ajoute"
    return RedirectResponse(page_of(document, said), 303)


def _refuse_reply(document: str) -> None:
    if is_reply(document):
        raise LibraryError("library.reply", document=document)


def _file_page(request: Request, desk: Desk, document: str = "", error: str = "") -> Response:
    if document:
        try:
            _refuse_reply(document)
            desk.editor.entry(document)
        except (LibraryError, CorpusError) as refusal:
            return refused(request, refusal)
    return staff_page(
        request,
        "library_file.html",
        422 if error else 200,
        document=document,
        error=error,
        accepted=",".join(ACCEPTED),
        limit=desk.settings.max_file_mb,
    )


def _first_values(upload: Upload) -> tuple[Description, str]:
    stem = PurePosixPath(upload.name).stem
    description = suggested(
        Description.of(upload.front),
        title=upload.preview.title,
        suffix=upload.suffix,
        today=dt.date.today(),
    )
    return description, slug(stem)


def _describe_page(
    request: Request,
    desk: Desk,
    upload: Upload,
    description: Description,
    name: str,
    errors: dict[str, str] | None = None,
    more: int = 0,
) -> Response:
    kept = [source for source in _listed(upload) if source in description.sources]
    sources = [source for source in description.sources if source and source not in kept]
    blank = more if sources else 1
    usual = _usual(desk)
    chosen = [*usual["partners"], *(p for p in description.partners if p not in usual["partners"])]
    return staff_page(
        request,
        "library_waiting.html",
        422 if errors else 200,
        upload=upload,
        description=replace(description, sources=()),
        name=name,
        many=_listed(upload),
        kept=kept,
        sources=[*sources, *[SourceFields()] * blank][:_MOST_SOURCES],
        can_add=len(sources) + blank < _MOST_SOURCES,
        errors=_by_id(errors or {}, len(kept)),
        kinds=sorted(KINDS, key=lambda kind: label("kinds", kind)),
        pillars=pillars(),
        themes=themes(),
        partners=chosen,
        publishers=usual["publishers"],
    )


def _usual(desk: Desk) -> dict[str, list[str]]:
    """Return the partners and publishers that documents name most."""
    described = [record.metadata for record in desk.records().values()]
    partners = Counter(partner for metadata in described for partner in metadata.partners)
    publishers = Counter(metadata.publisher for metadata in described)
    return {
        "partners": sorted(name for name, _ in partners.most_common(_USUAL_PARTNERS)),
        "publishers": [name for name, _ in publishers.most_common(_USUAL_PARTNERS)],
    }


def _listed(upload: Upload) -> tuple[SourceFields, ...]:
    """Return the sources that are only kept or dropped: those of a document that has many."""
    sources = Description.of(upload.front).sources
    return sources if len(sources) > _EDITABLE_SOURCES else ()


def _by_id(errors: dict[str, str], kept: int) -> dict[str, str]:
    """Return the errors by the id of their field; those of a source that is only kept have none."""
    found: dict[str, str] = {}
    for key, said in errors.items():
        head, *rest = key.split(".")
        if not rest:
            found[key] = said
            continue
        at = int(rest[0]) - kept
        found["-".join([head, str(at), *rest[1:]]) if at >= 0 else ""] = said
    return found


def description_of(sent: Sent, upload: Upload) -> Description:
    """Read the fields of the form."""
    kept = sent.texts("kept")
    listed = [source for at, source in enumerate(_listed(upload)) if str(at) in kept]
    others = [name.strip() for name in sent.text("other-partners", 2000).split(",")]
    partners = [*sent.texts("partners"), *filter(None, others)]
    return Description(
        **{name: sent.text(name, 2000) for name in _ONE_LINE},
        themes=tuple(sent.texts("themes")),
        partners=tuple(dict.fromkeys(partners)),
        sources=(*listed, *filter(None, (_source(sent, at) for at in range(_MOST_SOURCES)))),
    )


def _source(sent: Sent, at: int) -> SourceFields:
    names = ("title", "publisher", "url", "date")
    return SourceFields(**{name: sent.text(f"sources-{at}-{name}", 2000) for name in names})

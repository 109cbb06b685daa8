"""The routes of the staff's rooms, put together."""

from __future__ import annotations

from fastapi import FastAPI

from pvd_assistant.accounts.service import Accounts
from pvd_assistant.helpdesk.desk import Desk as HelpDesk
from pvd_assistant.library.worker import Worker
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import (
    canned,
    freshness,
    home,
    knowledge,
    knowledge_request,
    library,
    library_changes,
    library_indexing,
    library_uploads,
    me,
    opinions,
    people,
    quality,
    requests,
    requests_actions,
    requests_versions,
    signin,
    unanswered,
)
from pvd_assistant.web.staff.access import Access, add_refusals
from pvd_assistant.web.staff.library_view import Desk


def add_rooms(app: FastAPI, service: Service, database: Database, worker: Worker) -> None:
    """Add the staff's rooms to the application.

    :param worker: indexes what is changed in the library.
    :raises SettingsError: a setting of the OIDC provider is missing or wrong.
    """
    accounts = Accounts.of(database, service.settings)
    access = Access(accounts.sessions, service.settings)
    add_refusals(app)
    app.include_router(signin.router(access, accounts))
    app.include_router(me.router(access, accounts))
    app.include_router(people.router(access, accounts))
    app.include_router(freshness.router(access, service, database))
    app.include_router(quality.router(access, service, database))
    app.include_router(opinions.router(access, service, database))
    app.include_router(home.router(access, service, database))
    app.include_router(knowledge.router(access, service, database))
    app.include_router(knowledge_request.router(access, service, database))
    app.include_router(canned.router(access, database))
    app.include_router(unanswered.router(access, service, database))
    helpdesk = HelpDesk(database, service.settings, service.assistant)
    for room in (requests, requests_actions, requests_versions):
        app.include_router(room.router(access, helpdesk))
    desk = Desk(service, database, worker)
    for pages in (library_indexing, library_changes, library_uploads, library):
        app.include_router(pages.router(access, desk))

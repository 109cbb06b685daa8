"""The routes of the staff's rooms, put together."""

from __future__ import annotations

from fastapi import FastAPI

from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import home
from pvd_assistant.web.staff.access import Access, add_refusals


def add_rooms(app: FastAPI, service: Service, database: Database) -> None:
    """Add the staff's rooms to the application."""
    access = Access(SessionStore(database, service.settings))
    add_refusals(app)
    app.include_router(home.router(access))

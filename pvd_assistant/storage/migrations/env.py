"""Run by Alembic: migrates over the connection, and within the transaction, that it is given."""

from __future__ import annotations

from alembic import context

from pvd_assistant.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()

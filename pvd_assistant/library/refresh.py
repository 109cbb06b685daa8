"""Bring the index up to date with the documents and with what people decided of them."""

from __future__ import annotations

import logging

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import StorageError
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_files import restore_files
from pvd_assistant.index.builder import BuildReport, Progress, build
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

logger = logging.getLogger(__name__)


def refresh(
    settings: Settings,
    database: Database,
    *,
    rebuild: bool = False,
    on_progress: Progress | None = None,
) -> BuildReport:
    """Withdraw the validated replies whose sources changed, write the others, then build the index.

    A database that does not exist yet is not created; one that cannot be used is told in the logs, and
    the documents are indexed as they stand.

    :raises PvdError: as :func:`pvd_assistant.index.builder.build`, or the library cannot be written.
    """
    try:
        if database.revision() is not None:
            restore_replies(settings, database)
    except StorageError as error:
        logger.warning("%s", text("knowledge.not_checked", reason=error))
    return build(settings, rebuild=rebuild, on_progress=on_progress)


def restore_replies(settings: Settings, database: Database) -> None:
    """Make the library hold the validated replies that still rest on what was read, and no other.

    :raises CorpusError: the documents cannot be listed, or the library cannot be written.
    :raises StorageError: the database cannot be reached or written.
    """
    store = KnowledgeStore(database)
    entries = Catalogue.of(settings).entries()
    store.withdraw_stale({entry.id: entry.digest for entry in entries if entry.refusal is None})
    restore_files(settings, store.validated())

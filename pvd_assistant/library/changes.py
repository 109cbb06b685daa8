"""Changes to the documents: each is whole or not at all, remembered, can be undone, and is indexed.

What the folders hold is what counts; the database remembers who did what. A change holds the library's
lock, keeps a copy of what was there, writes its row and its files, and puts the copy back should anything
fail. Shipped documents are never written: one may only be withdrawn, or replaced by one of the library.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.roles import Person
from pvd_assistant.corpus import shelf
from pvd_assistant.corpus.adding import slug
from pvd_assistant.corpus.catalogue import FRONTED, Catalogue, Entry
from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.roots import files_of, withdrawn, write_withdrawn
from pvd_assistant.errors import LibraryError
from pvd_assistant.library import trash, uploads
from pvd_assistant.library.description import Description, folder_of
from pvd_assistant.library.jobs import enqueue, utc_now
from pvd_assistant.library.uploads import Upload
from pvd_assistant.model import VALIDATED_REPLY
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import DocumentCheckRow, LibraryChangeRow

#: Seconds that a change waits for another one to end.
_PATIENCE = 20


class Action(StrEnum):
    """What was done of a document."""

    ADDED = "added"
    REPLACED = "replaced"
    DESCRIBED = "described"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    REMOVED = "removed"
    UNDONE = "undone"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Change:
    """A change, as the history tells it.

    :ivar undoable: whether the document can be put back as it was just before.
    :ivar undoes: what the change that it undid was.
    """

    id: int
    time: dt.datetime
    who: str
    document: str
    action: Action
    undoable: bool
    undoes: Action | None


def is_reply(document: str) -> bool:
    """Tell whether a document is a reply that the helpdesk validated."""
    return document.startswith(f"{folder_of(VALIDATED_REPLY)}/")


class Editor:
    """Changes the documents for somebody.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self, settings: Settings, database: Database, now: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._settings = settings
        self._database = database
        self._now = now

    def accept(self, upload: Upload, description: Description, name: str, person: Person) -> str:
        """Put a file that waits among the documents, and return its id.

        :param description: sound: :meth:`Description.errors` is empty.
        :param name: name of the file of a new document, made safe.
        :raises LibraryError: a document has that name, or this one was changed meanwhile.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        document = upload.document or f"{folder_of(description.kind)}/{slug(name)}"
        action = Action.DESCRIBED if upload.same_file else Action.REPLACED
        self._refuse_reply(document)
        with self._locked():
            if upload.document:
                self._refuse_changed(upload)
            else:
                action = Action.ADDED
                self._refuse_taken(document)
            self._change(
                person, action, document, lambda: self._store(upload, description, document)
            )
        uploads.forget(self._settings, upload.token)
        return document

    def withdraw(self, document: str, person: Person) -> None:
        """Leave a document out of the index, until it is restored; one that is already stays so.

        :raises LibraryError: there is no such document.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        self._refuse_reply(document)
        with self._locked():
            self.entry(document)
            self._hide(document, person, Action.WITHDRAWN, hidden=True)

    def restore(self, document: str, person: Person) -> None:
        """Put a withdrawn document back in the index.

        :raises LibraryError: there is no such document.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        self._refuse_reply(document)
        with self._locked():
            self.entry(document)
            self._hide(document, person, Action.RESTORED, hidden=False)

    def remove(self, document: str, person: Person) -> None:
        """Take a document out of the library; the shipped one that it replaced comes back.

        :raises LibraryError: the library holds no such document.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        self._refuse_reply(document)
        with self._locked():
            self._added(document)
            self._change(person, Action.REMOVED, document, lambda: self._take_out(document))

    def undo(self, change_id: int, person: Person) -> str:
        """Put a document back as it was just before a change, and return its id.

        :raises LibraryError: the change is unknown, or too old to be undone.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        with self._locked():
            with self._database.transaction() as session:
                row = session.get(LibraryChangeRow, change_id)
                token = row.kept if row else None
                document, hidden = (row.document, row.hidden) if row else ("", False)
            if token is None or not trash.holds(self._settings, token):
                raise LibraryError("library.not_undoable")
            kept = token

            def put_back() -> None:
                trash.put_back(self._settings, document, kept)
                self._write_hidden(document, hidden)

            self._change(person, Action.UNDONE, document, put_back, undoes=change_id)
        return document

    def erase(self, document: str, person: Person) -> None:
        """Delete a document of the library, with all that is kept of it; the index is purged.

        :raises LibraryError: the library never held such a document.
        :raises CorpusError: the folders cannot be read or written.
        :raises StorageError: the database cannot be written.
        """
        self._refuse_reply(document)
        with self._locked():
            if not self.erasable(document):
                raise LibraryError("library.not_added", document=document)
            uploads.erase(self._settings, document)
            trash.erase(self._settings, document)
            self._take_out(document)
            moment = self._now()
            with self._database.transaction() as session:
                session.execute(
                    update(LibraryChangeRow)
                    .where(LibraryChangeRow.document == document)
                    .values(kept=None)
                )
                session.execute(delete(DocumentCheckRow))
                self._note(session, person, Action.ERASED, document, moment)
                enqueue(session, person, moment, purge=True)

    def entry(self, document: str) -> Entry:
        """Return a document, withdrawn or not.

        :raises LibraryError: there is no such document.
        :raises CorpusError: the folders cannot be read.
        """
        for entry in self.entries():
            if entry.id == document:
                return entry
        raise LibraryError("library.unknown", document=document)

    def entries(self) -> list[Entry]:
        """Return the documents, withdrawn or not.

        :raises CorpusError: the folders cannot be read.
        """
        return Catalogue.of(self._settings).all_entries()

    def erasable(self, document: str) -> bool:
        """Tell whether the library holds anything of a document, copies of earlier days included."""
        return bool(shelf.stored(self._settings, document)) or trash.knows(self._settings, document)

    def history(
        self, document: str | None = None, *, limit: int = 50, skip: int = 0
    ) -> list[Change]:
        """Return the changes, of one document or of all, newest first.

        :raises StorageError: the database cannot be reached.
        """
        found = select(LibraryChangeRow).order_by(LibraryChangeRow.id.desc())
        if document is not None:
            found = found.where(LibraryChangeRow.document == document)
        with self._database.transaction() as session:
            rows = list(session.scalars(found.limit(limit).offset(skip)))
            wanted = [row.undoes for row in rows if row.undoes is not None]
            undone = {
                row.id: Action(row.action)
                for row in session.scalars(
                    select(LibraryChangeRow).where(LibraryChangeRow.id.in_(wanted))
                )
            }
            return [self._told(row, undone) for row in rows]

    def _told(self, row: LibraryChangeRow, undone: dict[int, Action]) -> Change:
        return Change(
            id=row.id,
            time=row.time,
            who=row.who,
            document=row.document,
            action=Action(row.action),
            undoable=trash.holds(self._settings, row.kept),
            undoes=undone.get(row.undoes) if row.undoes is not None else None,
        )

    def _added(self, document: str) -> None:
        if not shelf.stored(self._settings, document):
            raise LibraryError("library.not_added", document=document)

    def _refuse_reply(self, document: str) -> None:
        """Leave validated replies to the helpdesk: their files are written again from its database."""
        if is_reply(document):
            raise LibraryError("library.reply", document=document)

    def _refuse_taken(self, document: str) -> None:
        for root in (self._settings.corpus_dir, self._settings.library_dir):
            if files_of(root, document):
                raise LibraryError("library.taken", document=document)

    def _refuse_changed(self, upload: Upload) -> None:
        if self.entry(upload.document).digest != upload.base:
            raise LibraryError("library.changed_meanwhile", document=upload.document)

    def _store(self, upload: Upload, description: Description, document: str) -> None:
        file, front = upload.file(self._settings), description.yaml()
        if upload.suffix not in FRONTED:
            shelf.put(self._settings, document, file, upload.suffix, front)
            return
        body = split_front_matter(read_text(file, self._settings))[1]
        content = f"---\n{front}---\n{body}"
        shelf.put(self._settings, document, content.encode(), upload.suffix)

    def _take_out(self, document: str) -> None:
        shelf.remove(self._settings, document)
        if not files_of(self._settings.corpus_dir, document):
            self._write_hidden(document, False)

    def _hide(self, document: str, person: Person, action: Action, *, hidden: bool) -> None:
        if (document in withdrawn(self._settings)) != hidden:
            self._change(person, action, document, lambda: self._write_hidden(document, hidden))

    def _write_hidden(self, document: str, hidden: bool) -> None:
        before = withdrawn(self._settings)
        after = before | {document} if hidden else before - {document}
        if after != before:
            write_withdrawn(self._settings, after)

    def _change(
        self,
        person: Person,
        action: Action,
        document: str,
        apply: Callable[[], None],
        undoes: int | None = None,
    ) -> None:
        """Make a change, its row and its job together, or nothing at all."""
        hidden, moment = document in withdrawn(self._settings), self._now()
        token = trash.keep(self._settings, document)
        try:
            with self._database.transaction() as session:
                self._note(session, person, action, document, moment, token, hidden, undoes)
                enqueue(session, person, moment)
                session.flush()
                apply()
        except BaseException:
            trash.put_back(self._settings, document, token)
            self._write_hidden(document, hidden)
            raise

    def _note(
        self,
        session: Session,
        person: Person,
        action: Action,
        document: str,
        moment: dt.datetime,
        token: str | None = None,
        hidden: bool = False,
        undoes: int | None = None,
    ) -> None:
        session.add(
            LibraryChangeRow(
                time=moment,
                account_id=person.id,
                who=person.name,
                document=document,
                action=action.value,
                kept=token,
                hidden=hidden,
                undoes=undoes,
            )
        )
        note(session, person, f"library.{action.value}", f"document:{document}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the library's lock: one change at a time, whatever the number of servers."""
        from filelock import FileLock, Timeout

        self._settings.library_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._settings.library_dir / ".lock")
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout as error:
            raise LibraryError("library.busy") from error
        try:
            yield
        except OSError as error:
            raise LibraryError("library.disk", reason=error.strerror or error) from error
        finally:
            lock.release()

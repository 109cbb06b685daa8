"""A small corpus, a library and an editor, for the tests of what editors do."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.makers import sheet, write
from staff_people import account_of

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.library import uploads
from pvd_assistant.library.changes import Editor
from pvd_assistant.library.description import Description, SourceFields, suggested
from pvd_assistant.library.uploads import Upload
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SAID = "La halle de Foix ouvre en mars."
PAGE = f"# Guide de la halle\n\n{SAID}\n"
DESCRIBED = Description(
    title="Guide de la halle",
    kind="guide",
    publisher="Ville de Foix",
    updated="2026-11-23",
    sources=(SourceFields("La halle", "Ville de Foix", "https://exemple.fr/halle", "2026-02"),),
)


@dataclass
class Clock:
    """A time that the tests move on."""

    time: dt.datetime = field(default=START)

    def __call__(self) -> dt.datetime:
        return self.time

    def on(self, **by: float) -> None:
        self.time += dt.timedelta(**by)


@dataclass
class Desk:
    """Where an editor works."""

    settings: Settings
    database: Database
    clock: Clock
    person: Person
    editor: Editor

    def send(self, content: str | bytes, name: str, document: str = "") -> Upload:
        raw = content.encode() if isinstance(content, str) else content
        entry = self.editor.entry(document) if document else None
        return uploads.receive(self.settings, io.BytesIO(raw), name, self.person, entry)

    def add(self, content: str | bytes = PAGE, name: str = "halle.md", **described: object) -> str:
        upload = self.send(content, name)
        description = replace(DESCRIBED, **described)  # type: ignore[arg-type]
        return self.editor.accept(upload, description, Path(name).stem, self.person)

    def put_in_place(self, content: str | bytes, name: str, document: str) -> str:
        upload = self.send(content, name, document)
        return self.editor.accept(upload, DESCRIBED, "", self.person)

    def describe(self, document: str, **described: object) -> str:
        upload = uploads.begin_again(self.settings, self.editor.entry(document), self.person)
        likely = suggested(
            Description.of(upload.front),
            title="",
            suffix=upload.suffix,
            today=dt.date(2026, 11, 23),
        )
        description = replace(likely, **described)  # type: ignore[arg-type]
        assert description.errors(Description.of(upload.front)) == {}
        return self.editor.accept(upload, description, "", self.person)

    def files(self) -> dict[str, bytes]:
        """What the library holds, hidden folders left out."""
        root = self.settings.library_dir
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.relative_to(root).parts[0].startswith(".")
        }


def desk_of(database: Database, settings: Settings, root: Path) -> Desk:
    """A desk over a corpus of two sheets."""
    settings = settings.model_copy(
        update={
            "corpus_dir": root / "corpus",
            "index_dir": root / "index",
            "page_timeout_s": 30.0,
        }
    )
    write(settings.corpus_dir / "offres" / "ort.md", sheet("## A\n\nL’ORT est là.\n", title="ORT"))
    write(settings.corpus_dir / "offres" / "vir.md", sheet("## A\n\nLe VIR aide.\n", title="VIR"))
    clock = Clock()
    person = Person(
        account_of(Role.EDITOR, database), "edith", "Édith Éditrice", frozenset({Role.EDITOR})
    )
    return Desk(settings, database, clock, person, Editor(settings, database, clock))

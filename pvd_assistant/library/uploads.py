"""Documents that wait for an editor to describe and accept them; one that cannot be read is not kept.

Each waits in a hidden folder of the library under a name nobody can guess, for a day.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pvd_assistant.accounts.roles import Person
from pvd_assistant.corpus import readers
from pvd_assistant.corpus.catalogue import FRONTED, Catalogue, Entry
from pvd_assistant.corpus.readers.files import read_text, unreadable
from pvd_assistant.corpus.readers.markdown import split_front_matter
from pvd_assistant.corpus.text import clean, printable
from pvd_assistant.errors import CorpusError, DocumentError, LibraryError
from pvd_assistant.files import replace_text
from pvd_assistant.library.preview import Preview, preview_of
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

#: What an editor may send.
ACCEPTED = (".pdf", ".docx", ".odt", ".html", ".htm", ".md", ".csv")
_FOLDER = ".pending"
_CARD = "card.json"
_KEPT = dt.timedelta(days=1)
_TOKEN = re.compile(r"[\w-]{10,40}")
_MEGABYTE = 1_000_000
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits.

    :ivar token: what it is called until it is accepted.
    :ivar name: name of the file as it was sent, to be shown.
    :ivar account: who sent it; nobody else may go on with it.
    :ivar document: id of the document that it would replace; empty for a new one.
    :ivar base: digest of that document when the editor began.
    :ivar same_file: whether the file is the document's own, of which only the metadata changes.
    :ivar front: YAML that says what the document is, if any; it may be wrong.
    """

    token: str
    name: str
    suffix: str
    account: int
    document: str
    base: str
    same_file: bool
    front: str
    preview: Preview

    def file(self, settings: Settings) -> Path:
        """Return where it waits."""
        return _folder(settings, self.token) / f"document{self.suffix}"


def receive(
    settings: Settings, content: BinaryIO, name: str, person: Person, replaced: Entry | None = None
) -> Upload:
    """Take in a file, read it, and have it wait.

    :param replaced: the document whose place it would take.
    :raises DocumentError: it cannot be read; nothing of it is kept.
    """
    shown = _shown(name)
    suffix = PurePosixPath(shown).suffix.lower()
    if suffix not in ACCEPTED:
        known = ", ".join(ACCEPTED)
        raise DocumentError("corpus.unknown_format", path=shown, known=known)
    return _keep(settings, content, shown, suffix, person, replaced, same_file=False)


def begin_again(settings: Settings, entry: Entry, person: Person) -> Upload:
    """Have a document wait with its own file, so that what is said of it can be changed.

    :raises DocumentError: it cannot be read.
    """
    shown, suffix = printable(entry.file.name), entry.format
    try:
        with entry.file.open("rb") as content:
            return _keep(settings, content, shown, suffix, person, entry, same_file=True)
    except OSError as error:
        raise unreadable(Path(shown), error) from error


def waiting(settings: Settings, token: str, person: Person) -> Upload:
    """Return a file that waits.

    :raises LibraryError: there is none of that name that this person sent.
    """
    try:
        card = json.loads((_folder(settings, token) / _CARD).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LibraryError("library.no_upload") from error
    if card["account"] != person.id:
        raise LibraryError("library.no_upload")
    return Upload(**card | {"preview": Preview.of(card["preview"])})


def forget(settings: Settings, token: str) -> None:
    """Delete a file that waits."""
    shutil.rmtree(_folder(settings, token), ignore_errors=True)


def erase(settings: Settings, document: str) -> None:
    """Delete what waits to take the place of a document."""
    for folder in (settings.library_dir / _FOLDER).glob("*"):
        try:
            other = json.loads((folder / _CARD).read_text("utf-8"))["document"] != document
        except (OSError, ValueError):
            other = False  # half written: nobody can go on with it
        if not other:
            shutil.rmtree(folder)


def late(settings: Settings, now: dt.datetime) -> list[Path]:
    """Return what has waited for more than a day."""
    oldest = (now - _KEPT).timestamp()
    folders = (settings.library_dir / _FOLDER).glob("*")
    return [folder for folder in folders if folder.stat().st_mtime < oldest]


def sweep(settings: Settings, now: dt.datetime) -> None:
    """Delete what has waited for more than a day."""
    for folder in late(settings, now):
        shutil.rmtree(folder, ignore_errors=True)


def _keep(
    settings: Settings,
    content: BinaryIO,
    shown: str,
    suffix: str,
    person: Person,
    replaced: Entry | None,
    *,
    same_file: bool,
) -> Upload:
    """Copy a file, read it, and write what is known of it; nothing is kept of one that cannot be read."""
    token = secrets.token_urlsafe(16)
    folder = _folder(settings, token)
    file = folder / f"document{suffix}"
    try:
        folder.mkdir(parents=True, mode=0o700)
        _copy(content, file, shown, settings)
        parts = readers.read(file, settings)
        own = None if same_file else _own_front(file, suffix, settings)
        upload = Upload(
            token=token,
            name=shown,
            suffix=suffix,
            account=person.id,
            document=replaced.id if replaced else "",
            base=replaced.digest if replaced else "",
            same_file=same_file,
            front=own if own is not None else _front_of(settings, replaced),
            preview=preview_of(parts, PurePosixPath(shown).stem),
        )
        replace_text(folder / _CARD, json.dumps(asdict(upload), ensure_ascii=False))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise unreadable(Path(shown), error) from error
        if isinstance(error, CorpusError):
            raise _renamed(error, shown) from error
        raise
    return upload


def _copy(content: BinaryIO, file: Path, shown: str, settings: Settings) -> None:
    """Copy what is sent, up to the largest size that is read."""
    left = settings.max_file_mb * _MEGABYTE
    with file.open("wb") as copy:
        while block := content.read(_BLOCK):
            left -= len(block)
            if left < 0:
                size = settings.max_file_mb
                raise DocumentError("library.too_large", path=shown, limit=size)
            copy.write(block)


def _renamed(error: CorpusError, shown: str) -> DocumentError:
    """Return the same error, said of a file by the name its sender knows: no path of this machine."""
    return DocumentError(error.code, **error.values | {"path": shown})


def _own_front(file: Path, suffix: str, settings: Settings) -> str | None:
    if suffix not in FRONTED:
        return None
    return split_front_matter(read_text(file, settings))[0]


def _front_of(settings: Settings, entry: Entry | None) -> str:
    if entry is None:
        return ""
    try:
        return Catalogue.of(settings).front(entry)[0]
    except CorpusError:
        return ""  # it is described anew


def _folder(settings: Settings, token: str) -> Path:
    """Return the folder of a token; whatever comes from an address leads nowhere else.

    :raises LibraryError: it is no token.
    """
    if not _TOKEN.fullmatch(token):
        raise LibraryError("library.no_upload")
    return settings.library_dir / _FOLDER / token


def _shown(name: str) -> str:
    """Return the bare name of a file, as browsers of any system send it."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    return clean(printable(bare))[-120:] or text("library.no_name")

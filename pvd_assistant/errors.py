"""Every error the package raises on purpose.

A user reads the message: it is French, names the thing and says the remedy. The wording lives in
``data/messages/*.yaml`` under the error's ``code``; the code, not the wording, is what callers test.

::

    PvdError
    ├── UsageError               the command or the call is wrong (exit status 2)
    ├── SettingsError            a setting has an impossible value
    ├── CorpusError              the folder of documents
    │   ├── DocumentError        one file cannot be read
    │   └── MetadataError        a document's front matter is wrong
    ├── IndexingError            the index
    │   ├── IndexMissingError    there is none yet
    │   ├── IndexCorruptError    it cannot be read
    │   ├── IndexMismatchError   it was built with another model or format
    │   └── IndexLockedError     another process is writing it
    ├── EmbeddingError           the embedding model or its server
    ├── LlmError                 the server of the language model
    ├── UnknownCommuneError      no commune has that name or code
    ├── SyncError                official data could not be refreshed
    ├── StorageError             the database of people's work
    ├── BackupError              a backup cannot be made, read or put back
    ├── AccessError              somebody may not do that
    ├── AccountError             an account cannot be made or changed as asked
    ├── RequestError             a request or its reply cannot be read or changed like that
    ├── LibraryError             the documents cannot be changed like that
    ├── KnowledgeError           a reply cannot become a source, or a text cannot be kept
    └── EvaluationError          a question file or a BEIR folder is wrong
"""

from __future__ import annotations

from pvd_assistant.messages import text


class PvdError(Exception):
    """Base of every error raised on purpose.

    :param code: key of the message in ``data/messages/*.yaml``, for instance ``"index.missing"``.
    :param values: values to put in the message.
    """

    exit_status = 1

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(text(code, **values))


class UsageError(PvdError):
    """The command line or the call is wrong."""

    exit_status = 2


class SettingsError(PvdError):
    """A setting has an impossible value."""


class CorpusError(PvdError):
    """The folder of documents is missing or unreadable."""


class DocumentError(CorpusError):
    """One file cannot be read: broken, encrypted, empty, too large, of a wrong type."""


class MetadataError(CorpusError):
    """A document's front matter is missing or wrong."""


class IndexingError(PvdError):
    """The index cannot be built or used."""


class IndexMissingError(IndexingError):
    """No index has been built yet."""


class IndexCorruptError(IndexingError):
    """The index exists but cannot be read."""


class IndexMismatchError(IndexingError):
    """The index was built with another embedding model or another format."""


class IndexLockedError(IndexingError):
    """Another process is writing the index."""


class EmbeddingError(PvdError):
    """The embedding model cannot be loaded, or its server does not answer as it should."""


class LlmError(PvdError):
    """The server of the language model cannot be used; an answer can be given without it."""


class UnknownCommuneError(PvdError):
    """No commune has that name, code or postcode."""


class SyncError(PvdError):
    """Official data could not be refreshed; what was there before is untouched."""


class StorageError(PvdError):
    """The database of people's work cannot be reached, migrated or written."""


class BackupError(PvdError):
    """A backup cannot be made, read or put back; what was there before is untouched."""


class AccessError(PvdError):
    """Somebody may not do what they asked for, or could not be recognised."""


class LibraryError(PvdError):
    """The documents cannot be changed like that: unknown one, taken name, change made meanwhile."""


class KnowledgeError(PvdError):
    """A reply cannot become a source, or a canned reply or a decision cannot be kept."""


class RequestError(PvdError):
    """A request of the helpdesk or its reply cannot be read, or cannot be changed like that."""


class AccountError(PvdError):
    """An account cannot be made or changed as asked: taken address, weak password, last administrator."""


class EvaluationError(PvdError):
    """A question file or a BEIR folder is not in the expected format."""

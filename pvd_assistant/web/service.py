"""The assistant behind the pages: loaded once, in the background, and again after a failure."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pvd_assistant.errors import PvdError
from pvd_assistant.practices.catalogue import Catalogue
from pvd_assistant.settings import Settings
from pvd_assistant.territory.communes import Territory

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant

State = Literal["ready", "starting", "unavailable"]

_log = logging.getLogger(__name__)


class Service:
    """Gives the assistant to whoever asks, loading it when it is needed.

    :param settings: what the assistant is made from.
    :param assistant: one that is ready, instead of loading it.
    :param load: makes an assistant, replaced by the tests.
    """

    def __init__(
        self,
        settings: Settings,
        assistant: Assistant | None = None,
        load: Callable[[Settings], Assistant] | None = None,
    ) -> None:
        self.settings = settings
        self._assistant = assistant
        self._load = load or _load
        self._loading = threading.Lock()
        self._reading = threading.Lock()
        self._embedding = threading.Lock()
        self._catalogue: Catalogue | None = None

    def assistant(self) -> Assistant:
        """Return the assistant, loaded at the first call, after a failure, and on a newer index.

        :raises PvdError: there is no index yet, or it cannot be used.
        """
        with self._loading:
            if self._assistant is None:
                self._assistant = self._load(self.settings)
            elif self._assistant.index.outdated:
                self._assistant = self._renewed(self._assistant)
            return self._assistant

    def catalogue(self) -> Catalogue:
        """Return the projects of the index in use, read again when there is a newer one.

        :raises PvdError: there is no index yet, or it cannot be used.
        """
        index = self.assistant().index
        with self._reading:
            if self._catalogue is None or self._catalogue.index is not index:
                territory = Territory.load(self.settings.official_dir)
                self._catalogue = Catalogue(index, territory)
            return self._catalogue

    def warm_up(self) -> None:
        """Load the assistant in the background, so that the first question does not wait."""
        threading.Thread(target=self._try_loading, name="warm-up", daemon=True).start()

    def check(self) -> tuple[State, Assistant | None, PvdError | None]:
        """Say whether questions can be answered now, without waiting for a load in progress."""
        if not self._loading.acquire(blocking=False):
            return "starting", None, None
        self._loading.release()
        try:
            return "ready", self.assistant(), None
        except PvdError as error:
            return "unavailable", None, error

    def check_model(self) -> tuple[State, PvdError | None]:
        """Say whether the embedding model is loaded; whoever asks first loads it."""
        state, assistant, error = self.check()
        if assistant is None:
            return state, error
        if not self._embedding.acquire(blocking=False):
            return "starting", None
        try:
            assistant.index.embedder  # noqa: B018  loaded by being read
        except PvdError as problem:
            return "unavailable", problem
        finally:
            self._embedding.release()
        return "ready", None

    def _renewed(self, current: Assistant) -> Assistant:
        """Return an assistant on the newer index; the current one if that index cannot be used.

        The old index is not closed: questions may still be reading it.
        """
        try:
            return self._load(self.settings)
        except PvdError as error:
            _log.warning("%s", error)
            return current

    def _try_loading(self) -> None:
        try:
            self.assistant()
        except PvdError as error:
            _log.warning("%s", error)
            return
        _, problem = self.check_model()
        if problem is not None:
            _log.warning("%s", problem)


def _load(settings: Settings) -> Assistant:
    from pvd_assistant.answer.assistant import Assistant

    assistant = Assistant(settings)
    assistant.index  # noqa: B018  opened now: what is wrong with it is told before any question
    return assistant

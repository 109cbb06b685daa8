"""Answers written by a language model from the passages found, each sentence checked before it is shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pvd_assistant.answer.composing import Draft, Section, compose
from pvd_assistant.answer.drafting import sentences
from pvd_assistant.answer.grounding import Checked, Checker
from pvd_assistant.answer.prompting import Prompt, says_nothing
from pvd_assistant.answer.understanding import understand
from pvd_assistant.errors import LlmError
from pvd_assistant.messages import load_data, text
from pvd_assistant.observability import metrics, tracing

if TYPE_CHECKING:
    from pvd_assistant.answer.candidates import Evidence
    from pvd_assistant.answer.drafting import Written
    from pvd_assistant.index.store import Index
    from pvd_assistant.llm.client import ChatClient
    from pvd_assistant.model import Statement
    from pvd_assistant.settings import Settings

logger = logging.getLogger(__name__)

#: What the reader is told of each failure; anything else is an answer that could not be used.
_READER = {
    "llm.timeout": "llm.reader_timeout",
    "llm.busy": "llm.reader_busy",
    "llm.down": "llm.reader_down",
    "llm.unreachable": "llm.reader_unreachable",
    "llm.resting": "llm.reader_unreachable",
    "llm.key_refused": "llm.reader_setup",
    "llm.model_unknown": "llm.reader_setup",
    "llm.no_model": "llm.reader_setup",
    "llm.url_invalid": "llm.reader_setup",
    "llm.cut": "llm.reader_cut",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking the model.

    :ivar drafts: the sentences to show; empty when the extractive answer must be given.
    :ivar engine: ``"llm:<model>"``, or ``"extractive"``.
    :ivar warnings: what the reader must be told of it.
    """

    drafts: tuple[Draft, ...] = ()
    engine: str = "extractive"
    warnings: tuple[str, ...] = ()


class Writer:
    """Asks the model of the settings. Safe to share; nothing is imported nor asked before it is used.

    :param client: one that is ready, instead of making it from the settings.
    """

    def __init__(self, settings: Settings, client: ChatClient | None = None) -> None:
        self._settings = settings
        self._client = client
        self._making = threading.Lock()

    def write(self, evidence: Evidence, index: Index) -> Generator[Statement, None, Outcome]:
        """Yield the verified sentences as they are written; return what the answer is made of.

        The caller replaces what was yielded when ``drafts`` is empty: the model failed on the way.
        """
        try:
            outcome = yield from self._write(evidence, index)
        except LlmError as error:
            logger.warning("%s", error)
            metrics.LLM_ANSWERS.labels(error.code).inc()
            key = _READER.get(error.code, "llm.reader_unusable")
            return Outcome(warnings=(text(key),))
        metrics.LLM_ANSWERS.labels("written" if outcome.drafts else "unsupported").inc()
        return outcome

    def _write(self, evidence: Evidence, index: Index) -> Generator[Statement, None, Outcome]:
        prompt = Prompt(evidence.understood, evidence.hits, index)
        completion = self._ready().complete(prompt.written)
        checker = Checker([hit.passage for hit in prompt.given.values()], index)
        most = load_data("prompts")["sentences"]
        kept: dict[str, Draft] = {}
        left_out = verified = 0
        with closing(completion.pieces) as pieces:
            for written in sentences(pieces):
                if says_nothing(written.text):
                    continue
                with tracing.span("pvd.ground"):
                    draft = _draft(written, _check(written, prompt, checker), prompt)
                if draft is None:
                    left_out += 1
                elif draft.text not in kept:
                    kept[draft.text] = draft
                    if draft.support != "unchecked":
                        verified += 1
                        yield compose([Section(tuple(kept.values()))], index).statements[-1]
                if len(kept) == most or left_out > most:
                    break
        engine = f"llm:{completion.model}"
        logger.info(
            "%s, prompt %s: %d verified, %d to verify, %d left out",
            engine,
            load_data("prompts")["version"],
            verified,
            len(kept) - verified,
            left_out,
        )
        if not verified:
            return Outcome(warnings=(text("llm.reader_unsupported"),))
        many = "llm.reader_left_out_one" if left_out == 1 else "llm.reader_left_out"
        told = (text(many, count=left_out),) if left_out else ()
        return Outcome(tuple(kept.values()), engine, told)

    def _ready(self) -> ChatClient:
        with self._making:
            if self._client is None:
                # A second to import: only when a model is asked.
                from pvd_assistant.llm.client import ChatClient

                self._client = ChatClient(self._settings)
            return self._client


def _check(written: Written, prompt: Prompt, checker: Checker) -> Checked:
    """Check a sentence; a key that was not given is an invention and counts for nothing.

    An order that the model repeats from a document is left out, even word for word.
    """
    if understand(written.text).orders:
        return Checked(written.text, "unsupported")
    cited = [prompt.given[key].passage for key in written.keys if key in prompt.given]
    return checker.check(written.text, cited)


def _draft(written: Written, checked: Checked, prompt: Prompt) -> Draft | None:
    if checked.finding == "unsupported":
        return None
    scores = {hit.passage.id: hit.score for hit in prompt.given.values()}
    said = checked.text
    if checked.finding == "unchecked":
        said = text("llm.to_verify", text=said)
    return Draft(
        said,
        checked.passages,
        max(scores[passage.id] for passage in checked.passages),
        support=checked.finding,
        bullet=written.bullet,
    )

"""What a language model is told: instructions, then the passages under opaque keys, then the question."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.french import french_date
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Hit, Passage
from pvd_assistant.personal_data import mask

if TYPE_CHECKING:
    from pvd_assistant.llm.client import Messages

#: Nobody who writes a document can know the key of a passage.
_SECRET = secrets.token_bytes(16)
#: A key as models copy it: other brackets, capitals, several in one pair.
KEY = r"[pP][-‑–]?[0-9a-fA-F]{6}"
_KEY = re.compile(KEY)


class Prompt:
    """A question with its passages, written within a number of characters.

    :param hits: passages found, best first.
    """

    def __init__(self, understood: Understanding, hits: Sequence[Hit], index: Index) -> None:
        self._understood = understood
        self._index = index
        self._hits = list(hits)[: _data()["passages"]]
        self.given: Mapping[str, Hit] = {}

    def written(self, room: int) -> Messages:
        """Return the messages, keeping the best passages that hold in ``room`` characters.

        ``given`` then holds those that were kept, by their key. The best passage is always there.
        """
        from pvd_assistant.llm.client import Messages

        kept: dict[str, Hit] = {}
        told = self._messages({})
        size = len(told[0]) + len(told[1])
        for hit in self._hits:
            size += len(self._passage(hit)) + len(key(hit.passage)) + 2
            if kept and size > room:
                break
            kept[key(hit.passage)] = hit
        self.given = kept
        return Messages(*self._messages(kept))

    def _messages(self, kept: Mapping[str, Hit]) -> tuple[str, str]:
        data = _data()
        system = data["system"].format(
            example=next(iter(kept), "p-000000"), sentences=data["sentences"]
        )
        user = data["user"].format(
            passages="\n".join(self._passage(hit) for hit in kept.values()),
            around=self._around(),
            question=_harmless(self._understood.core),
            keys=", ".join(kept),
        )
        return system, user

    def _passage(self, hit: Hit) -> str:
        passage = hit.passage
        metadata = self._index.documents[passage.document].metadata
        template: str = _data()["passage"]
        return template.format(
            key=key(passage),
            title=_harmless(metadata.title),
            section=_harmless(" – ".join(passage.headings)),
            updated=french_date(metadata.updated),
            text=_harmless(passage.text),
        )

    def _around(self) -> str:
        """Return what the question leans on: the previous one, the rest of an e-mail."""
        told = {"subject": self._understood.subject, "story": self._understood.story}
        longest = _data()["around"]
        return "".join(
            _data()[name].format(text=_harmless(words[:longest]))
            for name, words in told.items()
            if words
        )


def key(passage: Passage) -> str:
    """Return the key of a passage: unknown to whoever wrote it, the same all along a process."""
    digest = hashlib.blake2s(passage.id.encode(), key=_SECRET, digest_size=3)
    return f"p-{digest.hexdigest()}"


def keys_in(text: str) -> list[str]:
    """Return the keys written in a text, in the form :func:`key` gives them."""
    return [f"p-{found[-6:].lower()}" for found in _KEY.findall(text)]


def says_nothing(text: str) -> bool:
    """Tell whether the model answered that the passages do not answer."""
    return text.strip(" .\n") == str(_data()["nothing"])


def _harmless(text: str) -> str:
    """Return data that cannot close its channel, carry a key, hide characters or name a person's line."""
    plain = clean(text, len(text)).replace("<", "‹").replace(">", "›").replace('"', "”")
    return mask(_KEY.sub("…", plain), ("email", "phone"), shape="({})").text


@cache
def _data() -> Any:
    return load_data("prompts")

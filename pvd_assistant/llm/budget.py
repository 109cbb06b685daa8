"""How much text a model may be given, without a tokenizer: characters, and what the server counts.

No tokenizer is downloaded. French text is first taken at few characters a token, so that nothing
overflows; each answer of the server that counts the tokens it read corrects the figure.
"""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)

#: Characters a token before anything was counted; French is 3.3 to 4.5 in the usual models.
_FIRST_RATIO = 3.0
#: A count outside of these is not one of the whole request (part of it was cut, or cached).
_PLAUSIBLE = (1.5, 6.5)
#: Share of the room left free: a count is never exact.
_MARGIN = 0.08


class Budget:
    """Room for the messages of a request.

    :param context: tokens the model reads and writes.
    :param answer: tokens kept for what it writes.
    """

    def __init__(self, context: int, answer: int) -> None:
        # A small model must still be able to read something: the answer takes half at most.
        self._tokens = context - min(answer, context // 2)
        self.answer = min(answer, context // 2)
        self.ratio = _FIRST_RATIO

    @property
    def room(self) -> int:
        """Characters the messages may hold."""
        return int(self._tokens * (1 - _MARGIN) * self.ratio)

    def learn(self, characters: int, tokens: int) -> None:
        """Correct the figure with what the server counted for a request."""
        if tokens <= 0:
            return
        counted = characters / tokens
        if not _PLAUSIBLE[0] <= counted <= _PLAUSIBLE[1]:
            logger.warning(
                "The server counts %d tokens for %d characters: it may have cut the request",
                tokens,
                characters,
            )
            return
        # Prudent: down at once, up halfway.
        self.ratio = min(counted, (self.ratio + counted) / 2)

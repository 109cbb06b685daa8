"""What an event leaves as it is costs nothing.

For each output that is skipped Gradio makes its component anew, reads the signature of its class and
describes it again: at each step of an answer being written, a quarter of the processor time of the chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy, deepcopy
from typing import Any

_SKIPPED = {"__type__": "update"}


def leave_what_is_skipped(blocks: Any) -> None:
    """Have the application of a page pass over the outputs that an event leaves as they are.

    :param blocks: ``gradio.Blocks``, which is changed; its page is sent the same as before.
    """
    from gradio.blocks import postprocess_update_dict

    whole = blocks.postprocess_data
    known: dict[int, Any] = {}

    def untouched(output: Any) -> Any:
        """Return what Gradio sends of an output that is skipped."""
        if output._id not in known:
            known[output._id] = postprocess_update_dict(output, dict(_SKIPPED))
        return deepcopy(known[output._id])

    async def postprocess_data(function: Any, given: Any, state: Any) -> list[Any]:
        kept = _kept(function.outputs, given)
        if kept is None:
            return list(await whole(function, given, state))
        made: list[Any] = []
        if kept:
            rest = copy(function)
            rest.outputs = [function.outputs[at] for at in kept]
            values = [given[at] for at in kept]
            made = await whole(rest, values if len(kept) > 1 else values[0], state)
        changed = dict(zip(kept, made, strict=True))
        return [
            changed[at] if at in changed else untouched(output)
            for at, output in enumerate(function.outputs)
        ]

    blocks.postprocess_data = postprocess_data


def _kept(outputs: Sequence[Any], given: Any) -> list[int] | None:
    """Return the outputs that change; ``None`` when Gradio is to do all of it.

    What stays on the server (``gr.State``) is not sent at all: Gradio sees to it.
    """
    if not isinstance(given, list | tuple) or not 1 < len(outputs) == len(given):
        return None
    kept = [
        at
        for at, (output, value) in enumerate(zip(outputs, given, strict=True))
        if output.stateful or not (isinstance(value, dict) and value == _SKIPPED)
    ]
    return kept if len(kept) < len(outputs) else None

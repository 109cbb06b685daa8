"""What stands before the chat: how many events one address may send, whatever they are."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pvd_assistant.messages import text
from pvd_assistant.web.api.limits import Rate

_JOIN = "/gradio_api/queue/join"
#: Events for one question, and many more: filters, opinions, what the browser keeps.
_EVENTS_A_QUESTION = 10


class ChatGate:
    """Refuses the events that come too fast; questions are counted more closely where they are read.

    :param questions: questions of the chat a minute from one address; 0 for any number.
    """

    def __init__(self, app: ASGIApp, questions: int) -> None:
        self._app = app
        self._rate = Rate(_EVENTS_A_QUESTION * questions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        seconds = 0
        if scope["type"] == "http" and scope["path"].rstrip("/") == _JOIN:
            seconds = self._rate.wait(scope["client"][0] if scope.get("client") else "")
        if not seconds:
            await self._app(scope, receive, send)
            return
        # Gradio's script shows ``detail`` in a message of its own, which ours reads.
        refusal = JSONResponse(
            {"detail": text("web.too_many_events")}, 429, headers={"Retry-After": str(seconds)}
        )
        await refusal(scope, receive, send)

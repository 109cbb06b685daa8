"""The MCP face: four tools over streamable HTTP (``/mcp``) and standard input and output.

The tools read and never write: a model that uses them can only learn what the documents say.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope, Send

from pvd_assistant.errors import PvdError
from pvd_assistant.messages import load_data, text
from pvd_assistant.settings import Settings
from pvd_assistant.version import package_version
from pvd_assistant.web.api import spoken
from pvd_assistant.web.api.engine import Engine, written
from pvd_assistant.web.api.limits import Slots, api_at_once
from pvd_assistant.web.api.replies import AnswerOut, CommunesOut, PassagesOut, ProjectsOut
from pvd_assistant.web.api.requests import CommunesIn, ProjectsIn, QuestionIn, SearchIn
from pvd_assistant.web.api.validation import field_problems
from pvd_assistant.web.service import Service

logger = logging.getLogger(__name__)

_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_Context = ServerRequestContext[Any]


@dataclass(frozen=True, slots=True)
class _Action:
    """What a tool takes, gives and does: the data, and the same in words."""

    takes: type[BaseModel]
    gives: type[BaseModel]
    run: Callable[[Any], tuple[dict[str, Any], str]]


def make_server(engine: Engine, slots: Slots) -> Server[Any]:
    """Return the server of the tools.

    :param slots: bounds the calls answered at the same time.
    """
    actions = _actions(engine)

    async def list_tools(_: _Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_tool(name, action) for name, action in actions.items()])

    async def call_tool(_: _Context, called: CallToolRequestParams) -> CallToolResult:
        action = actions.get(called.name)
        if action is None:
            return _failed(text("api.unknown_tool", tools=", ".join(actions)))
        try:
            given = action.takes.model_validate(called.arguments or {})
        except ValidationError as error:
            return _failed(field_problems(error.errors())[0]["message"])
        try:
            async with slots.one():
                data, said = await anyio.to_thread.run_sync(action.run, given)
        except PvdError as error:
            return _failed(str(error))
        except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
            logger.exception("The tool %s failed", called.name)
            return _failed(text("api.unexpected"))
        content = TextContent(type="text", text=said)
        return CallToolResult(content=[content], structured_content=data)

    return Server(
        "pvd-assistant",
        version=package_version(),
        title=text("web.title"),
        instructions=load_data("web/api")["instructions"],
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


class McpEndpoint:
    """The tools over streamable HTTP, as one ASGI application; each request stands alone.

    Replicas need nothing in common, and an answer comes as plain JSON: it is short and complete.
    """

    def __init__(self, engine: Engine, slots: Slots) -> None:
        self._server = make_server(engine, slots)
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for as long as the application runs."""
        # Origins and hosts are checked by our own gate, before any request comes here.
        self._manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True
        )
        async with self._manager.run():
            yield
        self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        :raises RuntimeError: the application is not running.
        """
        if self._manager is None:
            raise RuntimeError("the MCP endpoint answers while its application runs")
        await self._manager.handle_request(scope, receive, send)


def serve_standard_streams(settings: Settings) -> None:
    """Serve the tools over standard input and output until the client closes them."""
    service = Service(settings)
    service.warm_up()

    async def serve() -> None:
        server = make_server(Engine(service), Slots(api_at_once(settings)))
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)


def _actions(engine: Engine) -> Mapping[str, _Action]:
    def ask(given: QuestionIn) -> tuple[dict[str, Any], str]:
        answer = engine.ask(given)
        return answer.to_dict(), written(answer)

    def search(given: SearchIn) -> tuple[dict[str, Any], str]:
        found = engine.search(given)
        return found, spoken.passages(found)

    def commune(given: CommunesIn) -> tuple[dict[str, Any], str]:
        found = engine.communes(given)
        return found, spoken.communes(found)

    def projects(given: ProjectsIn) -> tuple[dict[str, Any], str]:
        found = engine.projects(given)
        return found, spoken.projects(found)

    return {
        "ask": _Action(QuestionIn, AnswerOut, ask),
        "search": _Action(SearchIn, PassagesOut, search),
        "commune": _Action(CommunesIn, CommunesOut, commune),
        "projects": _Action(ProjectsIn, ProjectsOut, projects),
    }


def _tool(name: str, action: _Action) -> Tool:
    said = load_data("web/api")["tools"][name]
    return Tool(
        name=name,
        title=said["title"],
        description=said["description"],
        input_schema=action.takes.model_json_schema(),
        output_schema=action.gives.model_json_schema(mode="serialization"),
        annotations=_READS,
    )


def _failed(said: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)

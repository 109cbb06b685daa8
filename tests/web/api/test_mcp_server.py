"""The MCP tools, as the official client sees them over both transports."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx2
import jsonschema
import pytest
import uvicorn
from api_site import QUESTION, Site
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from pydantic import SecretStr

TOOLS = ["ask", "search", "commune", "projects"]


@pytest.fixture(scope="module")
def served(api_settings, assistant) -> Iterator[str]:
    """The address of the tools on a real server."""
    with serving(Site(api_settings, assistant)) as url:
        yield url


@contextmanager
def serving(site: Site) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(site.application, log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(params=["http", "http-legacy", "stdio"])
def calling(request: pytest.FixtureRequest, sample_settings, api_settings) -> Any:
    """Run an exchange with a client of each kind."""
    mode = "legacy" if request.param == "http-legacy" else "auto"
    if request.param == "stdio":
        target: Any = StdioServerParameters(
            command=sys.executable,
            args=["-m", "pvd_assistant", "mcp", "--index", str(sample_settings.index_dir)],
            cwd=str(api_settings.data_dir),
        )
    else:
        target = request.getfixturevalue("served")

    def call(exchange: Any) -> Any:
        async def run() -> Any:
            async with Client(target, mode=mode) as client:
                return await exchange(client)

        return anyio.run(run)

    return call


def test_the_tools_are_listed_and_described_in_french(calling):
    async def exchange(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = calling(exchange)
    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert tool.title
        assert len(tool.description) > 40
        assert tool.annotations.read_only_hint is True
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert all(field.get("description") for field in tool.input_schema["properties"].values())


def test_the_tool_answers_as_the_library_does(calling, assistant):
    found = calling(lambda client: client.call_tool("ask", {"question": QUESTION}))
    expected = json.loads(json.dumps(assistant.ask(QUESTION).to_dict()))
    alone = {"latency_ms": 0, "id": ""}  # each answer has its own
    assert {**found.structured_content, **alone} == {**expected, **alone}


def test_each_tool_gives_data_of_its_schema_and_the_same_in_words(calling):
    calls = {
        "ask": {"question": QUESTION},
        "search": {"q": "chef de projet", "per_page": 2},
        "commune": {"q": "Tournus"},
        "projects": {"q": "Joigny"},
    }

    async def exchange(client: Client) -> Any:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        return {
            name: (tools[name], await client.call_tool(name, arguments))
            for name, arguments in calls.items()
        }

    found = calling(exchange)
    for tool, result in found.values():
        assert not result.is_error
        jsonschema.validate(result.structured_content, tool.output_schema)
    words = {name: result.content[0].text for name, (_, result) in found.items()}
    answer = found["ask"][1].structured_content
    assert answer["answer"] in words["ask"]
    assert answer["citations"][0]["passage"]
    assert "Sources :" in words["ask"]
    assert words["search"].startswith("[1] ")
    assert "Tournus (Saône-et-Loire), 5" in words["commune"]
    assert "projets/p020-joigny" in words["projects"]


def test_a_call_that_cannot_be_answered_says_why_in_french(calling):
    async def exchange(client: Client) -> Any:
        return [
            await client.call_tool("ask", {}),
            await client.call_tool("ask", {"question": "x" * 4001}),
            await client.call_tool("commune", {"q": "Tournuss"}),
            await client.call_tool("commune", {}),
            await client.call_tool("delete", {}),
        ]

    results = calling(exchange)
    assert all(result.is_error for result in results)
    lines = [result.content[0].text for result in results]
    for line, expected in zip(
        lines,
        ["Il manque « question »", "au plus", "Vouliez-vous dire", "« like »", "Cet outil"],
        strict=True,
    ):
        assert expected in line
        assert "\n" not in line


def test_towns_like_another_are_told_with_the_criteria(calling):
    async def exchange(client: Client) -> Any:
        return await client.call_tool("commune", {"like": "Tournus"})

    result = calling(exchange)
    towns = result.structured_content["comparison"]["towns"]
    lines = [line for line in result.content[0].text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(towns) > 0


def test_over_http_the_key_is_asked_for(api_settings, assistant):
    protected = api_settings.model_copy(update={"api_key": SecretStr("secret")})

    async def tools(url: str, headers: dict[str, str]) -> list[str]:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return [tool.name for tool in (await client.list_tools()).tools]

    with serving(Site(protected, assistant)) as url:
        assert anyio.run(tools, url, {"Authorization": "Bearer secret"}) == TOOLS
        with pytest.raises(ExceptionGroup):
            anyio.run(tools, url, {"Authorization": "Bearer autre"})

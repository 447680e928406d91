"""The official SDK's client against the server, over stdio and over HTTP."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import jsonschema
import pytest
from mcp import MCPError, StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client

from rag.library import Library
from rag.serving.first_papers import FirstPapers, wants_first_papers
from rag.serving.guard import Access
from rag.serving.mcp_results import DATA
from rag.serving.running import BUSY, Running
from tests.conftest import PAPERS, ROOT, FakeEmbedder
from tests.llm_server import Script, serving
from tests.rag.serving.conftest import Served

Serve = Callable[..., Served]
# A busy machine takes longer than the five seconds that httpx waits.
get, post = partial(httpx.get, timeout=60), partial(httpx.post, timeout=60)
QUESTION = "Which theory inspired HippoRAG?"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"question": QUESTION}),
    ("ask", {"question": "sourdough pizza recipe", "where": {"year": 2024}}),
    ("search", {"query": "memory", "k": 2, "where": {"year": [2024]}}),
    ("paper", {"paper_id": "2309.17453v2"}),
    ("check", {"text": "HippoRAG beats other methods on multi-hop questions by up to 50% [1]."}),
    ("disagree", {"claim": "People who use ad-blockers remember more ads."}),
    ("collection", {}),
]


def stdio(library: Library, *options: str) -> Any:
    return stdio_client(
        StdioServerParameters(
            command=sys.executable, args=["-m", "tests.rag.serving.mcp_main", str(library.home), *options], cwd=ROOT
        )
    )


async def everything(client: Client) -> dict[str, Any]:
    """Calls all tools, and holds what they give against their own schemas."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    results: dict[str, Any] = {}
    for name, arguments in CALLS:
        jsonschema.validate(arguments, tools[name].input_schema)
        told = await client.call_tool(name, arguments)
        assert not told.is_error, told
        schema = tools[name].output_schema
        assert schema
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(told.structured_content, schema)
        results.setdefault(name, told)
    results["tools"] = set(tools)
    for bad in ({"question": " "}, {"question": "x", "where": {"colour": "red"}}, {"question": 3 * "x" * 4000}, {}):
        assert (await client.call_tool("ask", bad)).is_error
    assert (await client.call_tool("paper", {"paper_id": "../../etc/passwd"})).is_error
    read = await client.read_resource("askpapers://paper/t-hippo")
    results["resource"] = json.loads(read.contents[0].text)  # type: ignore[union-attr]
    with pytest.raises(MCPError, match="no paper has the id"):
        await client.read_resource("askpapers://paper/none")
    return results


def looked_at(results: dict[str, Any]) -> None:
    assert results["tools"] == {"ask", "search", "paper", "check", "disagree", "collection"}
    answer = results["ask"]
    text, link = answer.content
    assert text.text.startswith(DATA)
    assert "hippocampal indexing theory. [1]" in text.text.partition("<papers>")[2]
    assert (link.type, link.uri) == ("resource_link", "askpapers://paper/t-hippo")
    assert answer.structured_content["citations"][0]["paper_id"] == "t-hippo"
    assert [p["year"] for p in results["search"].structured_content["papers"]] == [2024, 2024]
    assert results["paper"].structured_content["abstract"].startswith("Deploying")
    assert results["check"].structured_content["sentences"][0]["differs"] == ["number 50%"]
    assert results["collection"].structured_content["papers"] == 4
    assert results["resource"]["title"].startswith("HippoRAG")


def test_over_stdio(library: Library) -> None:
    async def call() -> dict[str, Any]:
        async with Client(stdio(library)) as client:
            return await everything(client)

    looked_at(anyio.run(call))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(serve: Serve, mode: str) -> None:
    served = serve(mcp=True)

    async def call() -> dict[str, Any]:
        async with Client(f"{served.url}/mcp", mode=mode) as client:
            return await everything(client)

    looked_at(anyio.run(call))
    assert get(f"{served.url}/healthz").status_code == 200


def test_off_unless_asked_for(serve: Serve) -> None:
    assert post(f"{serve().url}/mcp", json={}).status_code == 404


def test_progress_is_told(serve: Serve) -> None:
    served = serve(mcp=True)
    told: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    async def call() -> None:
        async with Client(f"{served.url}/mcp") as client:
            await client.call_tool("ask", {"question": QUESTION}, progress_callback=note)

    anyio.run(call)
    assert "searching 4 papers" in told


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_leaves_in_mid_call(serve: Serve, mode: str) -> None:
    """The model is let go of, and the next client is served."""
    with serving(Script("HippoRAG is inspired by a theory. [1.1] ", "More. " * 50, delay=1.0)) as server:
        served = serve(llm=server.url, mcp=True)

        async def leave() -> None:
            async with Client(f"{served.url}/mcp", mode=mode) as client:
                with anyio.move_on_after(0.3):
                    await client.call_tool("ask", {"question": QUESTION})

        async def search() -> Any:
            async with Client(f"{served.url}/mcp", mode=mode) as client:
                return await client.call_tool("search", {"query": "memory"})

        anyio.run(leave)
        assert not anyio.run(search).is_error
        until = time.monotonic() + 15
        while served.running.counts != (0, 0) and time.monotonic() < until:
            threading.Event().wait(0.05)
        assert served.running.counts == (0, 0)


def test_a_wrong_token_and_a_strange_session(serve: Serve) -> None:
    served = serve(access=Access("0.0.0.0", token="s3cret"), mcp=True)
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    refused = post(f"{served.url}/mcp", json=hello, headers={"authorization": "Bearer wrong"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["message"].startswith("wrong or missing token")
    headers = {
        "authorization": "Bearer s3cret",
        "accept": "application/json, text/event-stream",
        "mcp-session-id": "of-somebody-else",
    }
    strange = post(f"{served.url}/mcp", json=hello, headers=headers)
    assert strange.status_code == 404
    assert "Session not found" in strange.text
    large = post(f"{served.url}/mcp", content=b"x" * 10_000_000, headers=headers)
    assert large.status_code == 413
    assert large.json()["error"]["message"] == "the request is too large: at most 3 MB"
    for body in (b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff" * 100):
        broken = post(f"{served.url}/mcp", content=body, headers={**headers, "content-type": "application/json"})
        assert 400 <= broken.status_code < 500
        assert "Traceback" not in broken.text


def test_busy_is_the_tools_error(serve: Serve) -> None:
    served = serve(mcp=True, running=Running(at_once=1, max_waiting=0))

    async def call() -> Any:
        async with Client(f"{served.url}/mcp") as client:
            return await client.call_tool("ask", {"question": QUESTION})

    with served.running.answer("somebody else"):
        told = anyio.run(call)
    assert told.is_error
    assert BUSY in told.content[0].text


def test_writing_only_where_it_was_allowed(serve: Serve, library: Library, tmp_path: Path) -> None:
    served = serve(mcp=True, write=True)
    record = json.dumps({"id": "new-1", "title": "On gluons in stars", "abstract": "Gluons glue quarks."})

    async def add(client: Client, arguments: dict[str, Any]) -> Any:
        async with client:
            return await client.call_tool("index", arguments)

    told = anyio.run(add, Client(f"{served.url}/mcp"), {"text": record, "name": "notes"})
    assert told.structured_content["added"] == 1
    assert library.index.forward_index.hash("new-1")
    for bad in ({"text": record, "name": "../x"}, {"paths": ["/etc/passwd"]}):
        assert anyio.run(add, Client(f"{served.url}/mcp"), bad).is_error
    file = tmp_path / "more.jsonl"
    file.write_text(record.replace("new-1", "new-2").replace("gluons", "quarks"))
    local = anyio.run(add, Client(stdio(library, "--write")), {"paths": [str(file)]})
    assert local.structured_content["added"] == 1, local
    assert anyio.run(add, Client(stdio(library, "--write")), {"paths": ["/nowhere"]}).is_error
    assert anyio.run(add, Client(stdio(library)), {"paths": [str(file)]}).is_error


def test_without_papers_it_answers_at_once_and_says_that_they_are_being_read(tmp_path: Path) -> None:
    async def call() -> tuple[set[str], Any]:
        said = set()
        async with Client(stdio(SimpleNamespace(home=tmp_path / "none"))) as client:  # type: ignore[arg-type]
            while (told := await client.call_tool("search", {"query": "memory"})).is_error:
                said.add(told.content[0].text.partition(",")[0])  # type: ignore[union-attr]
                await anyio.sleep(0.1)
        return said, told

    said, told = anyio.run(call)
    assert len(said) == 1
    assert "are being read into it" in said.pop()
    assert told.structured_content["papers"]


class Slow(FakeEmbedder):
    """Embeds once `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def encode(self, texts: Any) -> Any:
        self.go.wait(20)
        return super().encode(texts)


def test_first_papers_are_read_beside_and_what_was_cut_off_is_read_again(tmp_path: Path) -> None:
    embedder = Slow()
    source = tmp_path / "daily_papers"
    source.mkdir()
    (source / "a.jsonl").write_text('{"title": "Moss", "abstract": "Moss grows on walls."}\n')
    with closing(Library.open(tmp_path / "home", embedder=embedder)) as library:
        first = FirstPapers(library, source)
        assert first.busy
        assert "0 so far" in first.why_not()
        embedder.go.set()
        until = time.monotonic() + 20
        while first.why_not() and time.monotonic() < until:
            time.sleep(0.01)
        assert len(library) == 1
        assert not wants_first_papers(library)
        library.index.ledger.path.unlink()  # as where it was killed before the end
        assert wants_first_papers(library)
        library.sync([replace(PAPERS[0], source="mine.bib")])
        library.index.ledger.path.unlink()
        assert not wants_first_papers(library), "papers of one's own are no such thing"


def test_first_papers_that_cannot_be_read_or_are_none(tmp_path: Path) -> None:
    with closing(Library.open(tmp_path / "home", embedder=FakeEmbedder())) as library:
        first = FirstPapers(library, tmp_path / "nowhere")
        first._thread.join(20)
        assert "could not be read: no such file" in first.why_not()
        first._failed = ""
        assert "holds no papers: add some" in first.why_not()

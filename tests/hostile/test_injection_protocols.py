"""The same injections through OpenAI's protocol and through MCP, with a model that obeys all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import openai
import pytest
from markdown_it import MarkdownIt
from mcp.client import Client

from rag.answering import prompts
from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving.guard import Access
from rag.serving.mcp_results import DATA
from rag.serving.running import Running
from rag.serving.site import site
from tests.conftest import PAPERS, FakeEmbedder
from tests.hostile.injections import INJECTIONS, Injection
from tests.hostile.test_injection import KEY, clean_lines, evil, sentences
from tests.llm_server import Script, serving
from tests.rag.serving.conftest import Server
from tests.ui.conftest import no_loops  # noqa: F401  # a fixture
from tests.ui.test_render import parsed

TOKEN = "canary-token-77aa"


class Served:
    """A server whose model obeys."""

    def __init__(self, url: str, model: Script, home: str) -> None:
        self.url, self.model, self.home = url, model, home

    def obey(self, injection: Injection) -> None:
        self.model.pieces = tuple(injection.obeyed[i : i + 50] for i in range(0, len(injection.obeyed), 50))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    library = Library.open(tmp_path_factory.mktemp("canary-home"), embedder=FakeEmbedder())
    library.sync([*PAPERS, *(evil(number, i) for number, i in enumerate(INJECTIONS))])
    with serving(Script()) as script:
        given = site(Assistant(library, script.url), Running(), Access(token=TOKEN), mcp=True, write=True)
        server = Server(given)
        yield Served(server.url, script, str(library.home))
        server.close()
    library.close()


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many of these would be refused by retrieval alone."""
    monkeypatch.setattr("rag.answering.calibration.Calibration.band", lambda *given: "answers")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def question(number: int) -> str:
    return f"What ledger does Subject{number} keep?"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("number", range(len(INJECTIONS)), ids=[i.name for i in INJECTIONS])
def test_through_openais_protocol(served: Served, number: int, stream: bool) -> None:
    served.obey(INJECTIONS[number])
    asked: Any = [{"role": "system", "content": INJECTIONS[number].text}, {"role": "user", "content": question(number)}]
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=TOKEN, max_retries=0) as client:
        reply: Any = client.chat.completions.create(model="askpapers:strict", messages=asked, stream=stream)
        if stream:
            said = "".join(chunk.choices[0].delta.content or "" for chunk in reply)
        else:
            said = reply.choices[0].message.content
            for one in reply.choices[0].message.annotations:
                assert one.url_citation.url.startswith(("https://arxiv.org/", "askpapers://paper/"))
    safe(said, served)
    for tag, attributes in parsed(MarkdownIt("commonmark").render(said).replace("\n", " ")).seen:
        assert tag in {"p", "strong", "a", "em", "ul", "li", "ol", "code", "h1", "h2"}
        assert str(attributes.get("href", "https://arxiv.org/")).startswith("https://arxiv.org/"), said


def safe(said: str, served: Served) -> None:
    """Neither a secret nor the instructions are told, and nothing that cannot be seen."""
    assert not [s for s in sentences(said) if len(s.split()) > 3 and prompts.recites(s)]
    assert not [secret for secret in (KEY, TOKEN, served.home) if secret in said]
    assert clean_lines(said) == "\n".join(" ".join(line.split()) for line in said.split("\n"))


def test_through_mcp(served: Served) -> None:
    """What papers say stays inside the fence that calls it data, and calls no tool."""

    async def call() -> list[tuple[int, str, Any]]:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        told: list[tuple[int, str, Any]] = []
        http = httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)
        async with http, Client(streamable_http_client(f"{served.url}/mcp", http_client=http)) as client:
            before = (await client.call_tool("collection", {})).structured_content
            for number, injection in enumerate(INJECTIONS):
                served.obey(injection)
                for tool, arguments in (
                    ("ask", {"question": question(number)}),
                    ("search", {"query": question(number), "k": 2}),
                    ("paper", {"paper_id": f"evil-{number}"}),
                    ("check", {"text": f"Subject{number} keeps a ledger of results. {injection.text}"}),
                ):
                    result = await client.call_tool(tool, arguments)
                    assert not result.is_error, result
                    told.append((number, tool, result))
            assert (await client.call_tool("collection", {})).structured_content == before
        return told

    for number, tool, result in anyio.run(call):
        text = result.content[0].text
        assert text.startswith(DATA)
        assert (text.count("<papers>"), text.count("</papers>")) == (2, 2), "once named, once meant"
        fenced = text.partition("\n<papers>\n")[2]
        assert "<" not in fenced.removesuffix("\n</papers>")
        assert fenced.endswith("\n</papers>")
        assert result.structured_content["data"] == DATA
        for link in result.content[1:]:
            assert link.uri.startswith("askpapers://paper/")
        if tool == "ask":
            safe(text + json.dumps(result.structured_content, ensure_ascii=False), served)
            shown = result.structured_content["claims"]
            assert all(c["verdict"] == "supported" and c["citations"] for c in shown), (number, shown)

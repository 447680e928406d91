"""The REST API: /api/ask, /api/search, /api/papers, /api/check, /api/collection, and a page that lists them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from functools import partial
from html import escape
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.retrieval.query import MAX_CHARACTERS
from rag.serving.checks import checked, sides_with
from rag.serving.collection import described, paper_dict, papers_page
from rag.serving.errors import error_body, gone, last, say_errors, status_of
from rag.serving.jobs import Status, answering, done, unless_gone
from rag.serving.running import Running
from rag.serving.watching import Watch
from rag.verification.answer_export import askpapers_version, exported
from rag.verification.reading import MAX_BYTES, Format
from rag.verification.rendering import to_html, to_markdown

MAX_PAPERS = 100  # of a search, and of a page of the list
MAX_TURNS = 50  # of a conversation that is sent along
Year = Annotated[int, Field(ge=0, le=9999)]


class Turn(BaseModel):
    """An earlier turn of the conversation; `papers` are the ids of those that an answer showed."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=100_000)
    papers: list[str] = Field(default=[], max_length=200)


class Where(BaseModel, extra="forbid"):
    """Which papers are looked at; of several values any of them."""

    year: Year | list[Year] | None = None
    category: str | list[str] | None = None
    source: str | list[str] | None = None
    author: str | list[str] | None = None

    def chosen(self) -> dict[str, Any] | None:
        """What was given, None where nothing was."""
        return {name: value for name, value in self if value} or None


class Question(BaseModel, extra="forbid"):
    """A question; with `stream` the answer comes as server-sent events `status`, `text` and `answer`."""

    question: str = Field(max_length=MAX_CHARACTERS)
    history: list[Turn] = Field(default=[], max_length=MAX_TURNS)
    where: Where = Where()
    exact: bool = Field(default=False, description="take words as they are spelt")
    stream: bool = False


class Text(BaseModel, extra="forbid"):
    """A text to be checked, and the .bib that its keys are looked up in."""

    text: str = Field(max_length=MAX_BYTES)
    format: Format | None = Field(default=None, description="told by its marks if not given")
    bib: str = Field(default="", max_length=MAX_BYTES)
    form: Literal["json", "markdown", "html"] = "json"


class Claim(BaseModel, extra="forbid"):
    """A sentence."""

    claim: str = Field(max_length=MAX_CHARACTERS)


def api(assistant: Assistant, running: Running, watch: Watch) -> FastAPI:
    """The app, to be mounted at /api."""
    app = FastAPI(title="askpapers", version=askpapers_version(), docs_url=None, redoc_url=None)
    answer = partial(answering, assistant, running, watch, "rest")
    library = assistant.library

    @app.post("/ask")
    async def ask(asked: Question, request: Request) -> Response:
        """Answers a question; every sentence names the papers it rests on, or it is said that they do not tell."""
        history = [turn.model_dump() for turn in asked.history]
        events = answer(asked.question, history, asked.where.chosen(), asked.exact)
        if asked.stream:
            first = await anext(events)  # an error before the first word has a status of its own
            return StreamingResponse(_events(first, events, assistant), media_type="text/event-stream")
        found = await unless_gone(partial(gone, request), last(events))
        return JSONResponse(await run_in_threadpool(exported, found, assistant) if found else None)

    @app.get("/search")
    async def search(
        q: Annotated[str, Query(max_length=MAX_CHARACTERS, description="what to look for")],
        k: Annotated[int, Query(ge=1, le=MAX_PAPERS)] = 10,
        year: Annotated[list[Year] | None, Query()] = None,
        category: Annotated[list[str] | None, Query()] = None,
        source: Annotated[list[str] | None, Query()] = None,
        author: Annotated[list[str] | None, Query()] = None,
    ) -> list[dict[str, Any]]:
        """Finds papers, best first, each with its best sentence."""
        where = Where(year=year, category=category, source=source, author=author).chosen()
        hits = await done(running, lambda stop: library.search(q, k, where))
        return [hit.to_dict() for hit in hits]

    @app.get("/papers")
    async def papers(
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAPERS)] = 25,
        year: Annotated[list[Year] | None, Query()] = None,
        author: Annotated[list[str] | None, Query()] = None,
    ) -> dict[str, Any]:
        """Lists papers by their ids."""
        where = Where(year=year, author=author).chosen()
        return await run_in_threadpool(papers_page, library, offset, limit, where)

    @app.get("/papers/{paper_id:path}")
    async def paper(paper_id: str) -> dict[str, Any]:
        """One paper with its abstract."""
        found = await run_in_threadpool(paper_dict, library, paper_id)
        if found is None:
            raise HTTPException(404, f"no paper has the id {paper_id[:200]!r}")
        return found

    @app.post("/check")
    async def check(given: Text, request: Request) -> Response:
        """Checks each sentence of a text: what says it, what differs, which citations are wrong."""
        report = await unless_gone(
            partial(gone, request), done(running, partial(checked, assistant, given.text, given.format, given.bib))
        )
        if report is None or given.form == "json":
            return JSONResponse(report.to_dict() if report else None)
        kind = HTMLResponse if given.form == "html" else Response
        return kind((to_html if given.form == "html" else to_markdown)(report), media_type=f"text/{given.form}")

    @app.post("/disagree")
    async def disagree(given: Claim) -> dict[str, Any]:
        """Shows the sentences that say a claim and those that contradict it, where a judge is set that can tell."""
        sides = await done(running, lambda stop: sides_with(assistant, given.claim))
        return sides.to_dict()

    @app.get("/collection")
    async def collection() -> dict[str, Any]:
        """What the library holds."""
        return await run_in_threadpool(described, library)

    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    async def docs() -> str:
        return _page(app.openapi())

    say_errors(app)
    return app


async def _events(
    first: Status | str | Answer, rest: AsyncGenerator[Status | str | Answer, None], assistant: Assistant
) -> AsyncGenerator[str, None]:
    """The answer as server-sent events; an error is one, too."""
    try:
        yield _event(first, assistant)
        async for event in rest:
            yield _event(event, assistant)
    except AskpapersError as error:
        yield f"event: error\ndata: {json.dumps(error_body(status_of(error), str(error)))}\n\n"
    finally:
        await rest.aclose()


def _event(event: Status | str | Answer, assistant: Assistant) -> str:
    if isinstance(event, Answer):
        return f"event: answer\ndata: {json.dumps(exported(event, assistant), ensure_ascii=False)}\n\n"
    name, text = ("status", event.text) if isinstance(event, Status) else ("text", event)
    return f"event: {name}\ndata: {json.dumps(text, ensure_ascii=False)}\n\n"


def _page(schema: dict[str, Any]) -> str:
    """What can be called, as a page without anything from elsewhere."""
    rows = "".join(
        f"<tr><td><code>{escape(method.upper())} /api{escape(path)}</code></td>"
        f"<td>{escape(' '.join(str(told.get('description', '')).split()))}</td></tr>"
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>askpapers: the REST API</title></head><body>'
        f'<h1>The REST API</h1><p>Its <a href="openapi.json">OpenAPI description</a>, for programs.</p>'
        f"<table>{rows}</table></body></html>"
    )

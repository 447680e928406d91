"""OpenAI's protocol: /v1/models and /v1/chat/completions, for Open WebUI, LibreChat and whatever else speaks it.

The last message of the user is the question, those before it the conversation; what a system message orders has no
effect. A citation is a readable marker `[1]`, a line of the sources at the end, and an annotation.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncGenerator, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from rag.answer import Answer, Citation
from rag.answering.assistant import Assistant
from rag.answering.checking import Checking
from rag.errors import AskpapersError, QuestionError
from rag.serving.errors import error_body, gone, last, say_errors, status_of
from rag.serving.jobs import Status, answering, unless_gone
from rag.serving.running import Running
from rag.serving.watching import Watch
from rag.verification.answer_export import askpapers_version
from rag.verification.references import find_paper

NAME = "askpapers"
MAX_MESSAGES = 200
MAX_LISTED = 50  # sources of an earlier answer that are looked up
TURNS = 12  # messages before the question that are looked at
_VARIANTS: dict[str, Checking | None] = {"": None, ":strict": "strict", ":flag": "flag", ":extractive": None}
_SOURCES = "\n\n**Sources**\n\n"
_LISTED = re.compile(r"^\[(\d{1,3})\] (.+)$", re.MULTILINE)
_LINKING = re.compile(r"(\\(?=[\[\]<>])|[\[\]<>])")  # a backslash elsewhere is TeX's
_HTTP = re.compile(r"\b(https?|ftp)://", re.IGNORECASE)
_TRAILING = re.compile(r"(?: \[\d{1,3}\])*\s*$")
_MARKER = re.compile(r"\[(\d{1,3})\]")


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = Field(default="", max_length=200_000)


class Message(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        parts = self.content if isinstance(self.content, list) else []
        return self.content if isinstance(self.content, str) else "\n".join(p.text for p in parts if p.type == "text")


class StreamOptions(BaseModel):
    """What a stream tells besides."""

    include_usage: bool = False


class Completion(BaseModel):
    """What is asked; other fields of OpenAI's (temperature and so on) have no effect."""

    model: str = Field(max_length=200)
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, ge=1, le=1)


def endpoint(assistant: Assistant, running: Running, watch: Watch) -> FastAPI:
    """The app, to be mounted at /v1."""
    app = FastAPI(title="askpapers, as OpenAI's API", version=askpapers_version(), docs_url=None, redoc_url=None)
    made = int(time.time())

    @app.get("/models")
    async def models() -> dict[str, Any]:
        """The collection, once for each way to answer."""
        return {"object": "list", "data": [_model(name, made) for name in variants(assistant)]}

    @app.get("/models/{name}")
    async def model(name: str) -> dict[str, Any]:
        """One of them."""
        variant(assistant, name)
        return _model(name, made)

    @app.post("/chat/completions")
    async def complete(asked: Completion, request: Request) -> Response:
        """Answers the last message of the user."""
        chosen = variant(assistant, asked.model)
        question, history = await run_in_threadpool(conversation, asked.messages, assistant)
        events = answering(chosen, running, watch, "openai", question, history)
        if asked.stream:
            first = await anext(events)  # an error before the first word has a status of its own
            usage = bool(asked.stream_options and asked.stream_options.include_usage)
            return StreamingResponse(_chunks(first, events, asked.model, usage), media_type="text/event-stream")
        answer = await unless_gone(partial(gone, request), last(events))
        return JSONResponse(_completion(answer, asked.model) if answer else None)

    say_errors(app)
    return app


def variants(assistant: Assistant) -> list[str]:
    """Names of the models: the server's own settings, others of checking, and quoting without a model."""
    return [NAME + name for name in _VARIANTS if assistant.llm is not None or name in ("", ":strict")]


def variant(assistant: Assistant, name: str) -> Assistant:
    """The assistant that the name stands for. Raises HTTPException for an unknown one."""
    if name not in variants(assistant):
        raise HTTPException(404, f"there is no model {name[:100]!r}; there are: {', '.join(variants(assistant))}")
    suffix = name.removeprefix(NAME)
    chosen = copy(assistant)
    chosen.checking = _VARIANTS[suffix] or assistant.checking
    chosen.llm = None if suffix == ":extractive" else assistant.llm
    return chosen


def conversation(messages: Sequence[Message], assistant: Assistant) -> tuple[str, list[dict[str, Any]]]:
    """The question, and the turns before it with the papers that answers of ours listed. Raises QuestionError."""
    place = next((i for i in reversed(range(len(messages))) if messages[i].role == "user"), None)
    if place is None:
        raise QuestionError("no message is the user's: there is nothing to answer")
    history: list[dict[str, Any]] = []
    for message in messages[max(0, place - TURNS) : place]:
        if message.role == "user":
            history.append({"role": "user", "content": message.text})
        elif message.role == "assistant":
            said, _, listed = message.text.partition(_SOURCES)
            lines = [line for _, line in _LISTED.findall(listed)][:MAX_LISTED]
            found = [find_paper(assistant.library, line) for line in lines]
            papers = [paper.id for paper in found if paper]
            history.append({"role": "assistant", "content": said, "papers": papers})
    return messages[place].text, history


def content_of(answer: Answer) -> str:
    """The answer's text, and the sources that its markers stand for."""
    notes = [f"{literal(note)}\n\n" for note in answer.notes]
    cited = [f"[{c.number}] {_linked(c)}" for c in answer.citations]
    related = [f"- {literal(p.display_title)}" for p in answer.related]
    listed = (
        _SOURCES + "\n\n".join(cited) if cited else "".join(f"\n{line}" for line in ("", *related)) if related else ""
    )
    return "".join([*notes, markdown(answer).text, listed])


def literal(text: str) -> str:
    """Text that Markdown makes no link, picture or HTML of: it comes from papers, and clients render it."""
    return _HTTP.sub(r"\1\\://", _LINKING.sub(r"\\\1", text))


def piece_of(piece: str) -> str:
    """A piece of a streamed answer, its markers left as they are."""
    end = _TRAILING.search(piece)
    assert end, "matches nothing, too"
    return literal(piece[: end.start()]) + piece[end.start() :]


def markdown(answer: Answer) -> Answer:
    """The answer with all text of papers as `literal` has it."""
    claims = tuple(replace(c, text=literal(c.text), lead=literal(c.lead)) for c in answer.claims)
    table = answer.table and replace(answer.table, rows=tuple(map(literal, answer.table.rows)))
    return replace(answer, claims=claims, message=literal(answer.message), table=table)


def _linked(citation: Citation) -> str:
    title = literal(" ".join(citation.paper.title.split()))
    url = web_address(citation.paper.url)
    return f"[{title}]({url})" if url else title


def web_address(url: str) -> str:
    """The address as it can stand in a link, "" where it is none of the web."""
    return re.sub(r"[\s()<>]", "", url) if urlsplit(url).scheme in ("http", "https") else ""


def markers_of(answer: Answer, content: str) -> list[dict[str, Any]]:
    """Each marker of the text as OpenAI's `url_citation`; a paper without a link is named by its id."""
    cited = {c.number: c.paper for c in answer.citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": marker.start(),
                "end_index": marker.end(),
                "title": cited[number].title,
                "url": web_address(cited[number].url) or f"askpapers://paper/{cited[number].id}",
            },
        }
        for marker in _MARKER.finditer(content.partition(_SOURCES)[0])
        if (number := int(marker[1])) in cited
    ]


def _model(name: str, made: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": made, "owned_by": NAME}


def _usage(answer: Answer) -> dict[str, int]:
    prompt, completion = (answer.usage.get(f"{kind}_tokens", 0) for kind in ("prompt", "completion"))
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _completion(answer: Answer, model: str) -> dict[str, Any]:
    content = content_of(answer)
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": markers_of(answer, content)}
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": _usage(answer),
    }


async def _chunks(
    first: Status | str | Answer, rest: AsyncGenerator[Status | str | Answer, None], model: str, usage: bool
) -> AsyncGenerator[str, None]:
    """The answer as chunks of a completion. What is being done is told in comments, which clients pass over."""
    same = {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**same, "choices": [choice]})

    said = ""
    try:
        yield chunk({"role": "assistant", "content": ""})
        event = first
        while True:
            if isinstance(event, Status):
                yield f": {event.text}\n\n"
            elif isinstance(event, str):
                said += piece_of(event)
                yield chunk({"content": piece_of(event)})
            else:
                content = content_of(event)
                # What was streamed begins the content, but where notes or a table come to stand in front of it.
                more = content.removeprefix(said) if content.startswith(said) else "\n\n" + _behind(event, content)
                yield chunk({"content": more, "annotations": markers_of(event, said + more)})
                yield chunk({}, "stop")
                if usage:
                    yield _data({**same, "choices": [], "usage": _usage(event)})
                break
            event = await anext(rest)
    except StopAsyncIteration:
        pass
    except AskpapersError as error:
        yield _data(error_body(status_of(error), str(error)))
        return
    finally:
        await rest.aclose()
    yield "data: [DONE]\n\n"


def _behind(answer: Answer, content: str) -> str:
    """What comes behind the text that was streamed: notes, a table where there is one, and the sources."""
    notes = [f"*{literal(note)}*\n\n" for note in answer.notes]
    told = markdown(answer)
    table = told.table.to_markdown([str(c) for c in told.claims]) if told.table else ""
    return "".join([*notes, table, *content.partition(_SOURCES)[1:]])


def _data(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"

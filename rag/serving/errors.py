"""What REST and OpenAI's protocol share: errors in one form, and what becomes of an answer that nobody waits for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rag.answer import Answer
from rag.errors import AskpapersError, QueueFullError
from rag.serving.jobs import Status

RETRY_SECONDS = "2"


async def last(events: AsyncGenerator[Status | str | Answer, None]) -> Answer:
    """The answer at the end of the events."""
    try:
        async for event in events:
            if isinstance(event, Answer):
                return event
    finally:
        await events.aclose()
    raise QueueFullError("The server is shutting down: the answer was not finished.")


async def gone(request: Request) -> None:
    """Returns when the client has left. The body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def status_of(error: Exception) -> int:
    """The HTTP status of an error of ours: whose fault it is."""
    if isinstance(error, QueueFullError):
        return 503
    return {"QuestionError": 422, "SourceError": 422, "LLMError": 502}.get(type(error).__name__, 500)


def error_body(status: int, said: str, kind: str = "") -> dict[str, Any]:
    """An error as OpenAI's clients read it, and everybody can."""
    kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 503: "server_busy"}
    kind = kind or kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": said, "type": kind, "code": status, "param": None}}


def refuse(status: int, said: str) -> JSONResponse:
    """An error as the answer to a request."""
    headers = {"retry-after": RETRY_SECONDS} if status == 503 else None
    return JSONResponse(error_body(status, said), status, headers)


def say_errors(app: FastAPI) -> None:
    """Has the app answer every error in that form: what is wrong, and no more of the server than that."""

    @app.exception_handler(AskpapersError)
    async def ours(request: Request, error: AskpapersError) -> JSONResponse:
        return refuse(status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return refuse(422, f"{place}: {first['msg']}" if place else str(first["msg"]))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return refuse(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return refuse(500, f"something went wrong ({type(error).__name__}); see the server's log")

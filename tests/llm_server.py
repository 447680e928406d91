"""A real OpenAI-compatible HTTP server on loopback that replies what a test has scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OLLAMA_SHOW = 9000  # the context that the scripted Ollama tells, in tokens


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no traceback in the output of the test that runs by then."""


class Script:
    """What to reply: pieces of text to stream, or an HTTP status. `requests` keeps what was asked.

    `yes` says to which messages the likeliest first token is Yes; the others get No. `reply` makes the reply from the
    messages, `finish` is the reason that a stream ends with.
    """

    def __init__(
        self,
        *pieces: str,
        status: int = 200,
        cut: bool = False,
        delay: float = 0.0,
        error: str = "scripted",
        usage: dict[str, int] | None = None,
        logprobs: dict[str, float] | None = None,
        yes: Callable[[list[dict[str, str]]], bool] | None = None,
        reply: Callable[[list[dict[str, str]]], str] | None = None,
        finish: str | None = None,
        thoughts: tuple[str, str] | None = None,
        tool: bool = False,
        get: dict[str, Any] | None = None,
        ollama: bool = False,
    ) -> None:
        self.pieces, self.status, self.cut, self.delay = pieces, status, cut, delay
        self.error, self.usage, self.logprobs, self.yes = error, usage, logprobs, yes
        self.reply, self.finish, self.thoughts, self.tool = reply, finish, thoughts, tool
        self.get, self.ollama = get or {}, ollama
        self.then: int | None = None  # the status from the second request on
        self.headers: dict[str, str] = {}
        self.requests: list[dict[str, Any]] = []
        self.authorisations: list[str] = []  # the header of each request
        self.url = ""

    @property
    def written(self) -> list[dict[str, Any]]:
        """The requests for an answer; the others only examine the model, or ask what its first token would be."""
        return [r for r in self.requests if r.get("max_tokens") != 1 and "TinyNet: pruned" not in json.dumps(r)]


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Serves a script; its `url` is what ASKPAPERS_LLM takes."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            if self.path not in script.get:
                self.send_error(404)
                return
            self._json(script.get[self.path])

        def _json(self, told: Any) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def do_POST(self) -> None:
            script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            script.authorisations.append(self.headers["Authorization"])
            threading.Event().wait(script.delay)
            if script.ollama:
                self._ollama()
                return
            status = script.then if script.then and len(script.requests) > 1 else script.status
            self.send_response(status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            if status != 200:
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"error": {"message": script.error}}).encode())
                return
            messages = script.requests[-1]["messages"]
            pieces = (script.reply(messages),) if script.reply else script.pieces
            if not script.requests[-1].get("stream"):
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                choice: dict[str, Any] = {
                    "index": 0,
                    "message": {"role": "assistant", "content": "".join(pieces)},
                }
                probable = script.logprobs
                if script.yes:
                    said = script.yes(script.requests[-1]["messages"])
                    probable = {"Yes": -0.01, "No": -5.0} if said else {"No": -0.01, "Yes": -5.0}
                if probable:
                    top = [{"token": t, "logprob": p, "bytes": None} for t, p in probable.items()]
                    choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
                self.wfile.write(json.dumps({"id": "1", "model": "m", "choices": [choice]}).encode())
                return
            self.send_header("Content-Type", "text/event-stream")
            if script.cut:
                self.send_header("Content-Length", "1000000")  # more than comes: the connection is cut in mid-stream
            self.end_headers()
            deltas = [{script.thoughts[0]: script.thoughts[1]}] if script.thoughts else []
            if script.tool:
                call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                deltas.append({"tool_calls": [call]})
            for extra in deltas:
                choice = {"index": 0, "delta": {"role": "assistant", **extra}, "finish_reason": None}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            for piece in [*pieces, *([""] if script.finish else [])]:
                delta = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            if script.finish:
                ended = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": script.finish}]}
                self.wfile.write(f"data: {json.dumps(ended)}\n\n".encode())
            if script.usage:
                told = {**chunk, "choices": [], "usage": {**script.usage, "total_tokens": 0}}
                self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
            if not script.cut:
                self.wfile.write(b"data: [DONE]\n\n")

        def _ollama(self) -> None:
            """Ollama's own API: what a model is, and a chat."""
            if self.path == "/api/show":
                self._json({"model_info": {"qwen3.context_length": OLLAMA_SHOW}})
                return
            text = {"role": "assistant", "content": "".join(script.pieces)}
            self._json({"model": "m", "message": text, "done": True, "done_reason": "stop", "eval_count": 3})

        def log_message(self, *args: Any) -> None:
            pass

    server = _Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1#scripted"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

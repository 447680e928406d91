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


class Handler(BaseHTTPRequestHandler):
    """Plays the script of its server."""

    protocol_version = "HTTP/1.0"
    script: Script

    def do_GET(self) -> None:
        if self.path in self.script.get:
            self._json(self.script.get[self.path])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        script = self.script
        script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        script.authorisations.append(self.headers["Authorization"])
        threading.Event().wait(script.delay)
        status = script.then if script.then and len(script.requests) > 1 else script.status
        if script.ollama:
            self._ollama()
        elif status != 200:
            self._json({"error": {"message": script.error}}, status)
        elif script.requests[-1].get("stream"):
            self._stream()
        else:
            self._whole()

    def _json(self, told: Any, status: int = 200) -> None:
        self.send_response(status)
        for name, value in self.script.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def _pieces(self) -> tuple[str, ...]:
        script = self.script
        return (script.reply(script.requests[-1]["messages"]),) if script.reply else script.pieces

    def _whole(self) -> None:
        script = self.script
        choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": "".join(self._pieces())}}
        probable = script.logprobs
        if script.yes:
            said = script.yes(script.requests[-1]["messages"])
            probable = {"Yes": -0.01, "No": -5.0} if said else {"No": -0.01, "Yes": -5.0}
        if probable:
            top = [{"token": t, "logprob": p, "bytes": None} for t, p in probable.items()]
            choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        self._json({"id": "1", "model": "m", "choices": [choice]})

    def _stream(self) -> None:
        script = self.script
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if script.cut:
            self.send_header("Content-Length", "1000000")  # more than comes: the connection is cut in mid-stream
        self.end_headers()
        if script.thoughts:
            self._chunk({script.thoughts[0]: script.thoughts[1]})
        if script.tool:
            function = {"name": "f", "arguments": "{}"}
            self._chunk({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": function}]})
        for piece in self._pieces():
            self._chunk({"content": piece})
        if script.finish:
            self._chunk({}, script.finish)
        if script.usage:
            self._event([], usage={**script.usage, "total_tokens": 0})
        if not script.cut:
            self.wfile.write(b"data: [DONE]\n\n")

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
        self._event([{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}])

    def _event(self, choices: list[Any], **more: Any) -> None:
        told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
        self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())

    def _ollama(self) -> None:
        """Ollama's own API: what a model is, and a chat."""
        if self.path == "/api/show":
            self._json({"model_info": {"qwen3.context_length": OLLAMA_SHOW}})
            return
        text = {"role": "assistant", "content": "".join(self.script.pieces)}
        self._json({"model": "m", "message": text, "done": True, "done_reason": "stop", "eval_count": 3})

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Serves a script; its `url` is what ASKPAPERS_LLM takes."""
    server = _Quiet(("127.0.0.1", 0), type("Handler", (Handler,), {"script": script}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1#scripted"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

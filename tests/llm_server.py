"""A real OpenAI-compatible HTTP server on loopback that replies what a test has scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no traceback in the output of the test that runs by then."""


class Script:
    """What to reply: pieces of text to stream, or an HTTP status. `requests` keeps what was asked.

    `yes` says to which messages the likeliest first token is Yes; the others get No.
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
    ) -> None:
        self.pieces, self.status, self.cut, self.delay = pieces, status, cut, delay
        self.error, self.usage, self.logprobs, self.yes = error, usage, logprobs, yes
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

        def do_POST(self) -> None:
            script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            script.authorisations.append(self.headers["Authorization"])
            threading.Event().wait(script.delay)
            status = script.then if script.then and len(script.requests) > 1 else script.status
            self.send_response(status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            if status != 200:
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"error": {"message": script.error}}).encode())
                return
            if not script.requests[-1].get("stream"):
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                choice: dict[str, Any] = {
                    "index": 0,
                    "message": {"role": "assistant", "content": "".join(script.pieces)},
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
            for piece in script.pieces:
                delta = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            if script.usage:
                told = {**chunk, "choices": [], "usage": {**script.usage, "total_tokens": 0}}
                self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
            if not script.cut:
                self.wfile.write(b"data: [DONE]\n\n")

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

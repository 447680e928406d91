"""A real HTTP server on loopback in place of arXiv, PubMed and the others: what a test scripts, faults included."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[[str, dict[str, str], Any], Any]  # path, parameters, what was posted -> what JSON, bytes or text


@dataclass
class Fault:
    """In place of a reply: an HTTP status, half of a reply, a connection that breaks, or one that says nothing."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | bytes = b""
    half: bool = False  # says that more would follow, and ends
    silent: float = 0.0  # seconds without a byte


class Service:
    """Replies by `answer`, but for `faults`, of which each request takes one (None: no fault)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.faults: list[Fault | None] = []
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []  # path, parameters, headers
        self.url = ""

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no traceback in the output of the test that runs by then."""


@contextmanager
def serving(answer: Answer) -> Iterator[Service]:
    """The service, at its `url`."""
    service = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            posted = json.loads(self.rfile.read(length)) if length else None
            service.asked.append((parts.path, given, {k.lower(): v for k, v in self.headers.items()}))
            fault = service.faults.pop(0) if service.faults else None
            if fault and fault.silent:
                time.sleep(fault.silent)
            if fault and not fault.half:
                self._send(fault.status, _bytes(fault.body), fault.headers)
                return
            said = service.answer(parts.path, given, posted)
            if isinstance(said, Fault):
                self._send(said.status, _bytes(said.body), said.headers)
            else:
                self._send(200, _bytes(said), {}, half=bool(fault))

        def _send(self, status: int, body: bytes, headers: dict[str, str], half: bool = False) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if half else body)

        def log_message(self, *_: object) -> None:
            pass

    with _Quiet(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def _bytes(said: Any) -> bytes:
    if isinstance(said, bytes):
        return said
    return said.encode() if isinstance(said, str) else json.dumps(said).encode()

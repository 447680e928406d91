"""A model server on loopback for benchmarks: streams sentences that rest on what it was sent, in its own words or not.

It tells no log-probabilities. It replies to a model that reads whole abstracts and to one that words sentences alike.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SENT = re.compile(r"^\[(\d+\.\d+)\] (.*)$", re.MULTILINE)
_HEAD = "ANSWERED: yes\n\n"


def word(question: str) -> str:
    """A word that no other question has."""
    return f"Word{sha256(' '.join(question.split()).encode()).hexdigest()[:12]}"


def reworded(text: str, number: int, lead: str) -> str:
    """A sentence told otherwise: its halves exchanged, or without one word in six."""
    words = text.rstrip(".").split()
    if number % 2 and len(words) > 8:
        middle = len(words) // 2
        words = [*words[middle:], "and", *words[:middle]]
    else:
        words = [w for i, w in enumerate(words) if i % 6 != 4]
    return f"{lead} {' '.join(words)}."


def reply(sent: str, sentences: int, lead: str, sign: bool) -> list[str]:
    """The pieces of a reply: `sentences` of what was sent, spread over its papers, and the question's word."""
    found = _SENT.findall(sent)
    question = re.split(r"\n", sent.rpartition("Question: ")[2])[0]
    picked = found[:: max(len(found) // sentences, 1)][:sentences]
    head = [_HEAD] if "<abstracts>" in sent else []
    told = [f"{reworded(text, i, lead) if lead else text} [{made}] " for i, (made, text) in enumerate(picked)]
    return [*head, *told, *([f"{word(question)} was asked about. "] if sign else [])]


@contextmanager
def scripted_model(sentences: int = 3, lead: str = "", pause: float = 0.0, sign: bool = False) -> Iterator[str]:
    """Serves it, and gives the setting for it. Sentences are told in other words where they have a `lead`, a word.

    `pause` is seconds between pieces; `sign` adds the question's word.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            if not body.get("stream"):  # asked for log-probabilities, which it does not tell
                choice = {"index": 0, "message": {"role": "assistant", "content": "Yes"}, "finish_reason": "stop"}
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"id": "1", "model": "m", "choices": [choice]}).encode())
                return
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece in reply(body["messages"][-1]["content"], sentences, lead, sign):
                delta = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                chunk: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
                self.wfile.write(f"data: {json.dumps({**chunk, 'choices': [delta]})}\n\n".encode())
                time.sleep(pause)
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 200

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1#scripted"
    finally:
        server.shutdown()
        server.server_close()

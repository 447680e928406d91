"""Somebody at the page, without a browser: speaks to the server as the page's own script does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx


class BusyError(Exception):
    """The server takes no more questions at the moment; the text is what it says."""


class Visitor:
    """One browser tab. `ask` is what the Ask button does."""

    def __init__(self, address: str, seconds: float = 120.0) -> None:
        """`address` ends with a slash; `seconds` is how long an answer may keep silent."""
        self._http = httpx.Client(base_url=address, timeout=seconds, trust_env=False)
        config = self._http.get("config").json()
        self._api = config["api_prefix"].lstrip("/")
        parts = {part["id"]: part["props"] for part in config["components"]}
        box = next(made for made, props in parts.items() if props.get("elem_id") == "question")
        self._event = next(e for e in config["dependencies"] if [box, "submit"] in [list(t) for t in e["targets"]])
        # Question, edited turn, conversation, browser's key, filter; then the settings as they are at first.
        self._settings = [parts[made].get("value") for made in self._event["inputs"][5:]]
        self.key = uuid4().hex
        self._session = uuid4().hex

    def ask(self, question: str) -> Iterator[dict[str, Any]]:
        """What the server sends of the answer, message by message. Raises BusyError."""
        data = [question, "", "", self.key, {}, *self._settings]
        body = {"data": data, "fn_index": self._event["id"], "session_hash": self._session, "trigger_id": None}
        taken = self._http.post(f"{self._api}/queue/join", json=body)
        if taken.status_code == 503:
            raise BusyError(taken.json()["detail"])
        taken.raise_for_status()
        with self._http.stream("GET", f"{self._api}/queue/data", params={"session_hash": self._session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    yield message
                    if message["msg"] in ("process_completed", "close_stream", "unexpected_error"):
                        return

    def close(self) -> None:
        self._http.close()

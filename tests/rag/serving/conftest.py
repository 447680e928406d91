"""The protocols on a real server of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving.guard import Access
from rag.serving.running import Running
from rag.serving.site import Site, site
from tests.ui.conftest import no_loops  # noqa: F401  # a fixture


@dataclass
class Served:
    """A server: its address without a slash at the end, and what counts its answers."""

    url: str
    running: Running
    assistant: Assistant


class Server:
    """A site without the page, by uvicorn in a thread."""

    def __init__(self, beside: Site) -> None:
        app = Starlette(**beside.app_arguments)
        self._server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", ws="none"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(20)


@pytest.fixture
def serve(library: Library) -> Iterator[Callable[..., Served]]:
    """Serves the four papers; `access`, `mcp`, `write`, `llm` and so on may be given."""
    servers: list[Server] = []

    def start(
        llm: Any = "extractive",
        access: Access | None = None,
        running: Running | None = None,
        over: Library | None = None,
        **given: Any,
    ) -> Served:
        running = running or Running()
        assistant = Assistant(over or library, llm)
        servers.append(Server(site(assistant, running, access or Access(), **given)))
        return Served(servers[-1].url, running, assistant)

    yield start
    for server in servers:
        server.close()

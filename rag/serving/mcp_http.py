"""MCP at /mcp: the streamable HTTP transport, guarded as the other protocols are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.routing import Route

from rag.answering.assistant import Assistant
from rag.serving.guard import Access, Guard
from rag.serving.mcp_server import mcp_server
from rag.serving.running import Running
from rag.serving.watching import Watch

MAX_SESSIONS = 200
IDLE_SECONDS = 600.0  # after which a session that nobody uses is closed
_SERVER_ERROR = -32000  # JSON-RPC: an error of the server's own


def mounted(
    assistant: Assistant, running: Running, watch: Watch, access: Access, write: bool = False
) -> tuple[Route, Callable[[Any], Any]]:
    """The route, and what must run while it is served."""
    server = mcp_server(assistant, running, watch, write)
    # Host and Origin are looked at by the guard, for all protocols alike.
    app = server.streamable_http_app(
        streamable_http_path="/mcp",
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=MAX_SESSIONS,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return Route("/mcp", Guard(app, access, refuse)), lifespan


def refuse(status: int, said: str) -> JSONResponse:
    """An error in JSON-RPC's form."""
    error = {"code": _SERVER_ERROR, "message": said}
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, status)

"""All protocols as routes of one server: the page's, in front of which they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from rag.answering.assistant import Assistant
from rag.errors import AskpapersError, SettingsError
from rag.serving.chat_completions import endpoint
from rag.serving.errors import refuse
from rag.serving.guard import Access, Guard
from rag.serving.rest import api
from rag.serving.running import Running
from rag.serving.watching import Watch
from rag.verification.answer_export import askpapers_version


@dataclass(frozen=True)
class Site:
    """The routes, and what must run while they are served, None for nothing."""

    routes: list[BaseRoute]
    lifespan: Callable[[Any], Any] | None = None

    @property
    def app_arguments(self) -> dict[str, Any]:
        """As FastAPI's and Starlette's constructors take them."""
        return {"routes": self.routes, **({"lifespan": self.lifespan} if self.lifespan else {})}


def site(
    assistant: Assistant,
    running: Running,
    access: Access,
    watch: Watch | None = None,
    *,
    mcp: bool = False,
    write: bool = False,
) -> Site:
    """/api, /v1, /healthz, /metrics, and /mcp where wanted, whose clients may add papers where `write` is set.

    Raises SettingsError where `mcp` is wanted and its extra is not installed.
    """
    watch = watch or Watch(running)
    served: list[BaseRoute] = [
        Route("/healthz", _health(assistant)),
        Route("/metrics", Guard(_metrics(watch), access, refuse)),
        Mount("/api", Guard(api(assistant, running, watch), access, refuse)),
        Mount("/v1", Guard(endpoint(assistant, running, watch), access, refuse)),
    ]
    if not mcp:
        return Site(served)
    require_mcp()
    from rag.serving.mcp_http import mounted

    mount, lifespan = mounted(assistant, running, watch, access, write)
    return Site([*served, mount], lifespan)


def require_mcp() -> None:
    """Raises SettingsError where the extra is not installed."""
    if find_spec("mcp") is None:
        raise SettingsError("the Model Context Protocol needs a package more: pip install 'askpapers[mcp]'")


def _health(assistant: Assistant) -> Callable[[Request], Any]:
    async def health(request: Request) -> Response:
        """200 where questions can be answered, 503 where not. Tells nothing else: it asks for no token."""
        try:
            await run_in_threadpool(assistant.library.refresh)
            papers = await run_in_threadpool(len, assistant.library)
        except AskpapersError:
            papers = 0
        state = {"status": "ok" if papers else "unavailable", "version": askpapers_version()}
        return JSONResponse(state, 200 if papers else 503)

    return health


def _metrics(watch: Watch) -> Any:

    async def metrics(scope: Any, receive: Any, send: Any) -> None:
        await Response(watch.metrics(), media_type="text/plain; version=0.0.4")(scope, receive, send)

    return metrics

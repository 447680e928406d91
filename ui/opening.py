"""The landing as plain HTML in the page itself: something to read, and a box to write in, before Gradio is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HERE = Path(__file__).parent
# In the page itself: Gradio puts its own head in only when its script has come.
_PARTS = (
    f"<style>{(_HERE / 'opening.css').read_text(encoding='utf-8')}</style>"
    f"<script>{(_HERE / 'opening.js').read_text(encoding='utf-8')}</script>"
)
_BEFORE = b"<gradio-app"
_BOX = (
    '<form><textarea rows="1" aria-label="Question" placeholder="Ask the papers" autocomplete="off"></textarea>'
    "<button>Ask</button></form>"
)


def landing(hero: str, front: str) -> str:
    """What stands over the page until Gradio's own is there; opening.js hands over what was typed and clicked."""
    return f'{_PARTS}<div id="opening"><aside><b>askpapers</b></aside><main>{hero}{_BOX}{front}</main></div>'


class Opening:
    """ASGI middleware that puts `opening()` into the page where no conversation or answer is asked for."""

    def __init__(self, app: ASGIApp, opening: Callable[[], str]) -> None:
        self._app, self._opening = app, opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"], scope["query_string"]) != ("GET", "/", b""):
            await self._app(scope, receive, send)
            return
        begun: Message = {}
        page = b""

        async def held(message: Message) -> None:
            nonlocal begun, page
            if message["type"] == "http.response.start":
                begun = message
                return
            page += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=begun)
            if begun["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
                opening = await run_in_threadpool(self._opening)
                page = page.replace(_BEFORE, opening.encode() + _BEFORE, 1)
                headers["content-length"] = str(len(page))
            await send(begun)
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, held)

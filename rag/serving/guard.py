"""Who may speak with the protocols: this machine; from elsewhere, and where the page asks for a login, a token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 3_000_000  # bytes of a request: a draft of 2 MB as JSON

Refuse = Callable[[int, str], Response]  # an HTTP status and a line, in the form of a protocol


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server bound to that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Access:
    """Where the server is bound, the token that it wants ("" for none), and whether the page asks for a login."""

    host: str = "127.0.0.1"
    token: str = ""
    login: bool = False

    def refused(self, headers: Headers) -> tuple[int, str] | None:
        """The status and the reason to refuse a request with those headers, None where it may pass."""
        if self.token:
            kind, _, given = headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
                return 401, "wrong or missing token: send the header `Authorization: Bearer TOKEN` (ASKPAPERS_TOKEN)"
            return None
        if self.login or not is_loopback(self.host):
            return 403, "programs are let in with a token only: set ASKPAPERS_TOKEN where the server runs"
        # A page of another site that has its name resolved to this machine names itself here.
        for header in ("host", "origin"):
            named = headers.get(header, "")
            host = urlsplit(named if "//" in named else f"//{named}").hostname
            if named and not (host and is_loopback(host)):
                return 403, f"the {header} {named[:100]!r} is not this machine: set ASKPAPERS_TOKEN to let others in"
        return None


class Guard:
    """Lets through to an app what may pass and is not too large; the rest is refused in the protocol's own form."""

    def __init__(self, app: ASGIApp, access: Access, refuse: Refuse, max_body: int = MAX_BODY) -> None:
        self._app, self._access, self._refuse, self._max_body = app, access, refuse, max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._access.refused(headers)
        declared = headers.get("content-length", "0")
        if refused is None and declared.isdigit() and int(declared) > self._max_body:
            refused = 413, self._too_large
        if refused is None and "content-length" not in headers and scope["method"] in ("POST", "PUT"):
            body = await self._read(Request(scope, receive))
            refused = (413, self._too_large) if body is None else None
            receive = _replayed(body or b"", receive)
        if refused is None:
            await self._app(scope, receive, send)
            return
        response = self._refuse(*refused)
        if refused[0] == 401:
            response.headers["www-authenticate"] = "Bearer"
        await response(scope, receive, send)

    @property
    def _too_large(self) -> str:
        return f"the request is too large: at most {self._max_body / 1e6:.0f} MB"

    async def _read(self, request: Request) -> bytes | None:
        """The body of a request that does not tell its size, None where it is too large."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > self._max_body:
                return None
        return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay

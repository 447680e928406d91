"""HTTP as services want it: no faster than their rule, saying who asks, tried again a few times."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from rag.clean import clean
from rag.errors import FetchError

TRIES = 5
TIMEOUT = 30.0  # seconds without a byte
MAX_SECONDS = 300.0  # of one reply, however slowly it drips
MAX_WAIT = 300.0  # seconds that a service may ask us to wait; more is told, not waited
MAX_BYTES = 100_000_000  # of one page: honest ones have some megabytes
BUSY = frozenset((408, 425, 429, 500, 502, 503, 504))
_MOVED = frozenset((301, 302, 303, 307, 308))
_KEY_HINTS = {401: "; is its key right?", 403: "; is its key right?", 429: ""}
T = TypeVar("T")
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and keys stand in some


class HalfReplyError(Exception):
    """A reply that is cut off or of no known form: worth another try."""


class Client:
    """Asks one service, one request at a time. `every` is the least time between two requests, in seconds."""

    sleep, clock = staticmethod(time.sleep), staticmethod(time.monotonic)

    def __init__(
        self,
        title: str,
        every: float,
        mailto: str = "",
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        unreachable: str = "is there a network?",
    ) -> None:
        """`secrets` are never repeated in an error; `unreachable` says what to look at when nobody answers."""
        self.title = title
        self._every, self._last = every, 0.0
        self._secrets = [secret for secret in secrets if secret]
        self._unreachable = unreachable
        contact = f" (mailto:{mailto})" if mailto else ""
        self._headers = {"User-Agent": f"askpapers/0.1{contact}", **(headers or {})}

    @cached_property
    def _http(self) -> httpx.Client:
        return httpx.Client(headers=self._headers, timeout=TIMEOUT)

    def get(self, url: str, params: Mapping[str, Any], parse: Callable[[bytes], T], post: object = None) -> T:
        """What `parse` makes of the reply; with `post`, that is sent as JSON. Raises FetchError.

        A busy service, a broken connection and a reply that `parse` calls half are tried again, with growing pauses
        or after the time that the service names.
        """
        trouble = ""
        for attempt in range(TRIES):
            self._pause()
            try:
                status, headers, body = self._ask(url, params, post)
                if status == 200:
                    return parse(body)
                if status not in BUSY:
                    raise FetchError(self._refused(status, body))
                trouble = f"{self.title} is busy (HTTP {status})"
                wait = _asked_to_wait(headers)
            except HalfReplyError as error:
                trouble, wait = f"{self.title} answered {error}", 0.0
            except httpx.TimeoutException:
                trouble, wait = f"{self.title} does not answer in time", 0.0
            except httpx.TransportError as error:
                trouble, wait = f"{self.title} cannot be reached ({type(error).__name__}): {self._unreachable}", 0.0
            if wait > MAX_WAIT:
                raise FetchError(f"{self.title} asks to come back in {wait:,.0f} s: try again then")
            if attempt < TRIES - 1:
                self.sleep(wait or min(60.0, 2.0**attempt + random.random()))
        raise FetchError(f"{trouble}; tried {TRIES} times")

    def _pause(self) -> None:
        wait = self._last + self._every - self.clock()
        if self._last and wait > 0:
            self.sleep(wait)
        self._last = self.clock()

    def _ask(self, url: str, params: Mapping[str, Any], post: object) -> tuple[int, httpx.Headers, bytes]:
        """The reply to one request; moved within its own host it is followed, elsewhere never."""
        given: Mapping[str, Any] | None = {name: value for name, value in params.items() if value not in (None, "")}
        method = "GET" if post is None else "POST"
        for _ in range(4):
            with self._http.stream(method, url, params=given, json=post) as reply:
                if reply.status_code not in _MOVED:
                    return reply.status_code, reply.headers, self._body(reply)
                there = urljoin(str(reply.url), reply.headers.get("location", ""))
            here, to = urlsplit(str(reply.url)), urlsplit(there)
            if to.hostname != here.hostname or (here.scheme, to.scheme) == ("https", "http"):
                raise FetchError(f"{self.title} has moved to {clean(to.hostname or '?')}: not followed")
            url, given = there, None
        raise FetchError(f"{self.title} sends us in a circle")

    def _body(self, reply: httpx.Response) -> bytes:
        pieces, size, end = [], 0, self.clock() + MAX_SECONDS
        for piece in reply.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > MAX_BYTES:
                raise FetchError(f"{self.title} answered more than {MAX_BYTES:,} bytes: not read")
            if self.clock() > end:
                raise HalfReplyError(f"too slowly (more than {MAX_SECONDS:.0f} s)")
        return b"".join(pieces)

    def _refused(self, status: int, body: bytes) -> str:
        said = clean(_message(body))[:200]
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return f"{self.title} refuses (HTTP {status}){f': {said}' if said else ''}{_KEY_HINTS.get(status, '')}"


def json_of(body: bytes) -> Any:
    """The reply as JSON. What is none is worth another try."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise HalfReplyError(_unlike("JSON", body)) from None


def xml_of(body: bytes) -> Element:
    """The root of a reply in XML, without expanding anything. What is none is worth another try."""
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise HalfReplyError(_unlike("XML", body)) from None
    return root


def unknown_form(title: str, missing: str) -> FetchError:
    """For a reply that is sound, but not of the form that is known."""
    return FetchError(f"{title} answered in a form that is not known (no {missing}): has its service changed?")


def _unlike(kind: str, body: bytes) -> str:
    start = clean(body[:40].decode("utf-8", "replace"))
    if start[:1] == "<" and "html" in start.lower():
        return f"with a web page in place of {kind}: is there a login page in between?"
    return f"with what is not whole {kind} (it begins with {start!r})" if start else "with nothing"


def _message(body: bytes) -> str:
    """What a service says of its refusal; "" where it says it in a web page."""
    text = body[:2000].decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "" if "<" in text else text
    for name in ("message", "error", "detail"):
        if isinstance(value, dict) and isinstance(value.get(name), str):
            return str(value[name])
    return text


def _asked_to_wait(headers: httpx.Headers) -> float:
    """Seconds by Retry-After, which names them or a date; 0 where it says nothing."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())

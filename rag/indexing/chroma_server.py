"""A Chroma server: its address, a client whose calls outlive its restart, and errors that name it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rag.errors import LibraryError, SettingsError

TIMEOUT = 60.0  # seconds without a byte, after which a request is given up
MAX_RETRYING = 15.0  # seconds in which a request is tried again while the server is away


@dataclass
class Server:
    """Where the server is, which of its databases is meant, and what it wants to see in every request."""

    address: str  # https://chroma.example:443
    tenant: str
    database: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    _retrying: float = field(default=0.0, init=False, repr=False, compare=False)  # none until it answered once

    def __str__(self) -> str:
        return self.url

    @property
    def url(self) -> str:
        named = (self.tenant, self.database) != ("default_tenant", "default_database")
        return f"{self.address}/{self.tenant}/{self.database}" if named else self.address

    @classmethod
    def parse(cls, url: str, headers: str = "") -> Server:
        """The server at http(s)://HOST[:PORT][/TENANT/DATABASE]; `headers` are `Name: value`, one a line.

        Raises SettingsError when either cannot be understood; the headers' values are never repeated.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 8000)
        except ValueError:
            raise SettingsError(f"{_form()}: the port is not a number from 1 to 65535") from None
        if parts.username or parts.password:
            raise SettingsError(f"{_form()}: put the password into ASKPAPERS_CHROMA_HEADERS, as Authorization: ...")
        path = [p for p in parts.path.split("/") if p] or ["default_tenant", "default_database"]
        if parts.scheme not in ("http", "https") or not parts.hostname or len(path) != 2 or parts.query:
            raise SettingsError(f"{_form()}, not {url!r}")
        given: dict[str, str] = {}
        for number, line in enumerate(filter(str.strip, headers.splitlines()), 1):
            name, colon, value = line.partition(":")
            if not colon or not name.strip() or not value.strip().isascii():
                raise SettingsError(f"ASKPAPERS_CHROMA_HEADERS, line {number}: must be `Name: value` in ASCII")
            given[name.strip()] = value.strip()
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(f"{parts.scheme}://{host}:{port}", path[0], path[1], given)

    def connect(self) -> RetryingClient:
        """A chromadb client. Raises LibraryError when the server cannot be reached, or does not let us in."""
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb
        from chromadb.config import Settings

        def opened() -> Any:
            client = chromadb.HttpClient(
                self.address,
                ssl=self.address.startswith("https"),
                headers=dict(self.headers),
                settings=Settings(anonymized_telemetry=False),
                tenant=self.tenant,
                database=self.database,
            )
            client._server._session.timeout = TIMEOUT  # chromadb waits for ever, and has no setting for it
            return client

        return RetryingClient(self._call(opened), self)

    def disconnect(self, client: RetryingClient) -> None:
        """Closes the connections of a client that `connect` gave."""
        client._target._server._session.close()  # chromadb's own close leaves them open
        client.close()

    def _call(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """The call's result, tried again while the server is away. Raises LibraryError, in one line."""
        from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError
        from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

        wait = wait_random_exponential(multiplier=0.1, max=2)
        tries = Retrying(
            retry=retry_if_exception(_is_away), wait=wait, stop=stop_after_delay(self._retrying), reraise=True
        )
        try:
            result = tries(call, *given, **named)
            self._retrying = MAX_RETRYING
            return result
        except Exception as error:
            status = _status(error)
            if isinstance(error, (ChromaAuthError, AuthorizationError)) or status in (401, 403):
                said = "does not let us in: see ASKPAPERS_CHROMA_HEADERS"
            elif isinstance(error, ChromaError):
                said = f"answered: {' '.join(str(error).split())[:300]}"
            elif _is_away(error):
                self._retrying = 0.0  # the next call fails at once
                reason = _broken(error) or f"HTTP status {status}"
                said = f"does not answer ({reason}): is it running, and the address right?"
            elif status or isinstance(error, json.JSONDecodeError):
                said = f"answered as no Chroma server does (HTTP status {status or 200}): is the address right?"
            else:
                raise
            raise LibraryError(f"the Chroma server at {self.url} (ASKPAPERS_CHROMA_URL) {said}") from error


class RetryingClient:
    """A chromadb client or collection whose calls are tried again while its server is away.

    What the store asks may be asked twice: upserts, deletes by id, reads. `create_collection` may not.
    """

    def __init__(self, target: Any, server: Server) -> None:
        self._target, self._server = target, server

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*given: Any, **named: Any) -> Any:
            result = self._server._call(attribute, *given, **named)
            return RetryingClient(result, self._server) if name in ("get_collection", "create_collection") else result

        return call


def find_collection(client: Any, name: str) -> Any:
    """The collection of that name, None where there is none."""
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None
    except LibraryError as error:
        if isinstance(error.__cause__, NotFoundError):
            return None
        raise


def _is_away(error: BaseException) -> bool:
    """Whether the server may be back in a moment: no connection, a broken one, overloaded."""
    from chromadb.errors import RateLimitError

    return isinstance(error, RateLimitError) or bool(_broken(error)) or _status(error) in (429, 502, 503, 504)


def _broken(error: BaseException) -> str:
    """How the connection failed, "" when it did not."""
    import httpx

    return next((type(e).__name__ for e in _chain(error) if isinstance(e, httpx.TransportError)), "")


def _status(error: BaseException) -> int | None:
    """The HTTP status of an answer that was none of Chroma's own errors, None where there was none."""
    import httpx

    return next((e.response.status_code for e in _chain(error) if isinstance(e, httpx.HTTPStatusError)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it: chromadb raises bare ones in place of httpx's."""
    while error is not None:
        yield error
        error = error.__context__


def _form() -> str:
    return "ASKPAPERS_CHROMA_URL must be http(s)://HOST[:PORT] or http(s)://HOST[:PORT]/TENANT/DATABASE"

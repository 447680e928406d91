"""One writer among several machines: a lease on the Chroma server, which ends when it is not renewed.

Chroma has no compare-and-set, but it makes a collection of one name once only: who makes `passages-writer` writes.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from typing import Any

from rag.errors import BusyError, LibraryError
from rag.indexing.chroma_server import find_collection

NAME = "passages-writer"
RENEWED = 10.0  # seconds between renewals
EXPIRES = 60.0  # seconds by the server's clock, after which a lease that was not renewed may be taken


class Lease:
    """Held from `acquire` to `release`, or until the process dies. `taken_over` tells that the last holder did."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._token = uuid.uuid4().hex
        self._mine: Any = None
        self._stop = threading.Event()
        self.taken_over = False

    def acquire(self) -> None:
        """Takes the lease. Raises BusyError while another holds it."""
        other = find_collection(self._client, NAME)
        if other is not None:
            idle = self._now() - float(other.metadata["renewed"])
            if idle < EXPIRES:
                raise BusyError(
                    f"{other.metadata['owner']} is writing to the server (heard of {idle:.0f} s ago): try again when "
                    f"it is done, or {EXPIRES:.0f} s after it was cut off"
                )
            self._drop(other)
            self.taken_over = True
        try:
            self._mine = self._client.create_collection(NAME, metadata=self._state(), embedding_function=None)
        except LibraryError:
            self._mine = find_collection(self._client, NAME)
            if self._mine is None:
                raise
            if self._mine.metadata["token"] != self._token:  # else made by our first try, whose answer was lost
                owner = self._mine.metadata["owner"]
                raise BusyError(f"{owner} has just begun to write to the server: try again when it is done") from None
        threading.Thread(target=self._keep, name="askpapers-lease", daemon=True).start()

    def release(self) -> None:
        """Lets others write."""
        self._stop.set()
        self._drop(self._mine)

    def renew(self) -> None:
        """Call it before each write. Raises LibraryError when another took over, the server gone included."""
        try:
            self._mine.modify(metadata=self._state())
        except LibraryError as error:
            raise LibraryError(f"the writing was stopped, another machine may write by now: {error}") from error

    def _keep(self) -> None:
        while not self._stop.wait(RENEWED):
            try:
                self.renew()
            except LibraryError:
                return  # the next write says so

    def _drop(self, lease: Any) -> None:
        # Renamed first, which Chroma does by id: another lease of the same name is not deleted.
        aside = f"{NAME}-{self._token}"
        lease.modify(name=aside)
        self._client.delete_collection(aside)

    def _state(self) -> dict[str, Any]:
        owner = f"process {os.getpid()} on {socket.gethostname()}"
        return {"owner": owner, "token": self._token, "renewed": self._now()}

    def _now(self) -> float:
        return float(self._client.heartbeat()) / 1e9  # the server's clock: those of the machines differ

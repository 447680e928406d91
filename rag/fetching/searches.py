"""What was fetched before, so that it can be asked again: a file in the library's folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rag.errors import FetchError
from rag.fetching.request import Request
from rag.fetching.services import IDS, SERVICES

FILE = "searches.json"
OVERLAP = timedelta(days=30)  # services list many papers some weeks after they appeared


class Searches:
    """The requests of a library, each with the day on which it was last answered."""

    def __init__(self, home: Path) -> None:
        """Raises FetchError for a file that cannot be read."""
        self._path = home / FILE
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else []
            self.kept = [(_request(row["request"]), date.fromisoformat(row["last"])) for row in rows]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise FetchError(f"{self._path} cannot be read ({type(error).__name__}): mend or remove it") from None

    def keep(self, request: Request, today: date) -> None:
        """Notes that the request was answered today."""
        others = [(kept, last) for kept, last in self.kept if kept != request]
        self.kept = [*others, (request, today)]
        self._write()

    def forget(self, number: int) -> Request:
        """Forgets the search of that number (from 1), and gives it. Raises FetchError."""
        if not 1 <= number <= len(self.kept):
            raise FetchError(f"no search has the number {number}; there are {len(self.kept)}")
        request, _ = self.kept.pop(number - 1)
        self._write()
        return request

    def _write(self) -> None:
        rows = [{"request": asdict(request), "last": last.isoformat()} for request, last in self.kept]
        beside = self._path.with_name(FILE + ".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(rows, file, ensure_ascii=False, indent=1)
        beside.replace(self._path)


def again(request: Request, last: date) -> Request:
    """The request as `update` asks it: a search for what has come since, some weeks over; ids and Zotero in whole."""
    if request.service in (IDS, "zotero"):
        return request
    return replace(request, since=max(request.since, (last - OVERLAP).isoformat()))


def _request(row: dict[str, Any]) -> Request:
    request = Request(**{**row, "ids": tuple(row.get("ids", ()))})
    if request.service not in (*SERVICES, IDS):
        raise ValueError(request.service)
    return request

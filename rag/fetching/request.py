"""What is asked of a service, and what a service gives: one page of records after another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Access:
    """Who asks: a mail address, as services wish, and their keys by service; "" and none where there are none."""

    mailto: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def key(self, service: str) -> str:
        """That service's key, "" without one."""
        return self.keys.get(service, "")


@dataclass(frozen=True)
class Request:
    """A search at a service, or papers by their ids ("arxiv:2405.14831", "doi:10.5555/ab.1", "pmid:1").

    `since` is a date (YYYY-MM-DD) or "", `number` the most papers that are taken, `collection` one of Zotero's.
    """

    service: str
    query: str = ""
    since: str = ""
    number: int = 100
    collection: str = ""
    ids: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A name for the request: the same for the same request."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def source(self) -> str:
        """Where its papers are said to come from: "openalex/moss on walls"."""
        about = " ".join(filter(None, (self.collection, self.query)))
        return f"{self.service}/{about.replace('/', ' ')[:100]}" if about else self.service


@dataclass(frozen=True)
class Page:
    """A page of a service's reply, as a file that the readers read.

    `cursor` (JSON) asks for the next page; None after the last. `total` is how many papers the service has on the
    question, 0 if it does not say. `missing` are ids that were asked for and not found.
    """

    content: bytes
    suffix: str
    records: int
    cursor: Any = None
    total: int = 0
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Service(Protocol):
    """A service on the network."""

    title: str

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """The page at `cursor` (None for the first), of at most `wanted` records. Raises FetchError."""
        ...


def as_lines(records: list[dict[str, Any]], wanted: int, cursor: Any, total: int = 0) -> Page:
    """A page of JSON lines, which say of each record where it stands."""
    kept = records[:wanted]
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in kept)
    return Page(text.encode("utf-8", "replace"), ".jsonl", len(kept), cursor, total)

"""A running Zotero by its local API: nothing leaves this machine, and there is no limit."""

from __future__ import annotations

from typing import Any

from rag.clean import clean
from rag.errors import FetchError
from rag.fetching.http import Client, json_of, unknown_form
from rag.fetching.request import Access, Page, Request, as_lines

URL = "http://127.0.0.1:23119/api/users/0"
PAGE = 100
_ON = "start Zotero, and allow it in its settings (Advanced: other applications on this computer may communicate)"


class Zotero:
    """The items of the library, of one of its collections, or those that its quick search finds."""

    title = "Zotero"

    def __init__(self, access: Access) -> None:
        self.client = Client(self.title, 0.0, headers={"Zotero-API-Version": "3"}, unreachable=_ON)

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """In the order they were added, newest first; with `since`, those added since then."""
        at = cursor or {"start": 0, "collection": self._collection(request.collection)}
        where = f"{URL}/collections/{at['collection']}/items/top" if at["collection"] else f"{URL}/items/top"
        params = {"format": "json", "limit": PAGE, "start": at["start"], "sort": "dateAdded", "direction": "desc",
                  "itemType": "-attachment || note", "q": request.query}  # fmt: skip
        items = self._list(where, params)
        papers = [item for item in items if _kind(item) not in ("attachment", "note", "annotation")]
        kept = [item for item in papers if _added(item) >= request.since]
        more = len(items) == PAGE and len(kept) == len(papers)
        return as_lines(kept, wanted, {**at, "start": at["start"] + PAGE} if more else None)

    def _collection(self, name: str) -> str:
        """The key of the collection of that name or key, "" for none. Raises FetchError if there is no such one."""
        if not name:
            return ""
        names: list[str] = []
        for start in range(0, 10_000, PAGE):
            rows = self._list(f"{URL}/collections", {"limit": PAGE, "start": start})
            for row in rows:
                data = row.get("data") if isinstance(row.get("data"), dict) else {}
                key, title = str(row.get("key", "")), str((data or {}).get("name", ""))
                if key and name.casefold() in (key.casefold(), title.casefold()):
                    return key
                names.append(title)
            if len(rows) < PAGE:
                break
        there = clean(", ".join(sorted(filter(None, names)))[:300])
        raise FetchError(f"Zotero has no collection {name!r}; there are: {there or 'none'}")

    def _list(self, url: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            rows = self.client.get(url, params, json_of)
        except FetchError as error:
            if "HTTP 403" in str(error):
                raise FetchError(f"Zotero does not allow it: {_ON}") from None
            raise
        if not isinstance(rows, list):
            raise unknown_form(self.title, "list of items")
        return [row for row in rows if isinstance(row, dict)]


def _data(item: dict[str, Any]) -> dict[str, Any]:
    data = item.get("data")
    return data if isinstance(data, dict) else {}


def _kind(item: dict[str, Any]) -> str:
    return str(_data(item).get("itemType", ""))


def _added(item: dict[str, Any]) -> str:
    return str(_data(item).get("dateAdded", ""))

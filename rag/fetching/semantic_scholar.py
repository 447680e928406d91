"""Semantic Scholar's Academic Graph: one request a second, with a key or without; without one it is often busy."""

from __future__ import annotations

from typing import Any

from rag.fetching.http import Client, json_of, unknown_form
from rag.fetching.request import Access, Page, Request, as_lines

URL = "https://api.semanticscholar.org/graph/v1"
FIELDS = "title,abstract,authors,year,publicationDate,externalIds,venue,journal,url"
PAGE = 100
MAX_RANKED = 1_000  # papers that its search by relevance gives; more come from the bulk search


class SemanticScholar:
    """Searches titles and abstracts."""

    title = "Semantic Scholar"

    def __init__(self, access: Access) -> None:
        key = access.key("semanticscholar")
        self.client = Client(self.title, 1.1, access.mailto, headers={"x-api-key": key} if key else {}, secrets=(key,))

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """By relevance; with `since`, those published since then, newest first; more than 1,000: most cited first."""
        if request.since or request.number > MAX_RANKED:
            return self._bulk(request, cursor, wanted)
        start = int(cursor or 0)
        size = min(PAGE, wanted, MAX_RANKED - start)
        params = {"query": request.query, "offset": start, "limit": size, "fields": FIELDS}
        reply = self._reply(self.client.get(f"{URL}/paper/search", params, json_of))
        following = reply.get("next")
        more = isinstance(following, int) and start < following < MAX_RANKED
        return as_lines(_papers(reply["data"]), wanted, following if more else None, _total(reply))

    def _bulk(self, request: Request, cursor: Any, wanted: int) -> Page:
        params = {
            "query": request.query,
            "fields": FIELDS,
            "sort": "publicationDate:desc" if request.since else "citationCount:desc",
            "publicationDateOrYear": f"{request.since}:" if request.since else "",
            "token": cursor,
        }
        reply = self._reply(self.client.get(f"{URL}/paper/search/bulk", params, json_of))
        return as_lines(_papers(reply["data"]), wanted, reply.get("token") if reply["data"] else None, _total(reply))

    def by_id(self, ids: list[str]) -> list[dict[str, Any]]:
        """The papers of at most 500 ids ("DOI:10.5555/ab.1") that have an abstract."""
        reply = self.client.get(f"{URL}/paper/batch", {"fields": FIELDS}, json_of, post={"ids": ids})
        if not isinstance(reply, list):
            raise unknown_form(self.title, "list of papers")
        return [paper for paper in _papers(reply) if paper.get("abstract")]

    def _reply(self, reply: Any) -> dict[str, Any]:
        if isinstance(reply, dict) and reply.get("total") == 0:
            return {**reply, "data": []}  # it leaves the list out where there is none
        if not isinstance(reply, dict) or not isinstance(reply.get("data"), list):
            raise unknown_form(self.title, "'data'")
        return reply


def _papers(found: list[Any]) -> list[dict[str, Any]]:
    return [paper for paper in found if isinstance(paper, dict)]


def _total(reply: dict[str, Any]) -> int:
    return reply["total"] if isinstance(reply.get("total"), int) else 0

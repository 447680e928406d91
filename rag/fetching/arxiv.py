"""arXiv's API: one request in three seconds (info.arxiv.org/help/api/tou.html); its Atom is what the reader reads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from rag.errors import FetchError
from rag.fetching.http import Client, HalfReplyError, unknown_form, xml_of
from rag.fetching.request import Access, Page, Request

URL = "https://export.arxiv.org/api/query"
PAGE = 200
_ATOM, _SEARCH = "{http://www.w3.org/2005/Atom}", "{http://a9.com/-/spec/opensearch/1.1/}"
_FIELD = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all):")


class Arxiv:
    """Searches by words, or by arXiv's own query language ("cat:cs.CL AND ti:memory"), and papers by id."""

    title = "arXiv"

    def __init__(self, access: Access) -> None:
        self.client = Client(self.title, 3.0, access.mailto)

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """By relevance; with `since`, those submitted since then, newest first."""
        start = int(cursor or 0)
        order = ("submittedDate" if request.since else "relevance", "descending")
        params = {"search_query": _query(request), "start": start, "max_results": min(PAGE, wanted)}
        body, feed = self._feed({**params, "sortBy": order[0], "sortOrder": order[1]}, start)
        records, total = len(feed.findall(f"{_ATOM}entry")), _total(feed)
        at = start + records
        return Page(body, ".atom", records, at if records and at < total else None, total)

    def by_id(self, ids: list[str]) -> Page:
        """The papers of those ids (without "arxiv:"); versions may be named."""
        body, feed = self._feed({"id_list": ",".join(ids), "max_results": len(ids)}, None)
        there = [re.sub(r".*/abs/|v\d+$", "", one.findtext(f"{_ATOM}id", "")) for one in feed.iter(f"{_ATOM}entry")]
        missing = [i for i in ids if re.sub(r"v\d+$", "", i) not in there]
        return Page(body, ".atom", len(there), missing=tuple(f"arxiv:{i}" for i in missing))

    def _feed(self, params: dict[str, Any], start: int | None) -> tuple[bytes, Element]:
        def parse(body: bytes) -> tuple[bytes, Element]:
            feed = xml_of(body)
            if feed.tag != f"{_ATOM}feed":
                raise unknown_form(self.title, "<feed>")
            entries = feed.findall(f"{_ATOM}entry")
            if entries and "/api/errors" in entries[0].findtext(f"{_ATOM}id", ""):
                raise FetchError(f"arXiv refuses: {entries[0].findtext(f'{_ATOM}summary', '')[:200]}")
            if start is not None and not entries and start < _total(feed):  # it does so now and then
                raise HalfReplyError("with an empty page before the end")
            return body, feed

        return self.client.get(URL, params, parse)


def _total(feed: Element) -> int:
    said = feed.findtext(f"{_SEARCH}totalResults", "")
    return int(said) if said.strip().isdecimal() else 0


def _query(request: Request) -> str:
    words = re.findall(r'"[^"]+"|[^\s"]+', request.query)
    query = request.query if _FIELD.search(request.query) else " AND ".join(f"all:{word}" for word in words)
    if not request.since:
        return query
    # Days by UTC; tomorrow, so that none of today's is left out.
    until = (date.today() + timedelta(days=1)).strftime("%Y%m%d")
    between = f"submittedDate:[{request.since.replace('-', '')}0000 TO {until}2359]"
    return f"({query}) AND {between}" if query else between

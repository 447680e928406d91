"""OpenAlex's works: up to 100 a page, ten requests a second at most; from 2026 on it wants a (free) key."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from rag.errors import FetchError
from rag.fetching.http import Client, json_of, unknown_form
from rag.fetching.request import Access, Page, Request, as_lines

URL = "https://api.openalex.org"
PAGE = 100
FIELDS = (
    "id,doi,title,display_name,publication_year,publication_date,ids,language,primary_location,locations,type,"
    "authorships,keywords,is_retracted,abstract_inverted_index"
)


class OpenAlex:
    """Searches titles, abstracts and, where OpenAlex has it, full text."""

    title = "OpenAlex"

    def __init__(self, access: Access) -> None:
        self._who = {"mailto": access.mailto, "api_key": access.key("openalex")}
        self.client = Client(self.title, 0.1, access.mailto, secrets=(access.key("openalex"),))

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """By relevance; with `since`, those published since then, newest first. Only works with an abstract."""
        only = ["has_abstract:true", *([f"from_publication_date:{request.since}"] if request.since else [])]
        params = {
            "search": request.query,
            "filter": ",".join(only),
            "sort": "publication_date:desc" if request.since else "",
            "per_page": min(PAGE, request.number),  # the same for all pages, which are counted in it
            "select": FIELDS,
        }
        # Without a key it pages by number only, up to 10,000.
        paging = {"cursor": cursor or "*"} if self._who["api_key"] else {"page": int(cursor or 1)}
        reply = self.client.get(f"{URL}/works", {**params, **paging, **self._who}, json_of)
        works, meta = (reply.get(name) if isinstance(reply, dict) else None for name in ("results", "meta"))
        if not isinstance(works, list) or not isinstance(meta, dict):
            raise unknown_form(self.title, "'results'")
        total = meta.get("count") if isinstance(meta.get("count"), int) else 0
        more = meta.get("next_cursor") if self._who["api_key"] else int(cursor or 1) + 1
        return as_lines(works, wanted, more if len(works) == params["per_page"] else None, int(total or 0))

    def by_doi(self, doi: str) -> dict[str, Any] | None:
        """The work of that DOI, None where there is none with an abstract. Asking for one is free of charge."""

        def parse(body: bytes) -> dict[str, Any] | None:
            work = json_of(body)
            return work if isinstance(work, dict) and work.get("abstract_inverted_index") else None

        try:
            url = f"{URL}/works/doi:{quote(doi, safe='/')}"
            return self.client.get(url, {"select": FIELDS, **self._who}, parse)
        except FetchError as error:
            if "HTTP 404" in str(error):
                return None
            raise

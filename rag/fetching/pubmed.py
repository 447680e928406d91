"""PubMed by NCBI's E-utilities: three requests a second, ten with a key; its XML is what the reader reads."""

from __future__ import annotations

from typing import Any

from rag.clean import clean
from rag.errors import FetchError
from rag.fetching.http import Client, HalfReplyError, json_of, unknown_form, xml_of
from rag.fetching.request import Access, Page, Request

URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
PAGE = 200
MAX_IDS = 9_999  # that a search of PubMed gives
_RECORDS = ("PubmedArticle", "PubmedBookArticle")


class PubMed:
    """Searches in PubMed's query language."""

    title = "PubMed"

    def __init__(self, access: Access) -> None:
        key = access.key("pubmed")
        self._who = {"tool": "askpapers", "email": access.mailto, "api_key": key}
        self.client = Client(self.title, 0.11 if key else 0.4, access.mailto, secrets=(key,))

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """By relevance; with `since`, those that came into PubMed since then, newest first. Only with an abstract.

        The numbers found by the first request are the cursor: no session at PubMed can end in between.
        """
        total, ids = (cursor["total"], cursor["ids"]) if cursor else self._search(request)
        now, later = ids[: min(PAGE, wanted)], ids[min(PAGE, wanted) :]
        if not now:
            return Page(b"", ".xml", 0, None, total)
        page = self.by_id(now)
        more = {"total": total, "ids": later} if later else None
        return Page(page.content, ".xml", page.records, more, total)

    def by_id(self, ids: list[str]) -> Page:
        """The papers of those numbers."""

        def parse(body: bytes) -> tuple[bytes, set[str]]:
            root = xml_of(body)
            if root.tag != "PubmedArticleSet":
                # "<eFetchResult><ERROR>" comes with HTTP 200 when the server behind is down.
                raise HalfReplyError(f"with <{clean(str(root.tag))[:40]}> in place of articles")
            paths = ("./PubmedArticle/MedlineCitation/PMID", "./PubmedBookArticle/BookDocument/PMID")
            return body, {(one.text or "").strip() for path in paths for one in root.iterfind(path)}

        params = {"db": "pubmed", "id": ",".join(ids), "retmode": "xml", **self._who}
        body, there = self.client.get(f"{URL}/efetch.fcgi", params, parse)
        return Page(body, ".xml", len(there), missing=tuple(f"pmid:{i}" for i in ids if i not in there))

    def _search(self, request: Request) -> tuple[int, list[str]]:
        dates = {"datetype": "edat", "mindate": request.since.replace("-", "/"), "maxdate": "3000"}
        params = {
            "db": "pubmed",
            "term": f"({request.query}) AND hasabstract",
            "retmax": min(request.number, MAX_IDS),
            "retmode": "json",
            "sort": "pub_date" if request.since else "relevance",
            **(dates if request.since else {}),
            **self._who,
        }
        reply = self.client.get(f"{URL}/esearch.fcgi", params, json_of)
        found = reply.get("esearchresult") if isinstance(reply, dict) else None
        if not isinstance(found, dict):
            raise unknown_form(self.title, "'esearchresult'")
        if fault := found.get("ERROR"):
            raise FetchError(f"PubMed refuses: {clean(str(fault))[:200]}")
        ids = found.get("idlist")
        if not isinstance(ids, list):
            raise unknown_form(self.title, "'idlist'")
        count = str(found.get("count", ""))
        return int(count) if count.isdecimal() else 0, [i for i in map(str, ids) if i.isdecimal()]

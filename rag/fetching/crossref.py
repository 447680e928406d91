"""Crossref's works by DOI: one list a second; who gives a mail address is served better."""

from __future__ import annotations

from typing import Any

from rag.fetching.http import Client, json_of, unknown_form
from rag.fetching.request import Access

URL = "https://api.crossref.org"
BATCH = 40  # DOIs a request, so that its address stays short


class Crossref:
    """What publishers registered of their works."""

    title = "Crossref"

    def __init__(self, access: Access) -> None:
        self._mailto = access.mailto
        self.client = Client(self.title, 1.0, access.mailto)

    def by_doi(self, dois: list[str]) -> dict[str, dict[str, Any]]:
        """The works of at most `BATCH` DOIs, by DOI in small letters; those it does not know are left out."""
        # A comma parts filters, so a DOI that has one cannot be asked for in a list.
        listed = [doi for doi in dois if "," not in doi]
        if not listed:
            return {}
        params = {"filter": ",".join(f"doi:{doi}" for doi in listed), "rows": len(listed), "mailto": self._mailto}
        reply = self.client.get(f"{URL}/works", params, json_of)
        message = reply.get("message") if isinstance(reply, dict) else None
        items = message.get("items") if isinstance(message, dict) else None
        if not isinstance(items, list):
            raise unknown_form(self.title, "'items'")
        return {str(item["DOI"]).lower(): item for item in items if isinstance(item, dict) and item.get("DOI")}

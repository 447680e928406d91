"""Hugging Face's daily papers, day by day from today back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rag.fetching.http import Client, json_of, unknown_form
from rag.fetching.request import Access, Page, Request, as_lines

URL = "https://huggingface.co/api/daily_papers"
DAYS = 7  # that are looked at where no date is given
PAGE = 100


class HfDaily:
    """The papers of each day; a query keeps those that have all its words in title or abstract."""

    title = "Hugging Face's daily papers"

    def __init__(self, access: Access) -> None:
        self.client = Client(self.title, 0.5, access.mailto)

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        """One day's papers: the last day first."""
        day = date.fromisoformat(cursor) if cursor else date.today()
        first = date.fromisoformat(request.since) if request.since else date.today() - timedelta(days=DAYS)
        reply = self.client.get(URL, {"date": day.isoformat(), "limit": PAGE}, json_of)
        if not isinstance(reply, list):
            raise unknown_form(self.title, "list of papers")
        papers = [row.get("paper") for row in reply if isinstance(row, dict)]
        words = request.query.lower().split()
        kept = [p for p in papers if isinstance(p, dict) and all(word in _text(p) for word in words)]
        before = day - timedelta(days=1)
        return as_lines(kept, wanted, before.isoformat() if before >= first else None)


def _text(paper: dict[str, Any]) -> str:
    return f"{paper.get('title')} {paper.get('summary')}".lower()

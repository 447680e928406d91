"""RSS feeds of arXiv's new papers, and others that give an abstract as an item's description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.people import around_commas
from rag.readers.record import arxiv_id, make_paper
from rag.readers.xml_elements import elements, text, texts
from rag.types import Paper, Rejected

# "arXiv:2405.14831v1 Announce Type: new Abstract: ..."
HEAD = re.compile(r"(?:<p>)?\s*(?:arXiv:(\S+)\s+)?Announce Type:\s*[\w-]+\s*(?:Abstract:\s*)?", re.IGNORECASE)
_INITIALS = re.compile(r",\s+(?:[A-Z]\.[ -]?)+(?:,|$)")
_TITLE_TAIL = re.compile(r"\.?\s*\(arXiv:\S+\s+\[[^\]]*\](?:\s+\w+)*\)$")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the items, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("item",)):
        yield found if isinstance(found, Rejected) else make_paper(_flat(found[1]), source, found[0])


def _flat(item: Element) -> dict[str, object]:
    said = text(item, "description") or text(item, "encoded")
    head = HEAD.match(said)
    announced = arxiv_id((head and head[1]) or text(item, "guid"), text(item, "link"))[0]
    return {
        "id": (head and head[1]) or text(item, "guid"),
        "title": _TITLE_TAIL.sub("", text(item, "title")),
        "abstract": said[head.end() :] if head else said,
        "authors": creators(item),
        # Of arXiv's papers it is the day of the announcement, old papers' new versions too; the id tells the year.
        "year": None if announced else text(item, "pubDate") or text(item, "date"),
        "url": text(item, "link"),
        "categories": texts(item, "category") if head else None,
        "doi": text(item, "doi") or next((name for name in texts(item, "identifier") if "10." in name), ""),
    }


def creators(item: Element) -> list[str]:
    """The names in an item's creators, parted by commas where one holds several; bioRxiv puts initials behind one."""
    lists = [re.sub(r"<[^>]*>", "", part) for part in texts(item, "creator")]
    return [
        name for text in lists for name in (around_commas(text) if _INITIALS.search(text) else re.split(r",\s+", text))
    ]

"""Atom feeds of arXiv's API and of its daily announcements, parsed without entities: no expansion, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers import arxiv_rss
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find_all, text, texts
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the entries, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("entry",)):
        yield found if isinstance(found, Rejected) else make_paper(_flat(found[1]), source, found[0])


def _flat(entry: Element) -> dict[str, object]:
    said = " ".join(texts(entry, "summary")) or text(entry, "content")
    head = arxiv_rss.HEAD.match(said)
    return {
        **{name: " ".join(texts(entry, name)) for name in ("title", "published", "doi", "comment", "journal_ref")},
        **({"published": ""} if head else {}),  # the day of the announcement; the id tells the year
        "summary": said[head.end() :] if head else said,
        "id": text(entry, "id"),
        "authors": texts(entry, "author/name") or arxiv_rss.creators(entry),
        "categories": [child.get("term", "") for child in find_all(entry, "category")],
    }

"""Atom feeds as arXiv's API gives them, parsed without entities: no expansion, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find_all, text, texts
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the entries, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("entry",)):
        yield found if isinstance(found, Rejected) else make_paper(_flat(found[1]), source, found[0])


def _flat(entry: Element) -> dict[str, object]:
    return {
        **{name: " ".join(texts(entry, name)) for name in ("title", "published", "doi", "comment", "journal_ref")},
        "summary": " ".join(texts(entry, "summary")) or text(entry, "content"),
        "id": text(entry, "id"),
        "authors": texts(entry, "author/name"),
        "categories": [child.get("term", "") for child in find_all(entry, "category")],
    }

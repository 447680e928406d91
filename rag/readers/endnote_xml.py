"""EndNote's XML export."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, text, texts
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("record",)):
        yield found if isinstance(found, Rejected) else make_paper(_flat(found[1]), source, found[0])


def _flat(record: Element) -> dict[str, object]:
    base = (text(record, "remote-database-name") + text(record, "source-app")).lower()
    return {
        "title": text(record, "titles/title"),
        "abstract": text(record, "abstract"),
        "authors": texts(record, "contributors/authors/author"),
        "year": text(record, "dates/year") or text(record, "dates/pub-dates/date"),
        "doi": text(record, "electronic-resource-num"),
        "pmid": text(record, "accession-num") if "pubmed" in base or "medline" in base else "",
        "url": text(record, "urls/related-urls/url") or text(record, "urls/web-urls/url"),
        "venue": text(record, "periodical/full-title") or text(record, "titles/secondary-title"),
        "keywords": texts(record, "keywords/keyword"),
        "language": text(record, "language"),
        "type": kind.get("name", "") if (kind := find(record, "ref-type")) is not None else "",
    }

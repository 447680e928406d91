"""Harvests by OAI-PMH: records in Dublin Core, in arXiv's own formats, in JATS, MODS, MARC or DataCite's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers import datacite_xml, jats, marc_xml, mods
from rag.readers.lines import Lines
from rag.readers.people import is_organisation
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, find_all, name, text, texts
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("record", "dc", "arXiv", "arXivRaw")):
        if isinstance(found, Rejected):
            yield found
            continue
        header = find(found[1], "header")
        if header is not None and header.get("status") == "deleted":
            yield Rejected(source, found[0], f"deleted at its source ({text(header, 'identifier')[:80]})")
        else:
            yield make_paper(_flat(found[1]), source, found[0])


def _flat(record: Element) -> dict[str, object]:
    held = next(iter(find(record, "metadata") or ()), record)
    if name(held) in ("arXiv", "arXivRaw"):
        return _arxiv(held)
    if name(held) == "oai_datacite":
        held = find(held, "payload/resource") or held
    by_name = {"article": jats.flat, "mods": mods.flat, "record": marc_xml.flat, "resource": datacite_xml.flat}
    if name(held) in by_name and held is not record:
        return by_name[name(held)](held)
    return _dublin_core(held, text(record, "header/identifier"))


def _arxiv(paper: Element) -> dict[str, object]:
    people = [
        {"family": text(one, "keyname"), "given": text(one, "forenames"), "suffix": text(one, "suffix")}
        for one in find_all(paper, "authors/author")
    ]
    versions = [one.get("version", "") for one in find_all(paper, "version")]
    return {
        **{
            field: text(paper, field)
            for field in ("id", "title", "abstract", "doi", "comments", "journal-ref", "categories")
        },
        "authors": people or text(paper, "authors"),
        "year": text(paper, "created") or text(paper, "version/date"),
        "version": versions[-1] if versions else "",
    }


def _dublin_core(paper: Element, identifier: str) -> dict[str, object]:
    said = sorted((one for one in texts(paper, "description") if not one.startswith("Comment:")), key=len)
    ids = [*texts(paper, "identifier"), *texts(paper, "relation")]
    return {
        "id": identifier if identifier.startswith("oai:arXiv.org:") else "",
        "title": text(paper, "title"),
        "abstract": said[-1] if said else "",
        "authors": [name for one in texts(paper, "creator") for name in _people(one)],
        "year": min(texts(paper, "date"), default=""),
        "doi": next((one for one in ids if re.search(r"\b10\.[0-9]{4,}\s*/", one)), ""),
        "url": next((one for one in ids if one.startswith("http")), ""),
        "venue": text(paper, "source"),
        "keywords": texts(paper, "subject"),
        "language": text(paper, "language"),
        "comments": next((one for one in texts(paper, "description") if one.startswith("Comment:")), ""),
    }


def _people(creator: str) -> list[str]:
    """The names in one element: journals put behind a name where its bearer works, repositories further names."""
    first, *more = creator.split(";")
    return [first, *(name for name in more if not is_organisation(name))]

"""Zotero's RDF export: items, and the journals of some as nodes of their own behind them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, find_all, marked, name, text, texts
from rag.types import Paper, Rejected

_ITEMS = ("Article", "Book", "BookSection", "Data", "Description", "Document", "Letter", "Manuscript", "Patent",
          "Report", "Thesis")  # fmt: skip
MAX_WAITING = 1000  # items whose journal has not come yet; Zotero writes it right behind the item
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the items, up to where the XML is broken, if it is."""
    waiting: dict[str, tuple[int, dict[str, object]]] = {}
    for found in elements(lines, source, (*_ITEMS, "Journal")):
        if isinstance(found, Rejected):
            yield found
            continue
        line, node = found
        if name(node) == "Journal":
            if held := waiting.pop(node.get(f"{_RDF}about", ""), None):
                yield make_paper({**held[1], **_place(node, held[1])}, source, held[0])
            continue
        record = _flat(node)
        part = find(node, "isPartOf")
        if part is not None and (journal := part.get(f"{_RDF}resource")):
            if journal in waiting or len(waiting) >= MAX_WAITING:
                first = journal if journal in waiting else next(iter(waiting))
                yield make_paper(waiting[first][1], source, waiting.pop(first)[0])
            waiting[journal] = (line, record)
        elif text(node, "itemType") != "attachment":
            yield make_paper(record, source, line)
    for line, record in waiting.values():
        yield make_paper(record, source, line)


def _flat(item: Element) -> dict[str, object]:
    record: dict[str, object] = {
        "title": marked(find(item, "title")),
        "abstract": marked(find(item, "abstract")),
        "authors": [
            {"family": text(one, "surname"), "given": text(one, "givenName") or text(one, "givenname")}
            for one in find_all(item, "authors/Seq/li/Person")
        ],
        "year": text(item, "date"),
        "doi": _doi(item),
        "url": text(item, "identifier/URI/value"),
        "venue": text(item, "presentedAt/Conference/title"),
        "keywords": texts(item, "subject"),
        "language": text(item, "language"),
        "type": text(item, "itemType"),
        "extra": " ".join(texts(item, "description")),
    }
    for part in find_all(item, "isPartOf"):
        for place in part:
            if name(place) != "Series":
                record |= _place(place, record)
    return record


def _place(place: Element, record: dict[str, object]) -> dict[str, object]:
    """What the node of a journal or a book tells of its item: Zotero has the item's DOI there."""
    return {"venue": text(place, "title") or record["venue"], "doi": record["doi"] or _doi(place)}


def _doi(node: Element) -> str:
    return next((said for said in texts(node, "identifier") if said.upper().startswith("DOI")), "")

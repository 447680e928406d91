"""MARCXML: MARC 21 as XML, in a collection or a record by itself."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers import marc
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find_all, text
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("record",)):
        yield found if isinstance(found, Rejected) else make_paper(flat(found[1]), source, found[0])


def flat(record: Element) -> dict[str, object]:
    """What a record says of its paper."""
    controls = {one.get("tag", ""): "".join(one.itertext()) for one in find_all(record, "controlfield")}
    fields = [
        marc.Field(
            one.get("tag", ""),
            one.get("ind1", " "),
            tuple((part.get("code", ""), text(part)) for part in find_all(one, "subfield")),
        )
        for one in find_all(record, "datafield")
    ]
    return marc.flat(controls, fields)

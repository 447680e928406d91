"""Atom feeds as arXiv's API gives them, parsed without entities: no expansion, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected


class _Feed:
    """`lines` as the parser wants them; one at a time, so that `lines.number` is that of the element in hand."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> str:
        return next(self._lines, "")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the entries, up to where the XML is broken, if it is."""
    path: list[Element] = []
    line = 0
    try:
        for event, element in iterparse(_Feed(lines), events=("start", "end")):
            if event == "start":
                path.append(element)
                line = lines.number if len(path) == 2 else line
                continue
            path.pop()
            if len(path) == 1:
                if _name(element) == "entry":
                    yield make_paper(_flat(element), source, line)
                path[0].clear()  # else the tree would grow with the feed
    except (ParseError, DefusedXmlException) as error:
        yield Rejected(source, lines.number, f"not XML that can be read: {str(error)[:200]}")


def _flat(entry: Element) -> dict[str, object]:
    def texts(name: str) -> list[str]:
        return ["".join(child.itertext()) for child in entry if _name(child) == name]

    return {
        **{name: " ".join(texts(name)) for name in ("id", "title", "summary", "published", "doi", "comment")},
        "authors": [name.text or "" for author in entry for name in author if _name(name) == "name"],
        "categories": [child.get("term", "") for child in entry if _name(child) == "category"],
    }


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]

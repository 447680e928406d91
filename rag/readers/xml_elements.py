"""XML read element by element, without entities: no expansion, nothing fetched, one record held at a time."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rag.readers.lines import Lines
from rag.types import Rejected

_KEPT = frozenset(
    "sub sup p sec title math mi mo mn mrow msup msub mfrac mtext mstyle tex-math annotation alternatives"
    " inline-formula semantics br list-item".split()
)


class _Feed:
    """`lines` as the parser wants them; one at a time, so that `lines.number` is that of the element in hand."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> str:
        return next(self._lines, "")


def elements(lines: Lines, source: str, names: Collection[str]) -> Iterator[tuple[int, Element] | Rejected]:
    """Each outermost element of one of those names with its first line, up to where the XML is broken, if it is."""
    path: list[Element] = []
    line, inside = 0, 0  # how deep the record in hand stands, 0 outside
    try:
        for event, element in iterparse(_Feed(lines), events=("start", "end"), forbid_dtd=False):
            if event == "start":
                path.append(element)
                if not inside and name(element) in names:
                    line, inside = lines.number, len(path)
                continue
            depth = len(path)
            path.pop()
            if depth == inside:
                inside = 0
                yield line, element
            if not inside:
                element.clear()  # else the tree would grow with the file
                if path:
                    path[-1].remove(element)
    except (ParseError, DefusedXmlException) as error:
        yield Rejected(source, lines.number, f"not XML that can be read: {str(error)[:200]}")


def name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def find(element: Element, path: str) -> Element | None:
    """The first element down that path of names ("front/article-meta")."""
    return next(find_all(element, path), None)


def find_all(element: Element, path: str) -> Iterator[Element]:
    """The elements down that path of names, whatever their namespaces."""
    first, _, rest = path.partition("/")
    for child in element:
        if name(child) == first:
            yield from find_all(child, rest) if rest else (child,)


def text(element: Element, path: str = "") -> str:
    """All the text of the element, or of the first down that path, on one line."""
    found = find(element, path) if path else element
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def texts(element: Element, path: str) -> list[str]:
    """The text of each element down that path."""
    return [text(found) for found in find_all(element, path)]


def marked(element: Element | None, without: Collection[str] = ()) -> str:
    """The element's content with the tags that matter for its text, for `readable` to make of them what they show."""
    if element is None:
        return ""
    parts = [html.escape(element.text or "", quote=False)]
    for child in element:
        tag = name(child)
        if tag not in without:
            inner = marked(child, without)
            parts.append(f"<{tag}>{inner}</{tag}>" if tag in _KEPT else f"{inner}")
        parts.append(html.escape(child.tail or "", quote=False))
    return "".join(parts)

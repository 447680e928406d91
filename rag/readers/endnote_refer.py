"""EndNote's tagged export (.enw, "Refer"): %T, %A, %X and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.readers.blocks import blocks, tagged
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?%0 \S")
_TAG = re.compile(r"%([0-9A-Z@!+$^?&#<>\[\]~*(){}])(?:\s(.*)|)$")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its %0 on."""
    for line, record in blocks(lines, START):
        yield make_paper(_flat(tagged(_one_a_line(record), _TAG)), source, line)


def _one_a_line(record: list[str]) -> Iterator[str]:
    """The lines of a record, those that go on with its keywords as keywords of their own."""
    tag = ""
    for text in record:
        if match := _TAG.match(text):
            tag = match[1]
        yield f"%K {text}" if tag == "K" and not match and text.strip() else text


def _flat(values: dict[str, list[str]]) -> dict[str, object]:
    def first(*tags: str) -> str:
        return next((text for tag in tags for text in values.get(tag, []) if text), "")

    keywords = [word for text in values.get("K", []) for word in re.split(r"[;\n]|\s{2,}", text)]
    return {
        "title": first("T", "!"),
        "abstract": first("X"),
        "authors": [name.rstrip(", ") for name in values.get("A", [])],
        "year": first("D", "8"),
        "doi": first("R", "M"),
        "url": first("U"),
        "venue": first("J", "B"),
        "keywords": keywords,
        "language": first("G"),
        "type": first("0"),
        "pmid": first("M") if "pubmed" in first("~", "W").lower() else "",
    }

"""Web of Science's plain text ("FN Clarivate Analytics Web of Science"), read by rispy one record at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import rispy

from rag.readers.blocks import blocks
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?PT [A-Z]\b")
_END = re.compile(r"(?:ER|EF)\s*$")
_TAGS = (
    "PT",
    "AU",
    "AF",
    "CA",
    "GP",
    "TI",
    "SO",
    "LA",
    "DT",
    "DE",
    "ID",
    "AB",
    "PY",
    "EY",
    "EA",
    "PD",
    "DI",
    "PM",
    "UT",
    "CT",
)


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its PT to its ER."""
    for line, record in blocks(lines, START, _END):
        kept = (re.sub(r"^(?:\t| {3,})", "   ", text) for text in record)
        entries = _Parser(newline="\n").parse_lines(iter([*kept, "ER"]))
        yield make_paper(_flat(entries[0]), source, line)


def _flat(entry: dict[str, list[str]]) -> dict[str, object]:
    def joined(name: str, between: str = " ") -> str:
        return between.join(entry.get(name, []))

    # A book's group (GP) is the society that held the conference.
    people = entry.get("AF") or entry.get("AU") or [f"{{{name}}}" for name in entry.get("GP", [])]
    return {
        "title": joined("TI"),
        "abstract": joined("AB"),
        "authors": [*people, *(f"{{{name}}}" for name in entry.get("CA", []))],
        "year": joined("PY") or joined("EY") or joined("EA") or joined("PD"),
        "doi": joined("DI", ""),
        "pmid": joined("PM"),
        "venue": joined("SO"),
        "keywords": joined("DE") or joined("ID"),
        "language": joined("LA"),
        "type": joined("DT"),
    }


class _Parser(rispy.WokParser):
    """rispy with Web of Science's tags as they are, each a list of its lines."""

    DEFAULT_MAPPING: ClassVar = dict(zip((*_TAGS, "UK"), (*_TAGS, "UK"), strict=True))
    DEFAULT_LIST_TAGS: ClassVar = list(_TAGS)

    def _add_tag(self, record: dict[str, list[str]], tag: str, content: str, extend_multiline: bool = False) -> None:
        if tag in _TAGS:
            record[tag] = [*(record[tag] if isinstance(record.get(tag), list) else []), content]

"""RIS, as reference managers and databases export it, read by rispy one record at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar

import rispy

from rag.readers.blocks import blocks
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?\s{0,3}TY\s{1,2}-\s*\S*")
_END = re.compile(r"\s{0,3}ER\s{1,2}-")
# Some exports put one space after the tag, or none behind the dash; spaces in front; a tag without a value.
_TAG = re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,2}-(?:\s|$)\s*(.*)")
_TAGS = sorted({*rispy.TAG_KEY_MAPPING, "CT", "BT", "LK", "YR", "L3"})


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its TY to its ER."""
    for line, record in blocks(lines, START, _END):
        try:
            yield make_paper(_flat(record), source, line)
        except (rispy.parser.ParseError, KeyError, AttributeError, TypeError, ValueError) as error:
            yield Rejected(source, line, f"not RIS that can be read: {str(error)[:200]}")


def _flat(record: list[str]) -> dict[str, object]:
    entry = _parsed(record)

    def all_of(*names: str) -> list[str]:
        values = (entry.get(name) for name in names)
        return [text for value in values for text in (value if isinstance(value, list) else [value]) if text]

    def first(*names: str) -> str:
        return next(iter(all_of(*names)), "")

    return {
        "title": first("TI", "T1", "CT", "BT", "ST"),
        "abstract": first("AB") or first("N2") or "",
        "authors": all_of("AU", "A1") or all_of("A2"),
        "year": first("PY", "Y1") or first("DA", "YR"),
        "doi": first("DO") or next((text for text in all_of("UR", "L3", "M3", "ID") if "10." in text), ""),
        "pmid": _pmid(first, f"{first('DB')} {first('DP')}".lower()),
        "url": first("UR", "LK", "L2"),
        "venue": first("JF", "JO", "T2", "JA", "J2") or (first("PB") if first("TY") in ("THES", "RPRT") else ""),
        "keywords": all_of("KW"),
        "language": first("LA"),
        "type": all_of("TY", "M3"),
        "comments": next((note for note in all_of("N1") if re.match(r"\W*(?:retracted|withdrawn)\b", note, re.I)), ""),
    }


def _pmid(first: Callable[..., str], databases: str) -> str:
    """PubMed's number, which each database has in a field of its own; EndNote calls PubMed "NLM"."""
    if re.search(r"\b(?:pubmed|nlm)\b", databases):
        return first("AN")
    tag = next((tag for base, tag in (("embase", "C5"), ("scopus", "C2")) if base in databases), "")
    return found if tag and (found := first(tag)).isdigit() else ""


def _parsed(record: list[str]) -> dict[str, list[str]]:
    """The values of each tag, lines that go on joined to theirs; what follows a note (N1) is part of the note."""
    lines = []
    for text in record:
        match = _TAG.match(text)
        lines.append(f"{match[1]}  - {match[2]}" if match else text)
    entry: dict[str, list[str]]
    (entry,) = _Parser().parse_lines(iter([*lines, "ER  - "]))
    return entry


class _Parser(rispy.RisParser):
    """rispy with its tags as they are, every one a list, and lines that go on joined to the last value."""

    DEFAULT_MAPPING: ClassVar = dict(zip(_TAGS, _TAGS, strict=True))
    DEFAULT_LIST_TAGS: ClassVar = list(_TAGS)
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

    def _add_tag(self, record: dict[str, list[str]], tag: str, content: str, extend_multiline: bool = False) -> None:
        if extend_multiline and tag == "KW" and content:
            record["KW"].append(content)
        elif extend_multiline and record.get(tag) and isinstance(record[tag], list):
            record[tag][-1] = f"{record[tag][-1]} {content}".strip()
        elif tag in self.mapping:
            super()._add_tag(record, tag, content)
        elif tag:
            record.setdefault(tag, []).append(content)

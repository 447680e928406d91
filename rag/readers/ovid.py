"""Ovid's own exports: numbered records of tagged lines (`TI  - ...`), or of labels with their values below them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.readers.blocks import blocks, tagged
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?\s?<\s?[0-9]{1,7}\s?\.?\s?>\s*$")
_TAG = re.compile(r"\s?([A-Z][A-Z0-9])\s{1,2}-(?:\s|$)(.*)")
# The labels that say what the tags do.
_LABELS = {
    "title": "TI", "abstract": "AB", "authors": "AU", "author": "AU", "authors full name": "FA", "source": "SO",
    "journal name": "JN", "journal": "JN", "year of publication": "YR", "publication year": "YR",
    "date of publication": "DP", "digital object identifier": "DO", "doi": "DO", "language": "LG",
    "unique identifier": "UI", "accession number": "AN", "pmid": "PM", "keyword heading": "KW", "keywords": "KW",
    "subject headings": "MH", "mesh subject headings": "MH", "publication type": "PT", "database": "DB",
    "original title": "TO",
}  # fmt: skip
# What databases put behind a name: roles, marks of addresses, degrees.
_AFTER_NAME = re.compile(
    r"(?:\s*\[[^\]]*\]|\s+[0-9*+,†‡§]+|[\s,]+(?:M\.?D|Ph\.?\s?D|M\.?P\.?H|M\.?Sc|B\.?Sc|M\.?A|M\.?S|R\.?N|D\.?V\.?M|FACSM"
    r"|MBBS|Dr\.?P\.?H)\b\.?|[\s;,]+|(?<=[a-z]{3})\.)+$"
)
_AFTER_TITLE = re.compile(r"\s*\[(?:Miscellaneous|Article|Review|Editorial|Letter|References)[^\]]*\]\.?$")
_DOI = re.compile(r"10\.[0-9]{4,}\s*/\s*\S+")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its number in angle brackets on."""
    for line, record in blocks(lines, START):
        # A record with a tag has no labels.
        yield make_paper(_flat(tagged(record[1:], _TAG) or _labels(record[1:])), source, line)


def _labels(record: list[str]) -> dict[str, list[str]]:
    """A label stands at the start of its line, its value is set in."""
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for text in record:
        if text[:1].strip():
            last = values.setdefault(_LABELS.get(text.strip().rstrip(":").lower(), ""), [])
        elif text.strip():
            last.append(text.strip())
    return {tag: found if tag in ("AU", "FA", "KW", "MH") else [" ".join(found)] for tag, found in values.items()}


def _flat(values: dict[str, list[str]]) -> dict[str, object]:
    def all_of(*tags: str) -> list[str]:
        return next((found for tag in tags if (found := [text for text in values.get(tag, []) if text])), [])

    def first(*tags: str) -> str:
        return next(iter(all_of(*tags)), "")

    medline = "medline" in first("DB").lower()
    dois = [text for tag in ("DO", "DI", "AI", "AID", "XL", "UR") for text in values.get(tag, []) if _DOI.search(text)]
    place = first("SO")
    words = all_of("KW", "ID", "MH", "DE")
    journal = re.split(r"\.\s|\s+(?=[0-9]|(?:\w+\s)?(?:1[89]|20)[0-9]{2}\b)", place)[0]
    return {
        "title": _AFTER_TITLE.sub("", first("TI", "TO")),
        "abstract": first("AB"),
        "authors": [_AFTER_NAME.sub("", name) for name in all_of("FA", "AU")],
        "year": first("YR", "DP") or place or first("DG"),
        "doi": dois[0] if dois else "",
        "pmid": first("PM") or (first("UI", "AN") if medline else ""),
        "url": next((text for text in all_of("UR", "XL", "JL") if text.startswith("http")), ""),
        "venue": first("JN", "JT") or ("" if "[Ed" in journal else journal.rstrip(" ,")),
        "keywords": words[0] if len(words) == 1 else [word.strip(" *.") for text in words for word in text.split(";")],
        "language": first("LG", "LA").rstrip("."),
        "type": [*all_of("PT"), *all_of("ST")],
    }

"""RefWorks' tagged format, as RefWorks and CNKI export it: `T1 title`, a blank between tag and value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.readers.blocks import blocks, tagged
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?RT [A-Z][A-Za-z,/ ]{2,60}\s*$")
# A line that goes on may begin with two capitals and a blank, too: only these are tags.
_TAG = re.compile(
    r"(RT|SR|ID|A[1-6D]|T[1-3]|J[FO]|YR|FD|VO|IS|SP|OP|K1|AB|NO|E[DN]|P[BP]|S[NFT]|A[VN]|L[AKS]|CL|O[TL]|D[OBS]|CN|IP|RD"
    r"|U[0-9]{1,2}|UL|SL|LL|CR|W[TVP]|RP|PMID)(?: (.*)|\s*$)",
    re.IGNORECASE,
)


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its RT on."""
    for line, record in blocks(lines, START):
        yield make_paper(_flat(tagged(record, _TAG)), source, line)


def _flat(values: dict[str, list[str]]) -> dict[str, object]:
    def first(*tags: str) -> str:
        return next((text for tag in tags for text in values.get(tag, []) if text), "")

    base = (first("DB") + first("DS") + first("SF")).lower()
    return {
        "title": first("T1", "OT"),
        "abstract": first("AB"),
        # CNKI puts all of them on one line, the family name first and without a comma: as written they stay.
        "authors": [name for text in values.get("A1", []) for name in text.split(";")] or values.get("A2", []),
        "year": first("YR", "FD"),
        "doi": next((text for text in values.get("DO", []) if "10." in text), ""),
        "pmid": first("PMID") or (first("AN") if "pubmed" in base or "medline" in base else ""),
        "url": first("UL", "LK"),
        "venue": first("JF", "JO", "T2"),
        "keywords": [word for text in values.get("K1", []) for word in text.split(";")],
        "language": first("LA"),
        "type": first("RT"),
    }

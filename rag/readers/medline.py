"""PubMed's MEDLINE format (.nbib), read by Biopython one record at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from Bio import Medline

from rag.readers.blocks import blocks
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?PMID-\s+[0-9]+")
ERIC = re.compile(r"\ufeff?OWN - ERIC\b")  # whose records have no PMID
_LINE = re.compile(r"[A-Z0-9]{2,4} {0,2}- | {6}|\s*$")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from its PMID on; ERIC's from their owner."""
    for line, record in blocks(lines, START if re.search(r"(?m)^PMID-", lines.head) else ERIC):
        # Lines that were broken anew, as mail does, go on without their six spaces.
        kept = [text if _LINE.match(text) else "      " + text.lstrip() for text in record if text.strip()]
        entry: dict[str, Any] = Medline.read(kept)  # type: ignore[no-untyped-call]
        yield make_paper(_flat(entry), source, line)


def _flat(entry: dict[str, Any]) -> dict[str, object]:
    def all_of(name: str) -> list[str]:
        value = entry.get(name, [])
        return [value] if isinstance(value, str) else list(value)

    ids = [*all_of("AID"), *all_of("LID")]
    doi = next((text for text in ids if "[doi]" in text or re.match(r"10\.[0-9]{4,}/", text)), "")
    notices = [f"Retraction in {text}" for text in all_of("RIN")] + [f"Erratum in {text}" for text in all_of("EIN")]
    return {
        "title": " ".join(all_of("TI")) or " ".join(all_of("BTI")) or " ".join(all_of("TT")),
        "abstract": " ".join(all_of("AB")) or " ".join(all_of("OAB")),
        "authors": [*(all_of("FAU") or all_of("AU")), *(f"{{{name}}}" for name in all_of("CN"))],
        "year": " ".join(all_of("DP")) or " ".join(all_of("DEP")),
        "doi": doi,
        "pmid": " ".join(all_of("PMID")),
        "url": next((text for text in ids if text.startswith("http")), ""),
        "venue": " ".join(all_of("JT")) or " ".join(all_of("TA")),
        "keywords": [word.lstrip("*") for word in all_of("OT") or all_of("MH")],
        "language": " ".join(all_of("LA")),
        "type": all_of("PT"),
        "notices": notices,
    }

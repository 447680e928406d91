"""PubMed's "Abstract (text)" export: numbered records of paragraphs, the abstract among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from rag.readers.blocks import blocks
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

# "1. J Nosuch Moss. 2020 Jan 1;7(3):27-28. doi: ..."
START = re.compile(r"\ufeff?[0-9]{1,6}\. .*(?:19|20)[0-9]{2}")
# "1: Beck I, Roe A. Moss on walls. J Nosuch Moss. 2020 Jan 1;7(3):27-28. doi: ... PMID: 11." and no more of it.
SUMMARY = re.compile(r"\ufeff?1[.:] (?:[^\n]*\S[^\n]*\n){0,20}?[^\n]*\bPMID: ?[0-9]+")
_ASIDE = re.compile(
    r"(?:Author information|Collaborators|Comment (?:in|on)|Erratum in|Update (?:in|of)|Copyright|©|\(C\)"
    r"|Conflict of interest|Declaration|Competing|Keywords|PMID|PMCID|DOI|Publisher"
    r"|Trial registration|Retraction in|Republished)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?:[^\W\d_][\w'’ -]* [A-Z]{1,4}(?:\([0-9#]+\))*[,.]\s*)+(?:et al\.)?$")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the numbered records."""
    for line, record in blocks(lines, START):
        yield make_paper(_flat(record), source, line)


def _flat(record: list[str]) -> dict[str, object]:
    parts = [" ".join(part) for filled, part in groupby(record, key=lambda text: bool(text.strip())) if filled]
    whole = "\n".join(record)
    people = next((at for at, part in enumerate(parts[1:], 1) if at > 1 and _NAMES.fullmatch(part.strip())), 0)
    rest = [part for part in parts[(people or 1) + 1 :] if not _ASIDE.match(part)]
    pmid, doi = (
        re.search(r"^PMID:\s*([0-9]+)", whole, re.MULTILINE),
        re.search(r"doi:\s*(10\.\S+)", whole, re.IGNORECASE),
    )
    journal = re.match(r"[0-9]+\. (.+?)\. ((?:19|20)[0-9]{2})", parts[0])
    title = parts[1] if len(parts) > 1 else ""
    retraction = next((part for part in parts if part.startswith("Retraction in")), "")
    return {
        "title": re.sub(r"^\[(.*)\]\.?$", r"\1", title).removesuffix("."),
        "abstract": max(rest, key=len, default=""),
        "authors": re.sub(r"\([0-9#]+\)", "", parts[people]).rstrip(".") if people else "",
        "year": journal[2] if journal else parts[0],
        "venue": journal[1] if journal else "",
        "doi": doi[1] if doi else "",
        "pmid": pmid[1] if pmid else "",
        "notices": [retraction] if retraction else [],
    }

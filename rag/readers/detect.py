"""Which reader a file is for: what its start says, else its suffix."""

from __future__ import annotations

import re
from pathlib import PurePath

from rag.readers import csv_table, daily_papers

_SUFFIXES = {
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".csv": "csv_table",
    ".tsv": "csv_table",
    ".bib": "bibtex",
    ".xml": "arxiv_atom",
    ".atom": "arxiv_atom",
    ".txt": "daily_papers",
}


def recognise(name: str, head: str) -> str:
    """The name of the reader for a file called `name` that starts with `head`; "" where there is none."""
    start = head.lstrip()
    top = start.split("\n", 1)[0]
    if re.match(r'(\[\s*)?\{\s*["}]', start):
        return "arxiv_snapshot" if re.search(r'"(authors_parsed|versions)"\s*:\s*\[', start) else "jsonl"
    if re.match(r"<(\?xml|feed)\b", start) and "<feed" in start:
        return "arxiv_atom"
    if csv_table.is_header(top):
        return "csv_table"
    if daily_papers.PAGE_HEAD in start:
        return "daily_papers"
    if re.search(r"^\s*@[a-z]+\s*\{[^\s,{}=]+,\s*$", start, re.MULTILINE | re.IGNORECASE):
        return "bibtex"
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes if suffix.lower() != ".gz"]
    return _SUFFIXES.get(suffixes[-1], "") if suffixes else ""

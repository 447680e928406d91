"""Embase's plain text: numbered records, each field's name on a line of its own, its value below, set in once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.readers.blocks import blocks
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

START = re.compile(r"\ufeff?RECORD [0-9]{1,7}\s*$")
_NAME = re.compile(r"[A-Z][A-Za-z /()&-]{1,60}\s*$")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records."""
    for line, record in blocks(lines, START):
        yield make_paper(_fields(record[1:]), source, line)


def _fields(record: list[str]) -> dict[str, str]:
    """The values by their names; of a value the first line alone is set in, and so it tells names from its lines."""
    fields: dict[str, str] = {}
    name = ""
    for text, following in pairwise([*record, ""]):
        if _NAME.match(text) and following.startswith(" ") and not text.startswith(" "):
            name = text.strip()
            fields.setdefault(name, "")
        elif name and text.strip():
            fields[name] = f"{fields[name]} {text.strip()}".strip()
    return fields

"""arXiv's metadata snapshot (arxiv-metadata-oai-snapshot.json): JSON lines with versions and parsed authors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.readers.jsonl import objects
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the snapshot, in their last version; the year is the first version's."""
    for item in objects(lines, source):
        yield item if isinstance(item, Rejected) else make_paper(_flat(item[1]), source, item[0])


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """`record` with the fields that `make_paper` knows."""
    versions = [version for version in _list(record.get("versions")) if isinstance(version, dict)]
    names = [name for name in map(_list, _list(record.get("authors_parsed"))) if name]
    return {
        **record,
        # Each is [last, first, suffix, affiliations ...].
        "authors": [[*name[1:2], name[0], *name[2:3]] for name in names] or record.get("authors"),
        "year": versions[0].get("created") if versions else record.get("update_date"),
        "version": versions[-1].get("version") if versions else None,
    }


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

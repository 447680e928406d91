"""Bringing papers in: what is new, what changed, what is left alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rag.indexing.index import Index
from rag.indexing.records import Encode, Progress, Record, batches, encode
from rag.indexing.verify import rewrite_unreachable
from rag.types import Paper, Rejected

BM25_BATCH = 5000  # papers a Tantivy commit


@dataclass
class SyncReport:
    """What became of each record read: every one is counted once, so the counts add up to `read`."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def read(self) -> int:
        return self.added + self.updated + self.unchanged + self.duplicates + self.rejected

    def to_dict(self) -> dict[str, Any]:
        counts = {n: getattr(self, n) for n in ("read", "added", "updated", "unchanged", "duplicates", "rejected")}
        return {**counts, "rejections": [str(r) for r in self.rejections], "notes": self.notes}

    def __str__(self) -> str:
        return (
            f"{self.read} records: {self.added} added, {self.updated} updated, {self.unchanged} unchanged, "
            f"{self.duplicates} duplicates, {self.rejected} rejected"
        )


class Sync:
    """One import. Used inside `writing`."""

    def __init__(self, index: Index, progress: Progress | None = None, embed: Encode | None = None) -> None:
        """`embed` turns batches of papers into their records, in any order; in this process if not given."""
        self.index = index
        self.forward_index = index.forward_index
        self.progress = progress or (lambda done: None)
        self.embed = embed or partial(map, partial(encode, index.embedder))
        self.report = SyncReport()
        self.seen: dict[str, tuple[int, str, str, str]] = {}  # version, title, hash and place: not whole papers

    def run(self, papers: Iterable[Paper]) -> SyncReport:
        """Writes what is new or changed, batch by batch, and an entry in the ledger."""
        started = time.time()
        changed: list[str] = []
        try:
            for records in self.embed(batches(self._to_write(papers))):
                changed += self._write_counted(records)
                if len(changed) >= BM25_BATCH:
                    self._index_text(changed)
                    self._rewrite(changed)
                    changed = []
        finally:
            self._index_text(changed)
        self._rewrite(changed)
        self.report.rejections += getattr(papers, "rejected", [])
        self.index.ledger.note(
            self.forward_index.size(), seconds=round(time.time() - started, 2), **self.report.to_dict()
        )
        return self.report

    def _to_write(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        """The papers that must be written, the others counted."""
        report, seen = self.report, self.seen
        for paper in papers:
            version, title, content, place = seen.get(paper.id, (-1, "", "", ""))
            if paper.version <= version:
                if paper.title.casefold() != title.casefold():
                    reason = f"id {paper.id} already names another paper ({title[:80]!r}, {place})"
                    report.rejections.append(Rejected(paper.source, paper.line, reason))
                    continue
                report.duplicates += 1
                if paper.content_hash != content:
                    report.notes.append(f"{paper.location}: differs from {place}, the same paper; the first is kept")
                continue
            seen[paper.id] = (paper.version, paper.title, paper.content_hash, paper.location)
            known = self.forward_index.hash(paper.id) or content  # an older version may be on its way to the index
            if not known:
                report.added += 1
            elif known == paper.content_hash or self._is_older(paper):
                report.unchanged += 1
                self.progress(1)
                continue
            else:
                report.updated += 1
            yield paper

    def _is_older(self, paper: Paper) -> bool:
        stored = next(self.forward_index.papers("id = ?", (paper.id,)), None)
        return stored is not None and stored.version > paper.version

    def _write_counted(self, records: Sequence[Record]) -> list[str]:
        newest = [r for r in records if self.seen[r.paper.id][2] == r.paper.content_hash]  # a newer version may follow
        self.index.write(newest)
        self.progress(len(records))
        return [r.paper.id for r in newest]

    def _index_text(self, paper_ids: Sequence[str]) -> None:
        if paper_ids:
            self.index.bm25.write(r.paper for i in paper_ids for r in self.forward_index.records([i]))

    def _rewrite(self, paper_ids: Sequence[str]) -> None:
        if paper_ids and (missing := rewrite_unreachable(self.index.vector_store, self.forward_index, paper_ids)):
            self.report.notes.append(
                f"{len(missing)} passages are not found by their own vectors, {missing[0]} among them: "
                "askpapers doctor --repair builds the index anew"
            )

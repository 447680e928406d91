"""Bringing papers in: what is new, what changed, what is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from rag.indexing.identity import (
    is_own,
    known_by,
    known_without_author,
    may_be_one,
    merged,
    same_title,
    under_its_title,
)
from rag.indexing.index import Index
from rag.indexing.records import Encode, Progress, Record, batches, encode
from rag.indexing.seen import Seen
from rag.indexing.verify import rewrite_unreachable
from rag.types import Paper, Rejected

BM25_BATCH = 5000  # papers a Tantivy commit
MAX_NAMED = 100  # replaced papers that the ledger names, a source; all are counted


NEW_NAMED = 100  # papers added that the ledger names, so that "what is new?" can be answered


@dataclass
class SyncReport:
    """What became of each record read: every one is counted once, so the counts add up to `read`."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejections: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    replaced: dict[str, list[str]] = field(default_factory=dict)  # ids of papers whose records gave way, by source

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def read(self) -> int:
        return self.added + self.updated + self.unchanged + self.duplicates + self.rejected

    def to_dict(self) -> dict[str, Any]:
        counts = {n: getattr(self, n) for n in ("read", "added", "updated", "unchanged", "duplicates", "rejected")}
        replaced = {source: {"papers": len(ids), "ids": ids[:MAX_NAMED]} for source, ids in self.replaced.items()}
        return {
            **counts,
            "rejections": [str(r) for r in self.rejections],
            "notes": self.notes,
            **({"replaced": replaced} if replaced else {}),
        }

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
        self.seen = Seen()
        self.known_as: Callable[[str], list[str]] = lambda name: []
        self.new: list[str] = []

    def run(self, papers: Iterable[Paper]) -> SyncReport:
        """Writes what is new or changed, batch by batch, and an entry in the ledger."""
        started = time.time()
        self.forward_index.know_all(known_by)
        self.known_as = self.forward_index.known_as
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
            self.seen.close()
        self._rewrite(changed)
        self.report.rejections += getattr(papers, "rejected", [])
        self.report.notes += getattr(papers, "notes", [])
        self.index.ledger.note(
            self.forward_index.size(), seconds=round(time.time() - started, 2), **self.report.to_dict(), new=self.new
        )
        return self.report

    def _to_write(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        """The papers that must be written, the others counted."""
        for record in papers:
            paper, joined = self._identified(record)
            first = self.seen.get(paper.id)
            if first and paper.version <= first.version:
                fresh = self._again(paper, first, joined)
            else:
                fresh = self._compared(paper, joined)
            if fresh:
                self.seen.put(fresh, known_by(fresh))
                yield fresh

    def _identified(self, paper: Paper) -> tuple[Paper, bool]:
        """The paper under the id by which it is known here already, and whether that is another than its own."""
        if paper.id.startswith("t-") and (taken := self.seen.get(paper.id) or self._stored(paper.id)):
            paper = under_its_title(paper, taken)
        if self.seen.hash(paper.id) or self.forward_index.hash(paper.id):
            return paper, False
        for name in known_by(paper):
            for known in filter(None, (self.seen.known_as(name), *self.known_as(name))):
                other = self.seen.get(known) or self._stored(known)
                if other and may_be_one(paper, other):
                    return replace(paper, id=known, version=other.version), True
        for known in self.known_as(known_without_author(paper)):
            other = self._stored(known)
            # This file's own record, which an earlier version read without its authors, or with another id.
            if other and other.source == paper.source and not other.authors and not self.seen.hash(known):
                return replace(paper, id=known, version=other.version), True
        return paper, False

    def _again(self, paper: Paper, first: Paper, joined: bool) -> Paper | None:
        """What is new in a paper that this import brought before: what only this record of it tells."""
        earlier = 0 < paper.version < first.version  # whose title may have been another
        if not joined and not earlier and not same_title(paper.title, first.title):
            self._refuse(paper, first)
            return None
        both = merged(first, paper) if joined or paper.source != first.source else first
        if both.content_hash != first.content_hash:
            self.report.updated += 1
            return both
        self.report.duplicates += 1
        if paper.content_hash != first.content_hash:
            said = f"{paper.location}: differs from {first.location}, the same paper; the first is kept"
            self.report.notes.append(said)
        return None

    def _compared(self, paper: Paper, joined: bool) -> Paper | None:
        """The paper if the index has it not, or differently."""
        report = self.report
        known = self.forward_index.hash(paper.id)
        if not known:  # an older version may be on its way to the index
            earlier = bool(self.seen.hash(paper.id))
            report.updated += earlier
            report.added += not earlier
            if not earlier and len(self.new) < NEW_NAMED:
                self.new.append(paper.id)
            return paper
        stored = self._stored(paper.id) if known != paper.content_hash else None
        if stored and not joined and self._clashes(paper, stored):
            self._refuse(paper, stored)
            return None
        fresh = paper
        if stored:
            fresh = merged(stored, paper) if joined and paper.source != stored.source else self._renewed(paper, stored)
        older = bool(stored and stored.version > paper.version)
        if older or fresh.content_hash == known:
            self.seen.put(paper if older else fresh, known_by(paper))
            report.unchanged += 1
            self.progress(1)
            return None
        report.updated += 1
        if joined and stored and paper.source != stored.source:
            said = f"{paper.location}: the same paper as {stored.location} ({paper.id}), which keeps its text"
            report.notes.append(f"{said}; links and ids of both are kept")
        elif stored:
            report.replaced.setdefault(stored.source, []).append(paper.id)
        return fresh

    def _stored(self, paper_id: str) -> Paper | None:
        return next(self.forward_index.papers("id = ?", (paper_id,)), None)

    def _renewed(self, paper: Paper, stored: Paper) -> Paper:
        """A paper's new record, with what other sources told of it before."""
        if paper.source == stored.source and not stored.links:
            return paper
        return merged(paper, stored if paper.source != stored.source else replace(stored, url=paper.url))

    def _clashes(self, paper: Paper, stored: Paper) -> bool:
        """Whether an id that is its source's own names two papers: another file's, of another title."""
        return not is_own(paper) and paper.source != stored.source and not same_title(paper.title, stored.title)

    def _refuse(self, paper: Paper, other: Paper) -> None:
        reason = f"id {paper.id} already names another paper ({other.title[:80]!r}, {other.location})"
        self.report.rejections.append(Rejected(paper.source, paper.line, reason))

    def _write_counted(self, records: Sequence[Record]) -> list[str]:
        newest = [
            r for r in records if self.seen.hash(r.paper.id) == r.paper.content_hash
        ]  # a newer version may follow
        self.index.write(newest)
        self.progress(len(records))
        return [r.paper.id for r in newest]

    def _index_text(self, paper_ids: Sequence[str]) -> None:
        if paper_ids:
            self.index.bm25.write(r.paper for i in paper_ids for r in self.forward_index.records([i]))

    def _rewrite(self, paper_ids: Sequence[str]) -> None:
        if paper_ids and (missing := rewrite_unreachable(self.index.vector_store, self.forward_index, paper_ids)):
            one = f"the passage {missing[0]} is not found by its own vector"
            several = f"{len(missing)} passages are not found by their own vectors, {missing[0]} among them"
            self.report.notes.append(
                f"{one if len(missing) == 1 else several}: askpapers doctor --repair builds the index anew"
            )

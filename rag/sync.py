"""Bringing papers in: what is new, what changed, what is left alone, and what a cut-off write left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag.embedding import Embedder
from rag.passages import passage_text, passages_of
from rag.reach import settle
from rag.sentences import split_sentences
from rag.shelf import Record
from rag.tokens import pack
from rag.types import Paper, Passage, Rejected, Sentence

if TYPE_CHECKING:
    from rag.library import Library

BATCH = 128  # papers embedded and written together
LEXICAL_BATCH = 5000  # papers a Tantivy commit

_T = TypeVar("_T")
Progress = Callable[[int], object]
Encode = Callable[[Iterable[Sequence[Paper]]], Iterable[Sequence[Record]]]


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
    """One import. Used while the library's writer lock is held."""

    def __init__(self, library: Library, progress: Progress | None = None, embed: Encode | None = None) -> None:
        """`embed` turns batches of papers into their records, in any order; in this process if not given."""
        self.library = library
        self.shelf = library.shelf
        self.progress = progress or (lambda done: None)
        self.embed = embed or partial(map, partial(encode, library.embedder))
        self.report = SyncReport()
        self.seen: dict[str, tuple[int, str, str, str]] = {}  # version, title, hash and place: not whole papers

    def run(self, papers: Iterable[Paper]) -> SyncReport:
        """Writes what is new or changed, batch by batch, and an entry in the ledger."""
        started = time.time()
        changed: list[str] = []
        try:
            for records in self.embed(batches(self._news(papers))):
                changed += self._write_counted(records)
                if len(changed) >= LEXICAL_BATCH:
                    self._index_words(changed)
                    self._settle(changed)
                    changed = []
        finally:
            self._index_words(changed)
        self._settle(changed)
        self.report.rejections += getattr(papers, "rejected", [])
        self.library.ledger.note(self.shelf.size(), seconds=round(time.time() - started, 2), **self.report.to_dict())
        return self.report

    def _news(self, papers: Iterable[Paper]) -> Iterator[Paper]:
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
                    report.notes.append(f"{paper.place}: differs from {place}, the same paper; the first is kept")
                continue
            seen[paper.id] = (paper.version, paper.title, paper.content_hash, paper.place)
            known = self.shelf.hash(paper.id) or content  # an older version may be on its way to the shelf
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
        stored = next(self.shelf.papers("id = ?", (paper.id,)), None)
        return stored is not None and stored.version > paper.version

    def _write_counted(self, records: Sequence[Record]) -> list[str]:
        newest = [r for r in records if self.seen[r.paper.id][2] == r.paper.content_hash]  # a newer version may follow
        write(self.library, newest)
        self.progress(len(records))
        return [r.paper.id for r in newest]

    def _index_words(self, paper_ids: Sequence[str]) -> None:
        if paper_ids:
            self.library.lexical.write(r.paper for i in paper_ids for r in self.shelf.records([i]))

    def _settle(self, paper_ids: Sequence[str]) -> None:
        if paper_ids and (missing := settle(self.library.store, self.shelf, paper_ids)):
            self.report.notes.append(
                f"{len(missing)} passages are not found by their own vectors, {missing[0]} among them: "
                "askpapers doctor --repair builds the index anew"
            )


def batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    """The papers, or their ids, as many at a time as are embedded and written together."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def write(library: Library, records: Sequence[Record]) -> None:
    """Writes the records of different papers to Chroma, then to the shelf."""
    if not records:
        return
    known = [r.paper.id for r in records if library.shelf.hash(r.paper.id) is not None]
    library.store.put([(r.paper, r.passages, r.vectors) for r in records], known)
    with library.shelf.transaction():
        library.shelf.put(records)


def encode(embedder: Embedder, papers: Sequence[Paper]) -> list[Record]:
    """Papers with their passages, vectors and token codes."""
    count = embedder.count
    texts: list[tuple[str, int, int]] = []  # text, where the passage begins in it, and in the abstract
    parts: list[tuple[Paper, tuple[Sentence, ...], tuple[Passage, ...]]] = []
    for paper in papers:
        sentences = tuple(split_sentences(paper.abstract))
        passages = tuple(passages_of(paper, count, sentences))
        parts.append((paper, sentences, passages))
        for passage in passages:
            text = passage_text(paper, passage.text, count)
            texts.append((text, len(text) - len(passage.text), passage.start))
    encoded = embedder.encode([text for text, _, _ in texts])
    records, at = [], 0
    for paper, sentences, passages in parts:
        here = slice(at, at + len(passages))
        at += len(passages)
        tokens = pack([(t, e, b, s) for (t, b, s), e in zip(texts[here], encoded[here], strict=True)], sentences)
        vectors = np.stack([e.vector for e in encoded[here]])
        records.append(Record(paper, sentences, passages, vectors, tokens))
    return records


def repair(library: Library) -> None:
    """Brings the shelf and the words back in step with Chroma, and finishes papers that were half written."""
    stored, known = library.store.hashes(), library.shelf.hashes()
    with library.shelf.transaction():
        library.shelf.delete([i for i in known if i not in stored])
    behind = [i for i, content in stored.items() if not content or known.get(i) != content]
    for part in batches(behind):
        papers = [s.paper for s in library.store.get(part)]
        library.store.delete(sorted(set(part) - {p.id for p in papers}))  # their first row was never written
        if papers:
            write(library, encode(library.embedder, papers))
    settle(library.store, library.shelf, behind)
    library.lexical.write(library.shelf.papers(), clear=True)

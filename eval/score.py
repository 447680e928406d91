"""Claim sentences before a judge: every judgement kept on disk, failures counted and never scored."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from eval.metrics import Judged, Reply, Source, Statement
from rag.answering.judges import Judge, Support
from rag.errors import AskpapersError, LLMError

COVERAGE = "coverage"  # the name of the judge of level 0
DOWN = 3  # failures in a row after which a judge counts as down

Item = TypeVar("Item")
Result = TypeVar("Result")


class Scorer:
    """A judge with a memory: the same sentence and evidence are put to it once, over all runs that share `cache`.

    Level 0 is remembered for this run only: it is quick, and depends on the collection. `calls` are those put to a
    judge now, `failures` those that it failed on.
    """

    def __init__(self, judge: Judge, coverage: Judge, cache: Path | None = None, parallel: int = 1) -> None:
        self.judge, self.coverage, self.parallel = judge, coverage, parallel
        self.calls = self.failures = 0
        self._failed_in_a_row = 0
        self._memory: dict[str, Support] = {}
        self._cache = _Cache(cache) if cache is not None and judge.level else None
        self._lock = threading.Lock()

    @property
    def judgements(self) -> int:
        """How many different ones there are."""
        return len(self._memory)

    def support(self, evidence: Sequence[str], sentence: str, judge: Judge | None = None) -> Support | None:
        """The judgement, None when the judge failed on it. Raises LLMError when the judge is down."""
        judge = judge or self.judge
        key = _digest([judge.name, judge.level, judge_hash(judge.level), sentence, list(evidence)])
        cache = self._cache if judge.level else None
        support = self._memory.get(key) or (cache.get(key) if cache else None)
        if judge.name == COVERAGE and sentence in evidence:  # each token is covered by itself: nothing to measure
            support = Support(1.0, "supported", list(evidence).index(sentence), judge.level)
        if support is None:
            try:
                support = judge.score(evidence, sentence)
            except AskpapersError as error:
                self._failed(error)
                return None
            support = replace(support, score=round(support.score, 6))
            if cache:
                cache.put(key, support)
            with self._lock:
                self.calls += 1
                self._failed_in_a_row *= judge is not self.judge  # that level 0 works tells nothing of the others
        self._memory[key] = support
        return support

    def _failed(self, error: AskpapersError) -> None:
        with self._lock:
            self.failures += 1
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= DOWN:
                raise LLMError(f"the judge is down: {error}; what it judged is kept, run again to go on") from error

    def judge_all(self, replies: Sequence[Reply], tick: Callable[[], object] = lambda: None) -> list[list[Judged]]:
        """The claims of each reply, judged; none for one that abstained. `tick` is called after each claim."""
        places = [(i, j) for i, r in enumerate(replies) if not r.abstained for j in range(len(r.claims))]
        claims: dict[tuple[int, int], Judged] = {}
        with closing(in_parallel(lambda at: self._judge(replies[at[0]].claims[at[1]]), places, self.parallel)) as done:
            for place, judged in done:
                claims[place] = judged
                tick()
        return [[claims[place] for place in sorted(claims) if place[0] == i] for i in range(len(replies))]

    def _judge(self, claim: Statement) -> Judged:
        sources = [s for s in claim.sources if s is not None]
        evidence = tuple(evidence_of(sources))
        if not evidence:
            return Judged(claim, (), 0.0, False, (False,) * len(claim.sources), 0.0)
        coverage = self.support(evidence, claim.text, self.coverage)
        assert coverage is not None  # level 0 does not fail
        together = self.support(evidence, claim.text)
        supported = together is not None and together.verdict == "supported"
        precise = self._precise(claim, sources) if supported else [False] * len(claim.sources)
        if together is None or None in precise:
            return Judged(claim, evidence, None, False, (), coverage.score)
        return Judged(
            claim, evidence, together.score, supported, tuple(map(bool, precise)), coverage.score, together.best
        )

    def _precise(self, claim: Statement, sources: Sequence[Source]) -> list[bool | None]:
        """For each marker of a supported sentence, whether it supports alone or is needed; None for a failure."""
        if None in claim.sources:  # ALCE: a dangling marker spoils the sentence
            return [False] * len(claim.sources)
        if len(sources) == 1:
            return [True]
        return [self._needed(claim.text, sources, i) for i in range(len(sources))]

    def _needed(self, text: str, sources: Sequence[Source], i: int) -> bool | None:
        alone = self._supported(sources[i : i + 1], text)
        if alone is not False:
            return alone
        rest = self._supported([*sources[:i], *sources[i + 1 :]], text)
        return None if rest is None else not rest

    def _supported(self, sources: Sequence[Source], text: str) -> bool | None:
        evidence = evidence_of(sources)
        support = self.support(evidence, text) if evidence else None
        return None if support is None and evidence else support is not None and support.verdict == "supported"

    def close(self) -> None:
        if self._cache:
            self._cache.close()


def evidence_of(sources: Sequence[Source]) -> list[str]:
    """What the judge reads: the cited sentences, each once, then the titles, which hold names."""
    sentences = [sentence for source in sources for sentence in source.sentences]
    return [text for text in dict.fromkeys([*sentences, *(s.title for s in sources)]) if text.strip()]


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], limit: int
) -> Generator[tuple[Item, Result], None, None]:
    """(item, result) as each gets done, at most `limit` at a time; the first error cancels what has not begun."""
    with ThreadPoolExecutor(max(limit, 1)) as pool:
        futures: dict[Future[Result], Item] = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def judge_hash(level: int) -> str:
    """What a judge of that level does, its threshold included: judgements of another one are not its own."""
    read = {0: (), 2: ("rag.models.entailment",)}.get(level, ("rag.answering.prompts", "rag.models.examination"))
    return source_hash("rag.answering.judges", "rag.text.entities", *read)


@cache
def source_hash(*names: str) -> str:
    """SHA-256 of what modules and packages say, blank and comment lines left out."""
    digest = hashlib.sha256()
    for name in names:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        for file in sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]:
            lines = map(str.rstrip, file.read_text(encoding="utf-8").splitlines())
            digest.update("\n".join(line for line in lines if not line.lstrip().startswith("#") and line).encode())
    return digest.hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


class _Cache:
    """Judgements in SQLite, written one by one, so that an interruption loses none."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("CREATE TABLE IF NOT EXISTS judgements (key TEXT PRIMARY KEY, value TEXT NOT NULL)")

    def get(self, key: str) -> Support | None:
        with self._lock:
            row = self._db.execute("SELECT value FROM judgements WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        fields = json.loads(row[0])
        return Support(**{**fields, "warnings": tuple(fields["warnings"])})

    def put(self, key: str, value: Support) -> None:
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO judgements VALUES (?, ?)", (key, json.dumps(asdict(value))))

    def close(self) -> None:
        self._db.close()

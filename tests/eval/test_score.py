"""Judging: ALCE's precision, the cache, and judges that fail."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from eval.metrics import Judged, Reply, Source, Statement
from eval.score import Scorer, evidence_of, in_parallel
from rag.errors import LLMError

A, B, C = Source("A", ("Fast ducks",)), Source("B", ("cross wide rivers",)), Source("C", ("Geese bite",))
CLAIM = "Fast ducks cross wide rivers."


def judge_one(judge: Any, *sources: Source | None) -> Judged:
    scorer = Scorer(judge, judge)
    return scorer.judge_all([Reply("q", "?", (Statement(CLAIM, sources),))])[0][0]


def test_evidence_is_the_sentences_and_then_the_titles() -> None:
    assert evidence_of([A, Source("A", ("Fast ducks", "swim")), Source("", ("x",))]) == ["Fast ducks", "swim", "x", "A"]


@pytest.mark.parametrize(
    ("sources", "supported", "precise"),
    [
        ((A, B), True, (True, True)),  # only together, so each is needed
        ((A, B, C), True, (True, True, False)),  # the third neither supports nor is needed
        ((Source("D", (CLAIM,)), A), True, (True, False)),
        ((A,), False, (False,)),
        ((A, C), False, (False, False)),
        ((A, B, None), True, (False, False, False)),
        ((None,), False, (False,)),
        ((), False, ()),
        ((Source("", ()),), False, (False,)),
    ],
)
def test_recall_and_precision_as_alce_has_them(
    judge: Any, sources: tuple[Source | None, ...], supported: bool, precise: tuple[bool, ...]
) -> None:
    judged = judge_one(judge, *sources)
    assert (judged.supported, judged.precise) == (supported, precise)
    assert judged.support == (1.0 if supported else judged.coverage)


def test_nothing_cited_counts_nought_without_asking(judge: Any) -> None:
    assert judge_one(judge).support == 0.0
    assert judge.asked == []


def test_abstentions_and_short_sentences_are_not_judged(judge: Any) -> None:
    scorer = Scorer(judge, judge)
    declined = Reply("q", "?", (Statement(CLAIM, (A,)),), declined=True)
    short = Reply("q", "?", (Statement("Yes.", (A,)),))
    assert scorer.judge_all([declined, short]) == [[], []]
    assert judge.asked == []


def test_the_same_is_asked_once_and_never_again_while_the_cache_lives(make_judge: Any, tmp_path: Path) -> None:
    judge, coverage, cache = make_judge(level=1), make_judge(), tmp_path / "deep" / "cache.sqlite"
    replies = [Reply(str(i), "?", (Statement(CLAIM, (A, B)),)) for i in range(2)]
    first = Scorer(judge, coverage, cache)
    found = first.judge_all(replies)
    first.close()
    assert found[0] == found[1]
    assert (first.calls, first.judgements, len(judge.asked)) == (4, 4, 3)  # both, each alone; and coverage once
    second = Scorer(judge, coverage, cache)
    assert second.judge_all(replies) == found
    second.close()
    assert len(judge.asked) == 3
    third = Scorer(make_judge(level=1, name="another"), coverage, cache)
    assert third.judge_all(replies) == found
    third.close()
    assert third.calls == 4


def test_level_0_is_not_kept(judge: Any, tmp_path: Path) -> None:
    Scorer(judge, judge, tmp_path / "cache.sqlite").judge_all([Reply("q", "?", (Statement(CLAIM, (A,)),))])
    assert not (tmp_path / "cache.sqlite").exists()


def test_a_failure_is_counted_and_not_scored(make_judge: Any) -> None:
    judge, coverage = make_judge(level=1, fails=[CLAIM]), make_judge()
    scorer = Scorer(judge, coverage)
    ((failed,), (fine,)) = scorer.judge_all(
        [
            Reply("1", "?", (Statement(CLAIM, (A,)),)),
            Reply("2", "?", (Statement("Geese bite fast brown ducks.", (C,)),)),
        ]
    )
    assert (failed.support, failed.supported, fine.support) == (None, False, 0.4)
    assert scorer.failures == 1


def test_a_judge_that_is_down_stops_the_run_and_what_it_judged_is_kept(make_judge: Any, tmp_path: Path) -> None:
    claims = [f"Fast ducks cross {n} rivers." for n in range(6)]
    replies = [Reply(c, "?", (Statement(c, (A,)),)) for c in claims]
    judge = make_judge(level=1, fails=claims[2:])
    scorer = Scorer(judge, make_judge(), tmp_path / "cache")
    with pytest.raises(LLMError, match=r"the judge is down: cannot reach the judge; .* run again to go on"):
        scorer.judge_all(replies)
    scorer.close()
    judge.fails, judge.asked[:] = [], []
    again = Scorer(judge, make_judge(), tmp_path / "cache")
    assert [len(claims) for claims in again.judge_all(replies)] == [1] * 6
    again.close()
    assert [sentence for _, sentence in judge.asked] == claims[2:]


def test_at_most_so_many_at_a_time() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return item * item

    assert dict(in_parallel(work, range(20), 3)) == {n: n * n for n in range(20)}
    assert 1 < most <= 3

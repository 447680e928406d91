"""Judged answers to figures with intervals, beside those of the baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.cases import Case
from eval.losses import Loss, lay
from eval.metrics import DEPTH, METRICS, Judged, Reply, Value, loss, measure, risk_coverage
from eval.mistakes import worst_questions
from eval.ranking import ranks_of, recall_at
from eval.report import Delta, Figure, Report, Row
from eval.stats import (
    SEED,
    JudgeError,
    corrected_interval,
    difference,
    estimate,
    interval,
    percentile_interval,
    rogan_gladen,
)

WORST = 20  # sentences shown beside their evidence
BINS = 20  # of the histogram of support


@dataclass(frozen=True)
class Answered:
    """A system's answers: replies and judged claims in the order of the questions, and seconds where known."""

    replies: Sequence[Reply]
    judged: Sequence[Sequence[Judged]]
    seconds: Sequence[float | None] = ()


def build_report(
    systems: Mapping[str, Answered],
    cases: Sequence[Case | None],
    hashes: Mapping[str, str],
    about: Mapping[str, Any],
    level: int,
    error: JudgeError | None = None,
) -> Report:
    """All figures of the first system and of the others, which are its baselines. `level` is the judge's."""
    first = next(iter(systems))
    rows: list[Row] = []
    losses: list[Loss] = []
    for name, answered in systems.items():
        for case, reply, judged in zip(cases, answered.replies, answered.judged, strict=True):
            lost = lay(name, case, reply, judged) if case else []
            values = {"right": _points(case, lost), **measure(case, reply, judged)}
            rows.append(Row(name, reply.id, case.type if case else "all", values))
            losses += lost
    mine = [row for row in rows if row.system == first]
    types = [t for t in dict.fromkeys(row.type for row in mine) if t != "all"]
    figures = [f for name in systems for f in figures_of([r for r in rows if r.system == name], "all", level)]
    figures += [f for t in types for f in figures_of([r for r in mine if r.type == t], t, level)]
    deltas = [
        d for name in list(systems)[1:] for d in paired(name, [r for r in rows if r.system == name], first, mine, level)
    ]
    curves: dict[str, Any] = {
        "recall": {name: curve for name, a in systems.items() if (curve := _recall_curve(a.replies, cases))},
        "risk": {name: curve for name, a in systems.items() if (curve := _risk_curve(a.replies, cases, rows, name))},
        "support": _support_histogram(systems[first].judged),
        "reliability": [list(b) for b in error.reliability] if error else [],
    }
    answered = systems[first]
    corrected = _corrected(mine, error) if error else None
    timings = {name: _seconds(a.seconds) for name, a in systems.items()}
    return Report(
        system=first,
        hashes=dict(hashes),
        about={**about, "corrected": corrected},
        figures=tuple(figures),
        deltas=tuple(deltas),
        questions=tuple(rows),
        curves=curves,
        worst=tuple(_worst(answered)),
        timings={"seconds": timings},
        losses=tuple(losses),
        bad=tuple(worst_questions(cases, answered.replies, [x for x in losses if x.system == first])),
    )


def _points(case: Case | None, lost: Sequence[Loss]) -> Value:
    """What is left of a question's point."""
    if case is None:
        return Value(0, 0, "not labelled")
    return Value(round(max(0.0, 1 - sum(x.share for x in lost)), 5))


def level_of(metric: str, level: int | None) -> int | None:
    """The judge's level that a metric rests on, None without a judge."""
    about = METRICS.get(metric)
    if about is None or not about.judged:
        return None
    return level if about.level is None else about.level


def figures_of(rows: Sequence[Row], group: str, level: int | None, seed: int = SEED) -> list[Figure]:
    """A figure with its interval for each metric of one system's rows; `level` is the judge's."""
    figures = []
    for metric in rows[0].values:
        values = [row.values[metric] for row in rows]
        defined = [v for v in values if v.denominator]
        numerators, denominators = [v.numerator for v in defined], [v.denominator for v in defined]
        excluded = dict(sorted(Counter(v.reason for v in values if not v.denominator).items()))
        value = estimate(numerators, denominators)
        low, high = interval(numerators, denominators, seed=seed)
        judge_level = level_of(metric, level)
        figures.append(Figure(rows[0].system, group, metric, value, low, high, len(defined), excluded, judge_level))
    return figures


def paired(
    a: str, rows_a: Sequence[Row], b: str, rows_b: Sequence[Row], level: int, confidence: float = 0.95
) -> list[Delta]:
    """What b gains over a, metric by metric, over the questions where both are defined."""
    other = {row.id: row.values for row in rows_b}
    deltas = []
    for metric in (m for m in METRICS if all(m in row.values for row in (*rows_a[:1], *rows_b[:1]))):
        pairs = [(row.values[metric], other[row.id][metric]) for row in rows_a if row.id in other]
        both = [(x[:2], y[:2]) for x, y in pairs if x.denominator and y.denominator]
        value, low, high = difference([x for x, _ in both], [y for _, y in both], confidence)
        deltas.append(Delta(a, b, metric, value, low, high, len(both), level_of(metric, level)))
    return deltas


def _recall_curve(replies: Sequence[Reply], cases: Sequence[Case | None]) -> list[list[float | None]]:
    """[k, recall@k, low, high] for k from 1."""
    known = [(c, r.retrieved) for c, r in zip(cases, replies, strict=True) if c and c.gold_titles and r.retrieved]
    ranks = [(ranks_of(case.gold_titles, titles), len(case.gold_titles)) for case, titles in known]
    curve: list[list[float | None]] = []
    for k in range(1, DEPTH + 1) if known else ():
        recalls = [recall_at(k, r, gold) for r, gold in ranks]
        ones = [1.0] * len(recalls)
        curve.append([k, estimate(recalls, ones), *interval(recalls, ones)])
    return curve


def _risk_curve(
    replies: Sequence[Reply], cases: Sequence[Case | None], rows: Sequence[Row], system: str
) -> list[list[float | None]]:
    """[coverage, risk], the surest answers first; nothing unless every answer tells how sure it is."""
    values = [row.values for row in rows if row.system == system]
    given = [(c, r, v) for c, r, v in zip(cases, replies, values, strict=True) if c and not r.abstained]
    sure = [r.confidence for _, r, _ in given if r.confidence is not None]
    if len(sure) < len(given):
        return []
    points = risk_coverage(sure, [loss(c, r, v) for c, r, v in given], len(replies))
    return [[round(coverage, 6), round(risk, 6)] for coverage, risk in points]


def _support_histogram(judged: Sequence[Sequence[Judged]]) -> dict[str, list[int]]:
    """Claim sentences by verdict and twentieth of support, from 0 to 1."""
    claims = [j for claims in judged for j in claims if j.support is not None]
    bins: dict[str, list[int]] = {}
    for verdict, wanted in (("supported", True), ("unsupported", False)):
        scores = [j.support for j in claims if j.supported is wanted and j.support is not None]
        bins[verdict] = np.histogram(scores, BINS, (0.0, 1.0))[0].tolist()
    return bins


def _corrected(rows: Sequence[Row], error: JudgeError) -> dict[str, Any]:
    """Sentence grounding with the judge's own error taken out."""
    values = [row.values["sentence_grounding"] for row in rows if row.values["sentence_grounding"].denominator]
    numerators, denominators = [v.numerator for v in values], [v.denominator for v in values]
    observed = estimate(numerators, denominators)
    value = None if observed is None else rogan_gladen(observed, error.sensitivity, error.specificity)
    low, high = (None, None) if value is None else corrected_interval(numerators, denominators, error)
    told = {k: v for k, v in asdict(error).items() if k != "reliability"}
    return {"metric": "sentence_grounding", "observed": observed, "value": value, "low": low, "high": high, **told}


def _worst(answered: Answered) -> list[dict[str, Any]]:
    """The least supported claim sentences, unsupported ones first."""
    pairs = [(reply, j) for reply, claims in zip(answered.replies, answered.judged, strict=True) for j in claims]
    pairs.sort(key=lambda pair: (pair[1].supported, pair[1].support or 0.0, pair[1].coverage))
    return [{"id": reply.id, "question": reply.question, **claim_row(j)} for reply, j in pairs[:WORST]]


def claim_row(judged: Judged) -> dict[str, Any]:
    """A judged sentence as it is written to disk."""
    return {
        "claim": judged.statement.text,
        "sentences": list(judged.evidence),
        "support": None if judged.support is None else round(judged.support, 6),
        "verdict": "failed" if judged.support is None else "supported" if judged.supported else "unsupported",
        "coverage": round(judged.coverage, 6),
        "best": judged.best,
        "dangling": judged.dangling,
    }


def _seconds(seconds: Sequence[float | None]) -> dict[str, Any]:
    """p50 and p95 of the seconds a question took, with intervals."""
    known = [s for s in seconds if s is not None]
    figures: dict[str, Any] = {"n": len(known)}
    for percent in (50, 95) if known else ():
        value = round(float(np.percentile(known, percent)), 4)
        figures[f"p{percent}"] = [value, *percentile_interval(known, percent)]
    return figures

"""Can the harness be believed? Its judge against people's labels, against spoilt claims, and against itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.agreement import (
    auc,
    balanced_accuracy,
    calibration_error,
    reliability_bins,
    sensitivity,
    specificity,
    word_probe,
)
from eval.blocks import Block, Heading, Plot, Table, Text, to_html, to_markdown
from eval.claims import LabelledClaim, index_claims, read_claims
from eval.perturb import KINDS, Evidence, mutants, nearest_in, nearest_of, random_wrong
from eval.render import LEVELS, figure_text
from eval.report import save
from eval.run import CACHE, bar, corpus_hash, judge_for
from eval.score import Scorer, in_parallel, judge_hash, source_hash
from eval.stats import SEED, JudgeError, estimate, interval, statistic_interval
from rag.answering.judges import Judge, Support
from rag.errors import AskpapersError, SourceError
from rag.library import Library
from rag.models.llms import ChatModel

TWICE = 10  # claims judged a second time
OWN = "own index"

Wrong = Callable[[LabelledClaim], Evidence]
Supports = dict[LabelledClaim, Support | None]


@dataclass(frozen=True)
class Check:
    """One figure about the judge: AUC or share with its 95% interval, over n claims (and the mutants of as many)."""

    name: str
    about: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class MetaSet:
    """What was found on one set of claims. `error` is there where the set has both supported claims and others."""

    name: str
    claims: int
    failures: int
    checks: tuple[Check, ...]
    error: JudgeError | None


@dataclass(frozen=True)
class Meta:
    """The judge's own report."""

    judge: str
    level: int
    hashes: dict[str, str]
    sets: tuple[MetaSet, ...]

    def blocks(self, plots: bool) -> list[Block]:
        blocks: list[Block] = [
            Heading(f"How far {self.judge} can be believed", 1),
            Text(
                f"Judge of level {self.level} ({LEVELS[self.level]}). Figures with 95% intervals, claims of one group "
                "resampled together. AUC 0.5 is chance. The probes see the claim only: a judge no better than they are "
                f"reads no evidence. Claims of {OWN!r} stand word for word in their evidence, which gives level 0 an "
                "AUC of 1 for nothing: it is left out there."
            ),
        ]
        for one in self.sets:
            rows = [[c.name, figure_text(c.value, c.low, c.high, c.n), c.about] for c in one.checks]
            blocks += [
                Heading(one.name),
                Text(f"{one.claims} claims, {one.failures} failures of the judge."),
                Table([f"level {self.level}", "figure", "what it is"], rows),
            ]
            if plots and one.error:
                from eval.plots import reliability

                blocks.append(Plot(reliability(one.error.reliability), "Reliability; the numbers count claims."))
        return blocks

    def __str__(self) -> str:
        return to_markdown(self.blocks(plots=False))

    def write(self, folder: str | Path) -> None:
        """meta.json, meta.md and meta.html."""
        content = json.dumps(asdict(self), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        save(Path(folder) / "meta.json", content)
        save(Path(folder) / "meta.md", str(self))
        save(Path(folder) / "meta.html", to_html("The judge's own report", self.blocks(plots=True)))


def read_judge_error(spec: str) -> JudgeError:
    """The judge's error from a meta.json or its folder, of its first labelled set or the one named after a `#`."""
    name, _, wanted = spec.partition("#")
    path = Path(name) / "meta.json" if Path(name).is_dir() else Path(name)
    try:
        sets = json.loads(path.read_text(encoding="utf-8"))["sets"]
        for one in sets:
            if one["error"] and wanted in ("", one["name"]):
                bins = tuple((b[0], b[1], b[2]) for b in one["error"]["reliability"])
                return JudgeError(**{**one["error"], "reliability": bins})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: not a report of eval meta: {error}") from None
    raise SourceError(f"{path}: no labelled claims{' named ' + wanted if wanted else ''}")


def examined(
    library: Library, claims: Path, judge: str, llm: ChatModel | None, out: Path, parallel: int = 1
) -> JudgeError:
    """The error of a judge, measured on labels before it is believed; its own report goes into the folder `out`.

    Raises SourceError where the labels have supported claims alone, or no such, and for a judge no better than chance.
    """
    meta(library, claims, judge=judge, llm=llm, own=0, out=out, parallel=parallel, progress=False)
    error = read_judge_error(str(out))
    if error.sensitivity + error.specificity <= 1:
        raise SourceError(
            f"{claims}: judge {judge!r} is no better than chance on these labels (right on {error.sensitivity:.2f} of "
            f"supported claims, {error.specificity:.2f} of others): take another --judge; {out / 'meta.html'}"
        )
    return error


def meta(
    library: Library,
    claims: str | Path | None = None,
    *,
    judge: str | Judge = "coverage",
    llm: ChatModel | None = None,
    limit: int | None = None,
    own: int = 100,
    out: str | Path | None = None,
    parallel: int = 1,
    progress: bool = True,
) -> Meta:
    """Judges claims whose label is known: those of `claims`, and `own` drawn from the library itself.

    At most `limit` of each set. Raises SourceError for claims that cannot be read, LLMError when the judge is down.
    """
    judge = judge_for(judge, library, llm)
    sets: dict[str, tuple[list[LabelledClaim], Wrong]] = {}
    for name, labelled in (read_claims(claims) if claims is not None else {}).items():
        some = _some(labelled, limit)
        sets[name] = some, nearest_of(some)
    drawn = index_claims(library, min(own, limit or own))
    if drawn:
        sets[OWN] = drawn, lambda claim: nearest_in(library, claim)
    results = []
    with closing(Scorer(judge, judge, library.home / CACHE, parallel)) as scorer:
        for name, (some, wrong) in sets.items():
            results.append(_check(name, some, wrong, scorer, progress))
    hashes = {"corpus": corpus_hash(library), "judge": judge_hash(judge.level), "code": source_hash("rag")}
    report = Meta(judge.name, judge.level, hashes, tuple(results))
    if out is not None:
        report.write(out)
    return report


def _check(name: str, claims: Sequence[LabelledClaim], wrong: Wrong, scorer: Scorer, progress: bool) -> MetaSet:
    failures = scorer.failures
    supported = [c for c in claims if c.label == "supported"]
    spoilt = {f"{kind} mutants": mutants(claims, kind) for kind in KINDS}
    spoilt["random wrong citation"] = [(c, w) for w in random_wrong(supported) for c in supported if c.id == w.id]
    spoilt["best wrong citation"] = [(c, replace(c, evidence=e, label="nei")) for c in supported if (e := wrong(c))]
    asked = list(dict.fromkeys([*claims, *(spoiled for pairs in spoilt.values() for _, spoiled in pairs)]))
    supports: Supports = {}
    with (
        bar(name, len(asked), progress) as shown,
        closing(in_parallel(lambda c: scorer.support(c.evidence, c.claim), asked, scorer.parallel)) as done,
    ):
        for claim, support in done:
            supports[claim] = support
            shown.update()
    checks, error = _against_labels(name, [(c, s) for c in claims if (s := supports[c])], scorer.judge)
    for kind, pairs in spoilt.items():
        told = _against_originals(kind, [(a, b) for x, y in pairs if (a := supports[x]) and (b := supports[y])])
        checks += told[1:] if name == OWN and scorer.judge.level == 0 else told
    checks.append(_twice(claims, scorer.judge))
    return MetaSet(name, len(claims), scorer.failures - failures, tuple(checks), error)


def _against_labels(
    name: str, known: Sequence[tuple[LabelledClaim, Support]], judge: Judge
) -> tuple[list[Check], JudgeError | None]:
    """AUC, accuracy and calibration against the labels, beside probes that see the claim only."""
    labels = np.array([c.label for c, _ in known])
    truth = labels == "supported"
    if not truth.any() or truth.all():
        return [], None
    scores = np.array([s.score for _, s in known])
    called = np.array([s.verdict == "supported" for _, s in known])
    groups = np.array([c.group for c, _ in known])
    words = word_probe([c.claim for c, _ in known], truth, groups)
    lengths = np.array([len(c.claim) for c, _ in known], float)
    checks = [_figure("AUC", "supported against the rest", auc, groups, truth, scores)]
    for label, about in (("refuted", "refuted"), ("nei", "not enough information"), ("partial", "partly supported")):
        if (labels == label).any():
            mine = truth | (labels == label)
            against = f"supported against {about}"
            checks.append(_figure(f"AUC against {label}", against, auc, groups[mine], truth[mine], scores[mine]))
    if words is not None:
        checks.append(_figure("probe: words", "AUC of the claim's words, cross-validated", auc, groups, truth, words))
    checks += [
        _figure("probe: length", "AUC of the claim's length", auc, groups, truth, lengths),
        _figure("sensitivity", "supported claims called so", sensitivity, groups, truth, called),
        _figure("specificity", "other claims not called supported", specificity, groups, truth, called),
        _figure("balanced accuracy", "mean of the two", balanced_accuracy, groups, truth, called),
        _figure("calibration error", "expected, 10 bins; 0 is best", calibration_error, groups, truth, scores),
    ]
    right, wrong = sensitivity(truth, called), specificity(truth, called)
    assert right is not None
    assert wrong is not None
    counts = int(truth.sum()), int((~truth).sum())
    bins = tuple(reliability_bins(truth, scores))
    version = judge_hash(judge.level)
    return checks, JudgeError(judge.name, name, round(right, 6), counts[0], round(wrong, 6), counts[1], bins, version)


def _figure(name: str, about: str, statistic: Any, groups: NDArray[Any], *columns: NDArray[Any]) -> Check:
    value = statistic(*columns)
    low, high = statistic_interval(statistic, *columns, groups=groups)
    return Check(name, about, None if value is None else round(value, 6), low, high, len(groups))


def _against_originals(kind: str, known: Sequence[tuple[Support, Support]]) -> list[Check]:
    """Do the spoilt claims score less than their originals, and how many are caught by verdict and by warnings?

    For the AUC both sides are resampled by themselves: a pair kept together and drawn twice would be compared with
    itself four times, which moves the whole interval.
    """
    if not known:
        return []
    n = len(known)
    truth = np.repeat([True, False], n)
    scores = np.array([a.score for a, _ in known] + [b.score for _, b in known])
    figure = _figure(f"{kind}: AUC", "originals against them", auc, np.arange(2 * n), truth, scores)
    checks = [replace(figure, n=n)]
    for share, about, hits in (
        ("caught", "of them called unsupported", [b.verdict != "supported" for _, b in known]),
        ("kept", "of their originals called supported", [a.verdict == "supported" for a, _ in known]),
        ("warned", "of them with a warning", [bool(b.warnings) for _, b in known]),
        ("warned falsely", "of their originals with a warning", [bool(a.warnings) for a, _ in known]),
    ):
        numerators, ones = [float(hit) for hit in hits], [1.0] * n
        checks.append(Check(f"{kind}: {share}", about, estimate(numerators, ones), *interval(numerators, ones), n))
    return checks


def _twice(claims: Sequence[LabelledClaim], judge: Judge) -> Check:
    """The largest difference between two scores of the same, past the cache; undefined where the judge fails."""
    some = claims[:TWICE]
    try:
        pairs = [[judge.score(c.evidence, c.claim).score for _ in range(2)] for c in some]
    except AskpapersError:
        pairs = []
    gap = max((abs(a - b) for a, b in pairs), default=None)
    return Check("same input twice", "largest difference of scores; 0 is best", gap, None, None, len(pairs))


def _some(claims: Sequence[LabelledClaim], limit: int | None) -> list[LabelledClaim]:
    """At most `limit` of them, drawn by lot, in their order."""
    if limit is None or len(claims) <= limit:
        return list(claims)
    chosen = set(random.Random(SEED).sample(range(len(claims)), limit))
    return [claim for i, claim in enumerate(claims) if i in chosen]

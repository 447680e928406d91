"""Two runs side by side, and the gate that stops a release when the second is worse."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.aggregate import paired
from eval.blocks import to_html, to_markdown
from eval.metrics import METRICS
from eval.render import comparison_blocks
from eval.report import Delta, Report, read_report, save
from rag.errors import AskpapersError, SettingsError

if TYPE_CHECKING:
    import pandas as pd

ALARM = 0.05  # chance that the gate stops a run that is no worse, over all its metrics


class ComparisonError(AskpapersError):
    """Two runs that cannot be compared."""


@dataclass(frozen=True)
class Comparison:
    """What run b gains over run a, metric by metric."""

    a: str
    b: str
    deltas: tuple[Delta, ...]

    def delta(self, metric: str) -> Delta:
        return next(d for d in self.deltas if d.metric == metric)

    def frame(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame([vars(d) for d in self.deltas])

    def __str__(self) -> str:
        return to_markdown(comparison_blocks(self.deltas, plots=False))

    def write(self, folder: str | Path) -> None:
        """compare.md and compare.html."""
        save(Path(folder) / "compare.md", str(self))
        save(Path(folder) / "compare.html", to_html(f"{self.b} less {self.a}", comparison_blocks(self.deltas, True)))


def compare(a: Report | str | Path, b: Report | str | Path, confidence: float = 0.95) -> Comparison:
    """b less a, over the same questions. Raises ComparisonError that says what differs when they are not the same.

    Figures of different judges, or of one that has changed, are not compared either; those that need none still are.
    """
    first, second = (_name(x) for x in (a, b))
    a, b = (read_report(x) if isinstance(x, (str, Path)) else x for x in (a, b))
    differ = [name for name in ("corpus", "questions") if a.hashes[name] != b.hashes[name]]
    if differ:
        told = "; ".join(f"{n}: {a.hashes[n][:12]} and {b.hashes[n][:12]}" for n in differ)
        raise ComparisonError(f"the runs differ in {' and '.join(differ)} ({told}); evaluate both on the same")
    if first == second:
        first, second = "a", "b"
    deltas = paired(first, a.rows(), second, b.rows(), b.about["level"], confidence)
    if _judges(a) != _judges(b):
        deltas = [d for d in deltas if d.level is None]
    return Comparison(first, second, tuple(deltas))


def gate(
    baseline: Report | str | Path, run: Report | str | Path, minimums: Mapping[str, float] | None = None
) -> list[str]:
    """Why the run must not pass; nothing when it may.

    A metric fails when it is worse than the baseline's over the whole of a paired interval, so wide that all metrics
    together raise a false alarm in 5 of 100 runs at most (Bonferroni); when it is no longer defined; or when it is not
    as good as its minimum (a maximum where lower is better). Raises ComparisonError, SettingsError.
    """
    for name in minimums or ():
        if name not in METRICS:
            close = difflib.get_close_matches(name, METRICS, 1)
            raise SettingsError(f"unknown metric {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    baseline, run = (read_report(x) if isinstance(x, (str, Path)) else x for x in (baseline, run))
    if _judges(baseline) != _judges(run):
        raise ComparisonError(f"other judges ({_judges(baseline)} and {_judges(run)}): make the baseline anew")
    known = {f.metric for f in baseline.figures if f.n and f.group == "all" and f.system == baseline.system}
    gated = [m for m, about in METRICS.items() if about.unit == "share" and m in known]
    failures = []
    for delta in compare(baseline, run, 1 - 2 * ALARM / max(len(gated), 1)).deltas:
        if delta.metric not in gated:
            continue
        before, now = baseline.figure(delta.metric), run.figure(delta.metric)
        if not now.n:
            failures.append(f"{delta.metric}: {before.value} before, now undefined ({now.excluded})")
        elif _worse(delta):
            failures.append(
                f"{delta.metric}: {before.value} before, now {now.value}; over the {delta.n} questions of both "
                f"{delta.value:+.3f} [{delta.low:+.3f}, {delta.high:+.3f}]"
            )
    for name, least in (minimums or {}).items():
        value = run.figure(name).value
        sign = 1 if METRICS[name].higher_is_better else -1
        if value is None or sign * (value - least) < 0:
            failures.append(f"{name}: {value}, not as good as {least}")
    return failures


def _judges(report: Report) -> str:
    """The judge's name and what it did."""
    return f"{report.about['judge']} {report.hashes['judge'][:12]}"


def _worse(delta: Delta) -> bool:
    if delta.low is None or delta.high is None:
        return False
    return delta.high < 0 if METRICS[delta.metric].higher_is_better else delta.low > 0


def _name(run: Report | str | Path) -> str:
    return run.system if isinstance(run, Report) else Path(run).stem if Path(run).is_file() else Path(run).name

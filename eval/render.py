"""A report and a comparison put into words, tables and plots for someone who was not there."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.blocks import Block, Fold, Heading, Plot, Quote, Table, Text, to_html, to_markdown, to_text
from eval.front import front_blocks
from eval.metrics import METRICS, Metric
from eval.report import Delta, Report, save
from eval.verdict import verdict_sentences

LEVELS = {
    0: "offline coverage: sees that an abstract does not say something, close to blind to contradiction",
    1: "a local model's log-probabilities",
    2: "a cross-encoder",
    3: "a remote model",
}


def figure_text(value: float | None, low: float | None, high: float | None, n: int, digits: int = 3) -> str:
    """As tables show a figure: 0.931 [0.880, 0.970] n=61."""
    if value is None:
        return f"undefined, n={n}"
    spread = "" if low is None or high is None else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{value:.{digits}f}{spread} n={n}"


def level_text(level: int | None) -> str:
    """A judge's level as tables show it."""
    return "none" if level is None else str(level)


def write_report(report: Report, folder: str | Path) -> None:
    """report.json, timings.json, report.md and report.html, in that folder."""
    save(Path(folder) / "report.json", report.to_json())
    save(Path(folder) / "timings.json", json.dumps(report.timings, indent=1) + "\n")
    save(Path(folder) / "report.md", report_markdown(report))
    save(Path(folder) / "report.html", report_html(report))


def report_markdown(report: Report) -> str:
    """The report without its plots."""
    return to_markdown(_report_blocks(report, plots=False))


def report_html(report: Report) -> str:
    """The report as one page, plots inside."""
    return to_html(f"How well {report.system} answers", _report_blocks(report, plots=True))


def summary(report: Report) -> str:
    """The verdict and all figures, as the terminal shows them."""
    table = _figures(report)
    told = "\n".join(textwrap.wrap(" ".join(verdict_sentences(report)), 100))
    return f"{told}\n\n{to_text(Table(table.header[:-1], [row[:-1] for row in table.rows]))}"


def _report_blocks(report: Report, plots: bool) -> list[Block]:
    folds = [
        Fold("All figures", _all_figures(report), "with intervals, beside answerers that know nothing"),
        Fold("Figures by kind of question", [_by_type(report)]),
    ]
    folds += [Fold("Plots", _plots(report))] if plots else []
    for name in dict.fromkeys(d.a for d in report.deltas):
        mine = [d for d in report.deltas if d.a == name and d.value is not None]
        plot = [_plot("differences", mine, f"{report.system} less {name}.")] if plots else []
        folds.append(Fold(f"Against {name}", [_deltas(mine), *plot]))
    if report.worst:
        folds.append(Fold("The least supported sentences", list(_worst(report))))
    if seconds := _seconds(report.timings):
        folds.append(Fold("Seconds a question", seconds))
    folds.append(Fold("How this was measured", _measured(report)))
    return [*front_blocks(report, plots), Heading("Figures"), *folds]


def _all_figures(report: Report) -> list[Block]:
    return [
        Text(
            "Each figure with its 95% interval (bootstrap over questions) and the number of questions that count. The "
            "columns to the right are answerers that know nothing: beside theirs a figure shows what it is worth. "
            "Copying is faithful by construction: read grounding with labelled papers, facts and abstention."
        ),
        _figures(report),
        *_excluded(report),
        *_corrected(report.about.get("corrected")),
    ]


def _measured(report: Report) -> list[Block]:
    about, hashes = report.about, report.hashes
    return [
        Text(
            f"{about['questions']} questions (split: {about['split'] or 'all'}), judged by {about['judge']}, level "
            f"{about['level']} ({LEVELS[about['level']]}). {about['judgements']} judgements, {about['failures']} "
            "failures, which are counted and never scored."
        ),
        Text("Settings: " + ", ".join(f"{k} {v}" for k, v in about["settings"].items()) + "."),
        Text("Hashes: " + ", ".join(f"{name} {value[:12] or 'unknown'}" for name, value in hashes.items()) + "."),
    ]


def _worst(report: Report) -> Iterator[Quote]:
    for item in report.worst:
        support = "no judgement" if item["support"] is None else f"support {item['support']:.2f}"
        told = f"{item['id']}: {item['question']} ({item['verdict']}, {support}, coverage {item['coverage']:.2f}"
        told += ", a marker points to nothing)" if item["dangling"] else ")"
        yield Quote(item["claim"], told, item["sentences"] or ["(it cites nothing)"], item["best"])


def _figures(report: Report) -> Table:
    rows = []
    for metric, meaning in _known(report):
        figures = [report.figure(metric, system=system) for system in report.systems]
        if not any(f.n for f in figures):
            continue
        digits = 3 if meaning.unit == "share" else 0
        cells = [figure_text(f.value, f.low, f.high, f.n, digits) for f in figures]
        better = "" if meaning.higher_is_better else " (lower is better)"
        rows.append([metric, *cells, level_text(figures[0].level), meaning.about + better])
    return Table(["metric", *report.systems, "judge level", "what it is"], rows)


def _known(report: Report) -> list[tuple[str, Metric]]:
    """The metrics that the report has; one of an earlier version lacks some."""
    there = {f.metric for f in report.figures}
    return [(name, about) for name, about in METRICS.items() if name in there]


def _by_type(report: Report) -> Table:
    groups = [g for g in dict.fromkeys(f.group for f in report.figures) if g != "all"]
    rows = []
    for metric, meaning in _known(report):
        figures = [report.figure(metric, group) for group in groups]
        if any(f.n for f in figures):
            digits = 3 if meaning.unit == "share" else 0
            cells = [figure_text(f.value, f.low, f.high, f.n, digits) if f.n else "-" for f in figures]
            rows.append([metric, *cells, level_text(figures[0].level)])
    return Table(["metric", *groups, "judge level"], rows)


def _excluded(report: Report) -> list[Block]:
    """Why questions do not count, the usual reasons taken together."""
    reasons: dict[str, list[str]] = {}
    for figure in (f for f in report.figures if f.system == report.system and f.group == "all"):
        told = ", ".join(f"{n} {reason}" for reason, n in figure.excluded.items())
        if told:
            reasons.setdefault(told, []).append(figure.metric)
    lines = [f"{', '.join(metrics)}: {told}." for told, metrics in reasons.items()]
    return [Text("Questions that do not count, where a figure is undefined: " + " ".join(lines))] if lines else []


def _corrected(rate: dict[str, Any] | None) -> list[Block]:
    if not rate or rate["observed"] is None:
        return []
    told = (
        f"The judge calls {rate['sensitivity']:.2f} of {rate['positives']} supported claims supported and "
        f"{rate['specificity']:.2f} of {rate['negatives']} others unsupported ({rate['source']})."
    )
    if rate["value"] is None:
        return [Text(told + " That is no better than chance, so nothing can be corrected by it.")]
    spread = "" if rate["low"] is None else f" [{rate['low']:.3f}, {rate['high']:.3f}]"
    return [
        Text(
            f"{rate['metric']}: observed {rate['observed']:.3f}, corrected for the judge's error {rate['value']:.3f}"
            f"{spread} (Rogan and Gladen). {told} It holds as far as the judge errs here as it does there."
        )
    ]


def _plot(name: str, shown: Any, text: str) -> Plot:
    from eval import plots  # matplotlib takes a second to import

    return Plot(getattr(plots, name)(shown), text)


def _plots(report: Report) -> list[Block]:
    curves, level = report.curves, report.about["level"]
    blocks: list[Block] = []
    if curves["recall"]:
        text = "Labelled papers among the k best found, with 95% intervals."
        blocks.append(_plot("recall", curves["recall"], text))
    if curves["risk"]:
        text = "Risk by coverage, surest answers first; the loss is the share of key facts missed, 1 where none can be."
        blocks.append(_plot("risk", curves["risk"], text))
    if any(map(any, curves["support"].values())):
        text = f"Claim sentences of {report.system} by support (level {level}) and verdict."
        blocks.append(_plot("support", curves["support"], text))
    if curves["reliability"]:
        text = "Reliability of the judge on labelled claims; the numbers count claims."
        blocks.append(_plot("reliability", curves["reliability"], text))
    else:
        blocks.append(Text("Reliability of the judge: not known here; measure it with `eval meta`, give it as --meta."))
    return blocks


def _deltas(deltas: Sequence[Delta]) -> Table:
    rows = []
    for d in deltas:
        difference = figure_text(d.value, d.low, d.high, d.n, 3 if METRICS[d.metric].unit == "share" else 0)
        rows.append([d.metric, difference, verdict(d), level_text(d.level)])
    return Table(["metric", "difference", "", "judge level"], rows)


def verdict(delta: Delta) -> str:
    """better or worse where the whole interval is on one side of 0, else open."""
    if delta.low is None or delta.high is None or delta.low <= 0 <= delta.high:
        return "open"
    return "better" if (delta.low > 0) is METRICS[delta.metric].higher_is_better else "worse"


def comparison_blocks(deltas: Sequence[Delta], plots: bool) -> list[Block]:
    """What b gains over a, question by question."""
    known = [d for d in deltas if d.value is not None]
    blocks: list[Block] = [
        Heading(f"{deltas[0].b} less {deltas[0].a}", 1),
        Text("Differences over the n questions where both are defined, with paired 95% bootstrap intervals."),
        _deltas(known),
    ]
    return [*blocks, _plot("differences", known, "Differences with intervals.")] if plots else blocks


def _seconds(timings: dict[str, Any]) -> list[Block]:
    rows = []
    for system, seconds in timings.get("seconds", {}).items():
        spans = [seconds.get(name, (None, None, None)) for name in ("p50", "p95")]
        if seconds["n"]:
            rows.append([system, *(figure_text(value, low, high, seconds["n"]) for value, low, high in spans)])
    told = f"{timings.get('parallel', 1)} at a time; the judge was called {timings.get('judge_calls', 0)} times."
    return [Table(["system", "p50", "p95"], rows), Text(told)] if rows else []

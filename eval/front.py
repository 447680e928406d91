"""The first page of a report: the verdict, where points are lost, each kind of question, the ten worst questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.blocks import Block, Fold, Heading, Lead, Plot, Table, Text
from eval.losses import STEPS
from eval.report import Report
from eval.verdict import kind_name, verdict_sentences

ALL = "all questions"


def front_blocks(report: Report, plots: bool) -> list[Block]:
    """What a reader sees first; everything else of a report is folded behind it."""
    blocks: list[Block] = [Heading(f"How well {report.system} answers", 1), Lead(" ".join(verdict_sentences(report)))]
    if not any(f.metric == "right" and f.n for f in report.figures):
        return blocks
    lost = report.lost()
    if plots and any(lost.values()):
        from eval.plots import flow  # matplotlib takes a second to import

        text = "From questions to right answers, and the points lost at each step."
        blocks.append(Plot(flow(lost, report.figure("right").n), text))
    if report.bad:
        blocks += [Heading(f"The {len(report.bad)} worst questions"), *map(_bad, report.bad)]
    blocks += [Heading("By kind of question"), _kinds(report)]
    if report.forms:
        blocks += [Heading("The same in other words"), *_forms(report.forms)]
    return [*blocks, Fold("What the steps mean", [_steps(lost)])] if any(lost.values()) else blocks


def _forms(forms: Mapping[str, Any]) -> list[Block]:
    low, high = forms["spread"]
    told = (
        f"{forms['requests']} requests in ten wordings each: {_share(forms, 'alike')} answered alike, "
        f"{_share(forms, 'right')} rightly; by wording {100 * low:.0f} to {100 * high:.0f}%."
    )
    rows = [[w["wording"], w["family"], f"{100 * w['right']:.0f}%", str(w["n"])] for w in forms["wordings"]]
    rows.sort(key=lambda row: float(row[2][:-1]))
    folds = [Fold("By wording", [Table(["wording", "", "right", "requests"], rows)], "the worst first")]
    if forms["worst"]:
        uneven = [
            [w["request"], f"{100 * w['alike']:.0f}%", f"{w['right']} of 10", " | ".join(w["wrong"])]
            for w in forms["worst"]
        ]
        folds.append(Fold("The worst requests", [Table(["request", "alike", "right", "wrong, for example"], uneven)]))
    return [Text(told), *folds]


def _share(forms: Mapping[str, Any], name: str) -> str:
    low, high = forms[f"{name}_interval"]
    return f"{100 * forms[name]:.0f}%" + ("" if low is None else f" ({100 * low:.0f} to {100 * high:.0f})")


def _kinds(report: Report) -> Table:
    """A row a kind, and one for all: what is right, what the answerers that know nothing get, what costs most."""
    others = [s for s in report.systems if s != report.system]
    rows = []
    for figure in report.figures:
        if figure.metric != "right" or figure.system != report.system or not figure.n:
            continue
        lost = sorted(((n, step) for step, n in report.lost(group=figure.group).items() if n > 0), reverse=True)
        cells = [f"{100 * (figure.value or 0):.0f}%"]
        cells.append(
            "" if figure.low is None or figure.high is None else f"{100 * figure.low:.0f} to {100 * figure.high:.0f}"
        )
        cells += [_right_of(report, system, figure.group) for system in others]
        told = ", ".join(f"{step} {n:.1f}" for n, step in lost[:3]) or "nothing"
        rows.append([ALL if figure.group == "all" else kind_name(figure.group), str(figure.n), *cells, told])
    return Table(["kind", "questions", "right", "95% interval", *others, "points lost to"], rows)


def _right_of(report: Report, system: str, group: str) -> str:
    """The share right of another system, over its rows of that kind."""
    values = [r.values["right"] for r in report.rows(system) if "right" in r.values and group in ("all", r.type)]
    known = [v.numerator for v in values if v.denominator]
    return f"{100 * sum(known) / len(known):.0f}%" if known else "-"


def _steps(lost: Mapping[str, float]) -> Table:
    return Table(["step", "points lost", "what it means"], [[s, f"{lost[s]:.1f}", told] for s, told in STEPS.items()])


def _bad(item: Mapping[str, Any]) -> Fold:
    rows = [["what happened", item["happened"]], ["answer", item["said"]], ["wanted", "; ".join(item["wanted"])]]
    rows += [["sentence", sentence] for sentence in item["evidence"]]
    about = f"{kind_name(item['type'])}, {item['id']}, {item['lost']:.2f} points"
    asked = f"{item['question']} (after: {item['after']})" if item.get("after") else item["question"]
    return Fold(asked, [Table([item["step"], about], rows)], item["step"])

"""The plots of a report, as base64 SVG that is the same for the same figures."""

from __future__ import annotations

import base64
import io
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.metrics import METRICS
from eval.report import Delta

_DRAWING = threading.Lock()  # matplotlib has one set of settings for all threads


def recall(curves: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """recall@k by k, a line a system, with its interval."""

    def draw(axes: Axes) -> None:
        for system, curve in curves.items():
            k, value, low, high = zip(*curve, strict=True)
            (line,) = axes.plot(k, value, marker="o", label=system)
            if None not in low:
                axes.fill_between(k, low, high, alpha=0.15, color=line.get_color())
        axes.set(xlabel="k", ylabel="recall@k", ylim=(0, 1.02))
        axes.legend()

    return _svg(draw)


def risk(curves: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Risk by coverage, a line a system."""

    def draw(axes: Axes) -> None:
        for system, curve in curves.items():
            axes.plot(*zip(*curve, strict=True), marker=".", label=system)
        axes.set(xlabel="coverage: share of all questions answered", ylabel="risk: mean loss", xlim=(0, 1), ylim=(0, 1))
        axes.legend()

    return _svg(draw)


def support(bins: Mapping[str, Sequence[int]]) -> str:
    """Claim sentences by support and verdict, stacked."""

    def draw(axes: Axes) -> None:
        n = len(bins["supported"])
        at = [(i + 0.5) / n for i in range(n)]
        axes.bar(at, bins["supported"], 0.9 / n, label="supported", color="#2a7f62")
        axes.bar(at, bins["unsupported"], 0.9 / n, bins["supported"], label="unsupported", color="#b3541e", hatch="//")
        axes.set(xlabel="support", ylabel="claim sentences", xlim=(0, 1))
        axes.legend()

    return _svg(draw)


def reliability(bins: Sequence[Sequence[float]]) -> str:
    """Share that people call supported by the judge's score; on the diagonal a score can be read as a probability."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="#999", linestyle="--")
        for score, share, n in bins:
            axes.plot(score, share, "o", color="#1f5a99")
            axes.annotate(f"{n:.0f}", (score, share), textcoords="offset points", xytext=(5, 5), fontsize=8)
        axes.set(xlabel="the judge's score", ylabel="share labelled supported", xlim=(0, 1), ylim=(0, 1))

    return _svg(draw)


def differences(deltas: Sequence[Delta]) -> str:
    """Differences with their intervals, a row a metric that is a share."""
    shown = [d for d in deltas if d.value is not None and METRICS[d.metric].unit == "share"][::-1]

    def draw(axes: Axes) -> None:
        for at, delta in enumerate(shown):
            assert delta.value is not None
            axes.plot(delta.value, at, "o", color="#1f5a99")
            if delta.low is not None and delta.high is not None:
                axes.plot([delta.low, delta.high], [at, at], color="#1f5a99")
        axes.axvline(0, color="#999", linestyle="--")
        axes.set_yticks(range(len(shown)), [d.metric for d in shown])
        axes.set(xlabel="difference, with its 95% interval", xlim=(-1.05, 1.05))

    return _svg(draw, height=1.1 + 0.25 * len(shown), left=0.25)


def flow(steps: Mapping[str, float], questions: float) -> str:
    """From questions to right answers: a band that narrows by the points lost at each step, which fall out of it."""
    lost = {step: n for step, n in steps.items() if n > 0}
    drop = 0.25 * questions  # how far what is lost falls below the band
    left = [questions - sum(list(lost.values())[:i]) for i in range(len(lost) + 1)]

    def draw(axes: Axes) -> None:
        ease = np.linspace(0, 1, 30)
        curve = ease**2 * (3 - 2 * ease)
        for at, (step, n) in enumerate(lost.items()):
            bottom = questions - left[at]
            fall = bottom - curve * (bottom + drop)
            axes.fill_between(at + 0.75 * ease, fall, fall + n, color="#b3541e", linewidth=0)
            label = f"{n:.1f}\n" + "\n".join(textwrap.wrap(step, 12))
            axes.text(at + 0.75, -drop - 0.03 * questions, label, ha="center", va="top", fontsize=8)
        edges = [-0.5, *range(len(lost) + 1)]
        bottoms = [0, *(questions - n for n in left)]
        axes.fill_between(edges, bottoms, [questions] * len(edges), step="pre", color="#1f5a99", linewidth=0)
        end = len(lost)
        axes.fill_between([end, end + 0.7], [bottoms[-1]] * 2, [questions] * 2, color="#2a7f62", linewidth=0)
        axes.text(-0.55, questions / 2, f"{questions:.0f}\nquestions", ha="right", va="center", fontsize=9)
        told = f"{left[-1]:.1f}\nright"
        axes.text(end + 0.75, questions - left[-1] / 2, told, ha="left", va="center", fontsize=9)
        axes.set(xlim=(-1.4, end + 1.5), ylim=(-0.75 * questions, questions * 1.02))
        axes.set_axis_off()

    return _svg(draw, height=2.6, left=0.0, width=9)


def quality(points: Sequence[tuple[str, float | None, float | None, float | None, float | None, float | None]]) -> str:
    """Share right with its interval against dollars for 100 questions, and against seconds a question, side by side.

    A point is (name, share, low, high, dollars, seconds); what is not known of it is left out.
    """

    def draw(axes: Axes) -> None:
        axes.set_axis_off()
        for left, place, label in ((0.0, 4, "dollars for 100 questions"), (0.53, 5, "seconds a question, p50")):
            part = axes.inset_axes((left, 0, 0.45, 1))
            for point in points:
                name, share, low, high, x = *point[:4], point[place]
                if share is None or x is None:
                    continue
                (dot,) = part.plot(x, share, "o")
                if low is not None and high is not None:
                    part.plot([x, x], [low, high], color=dot.get_color())
                part.annotate(str(name), (float(x), share), textcoords="offset points", xytext=(6, 4), fontsize=8)
            part.margins(x=0.25)
            part.set(xlabel=label, ylabel="share right", ylim=(0, 1.02))

    return _svg(draw, width=9, left=0.07)


def _svg(draw: Callable[[Axes], None], height: float = 3.6, left: float = 0.1, width: float = 7) -> str:
    """`height` and `width` in inches, `left` the margin for labels as a share of the width."""
    settings: Any = {"svg.hashsalt": "askpapers", "axes.spines.top": False, "axes.spines.right": False}
    with _DRAWING, matplotlib.rc_context(settings):
        figure = Figure(figsize=(width, height))
        draw(figure.add_axes((left, 0.55 / height, 0.97 - left, 1 - 0.7 / height)))
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return base64.b64encode(file.getvalue()).decode()

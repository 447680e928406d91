"""Models side by side: the same questions, one table and one plot of quality against cost and seconds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eval.aggregate import paired
from eval.asking import lines
from eval.blocks import Block, Heading, Plot, Table, Text, to_html, to_markdown
from eval.pacing import Pace, Paced
from eval.render import verdict
from eval.report import Delta, Report, save
from eval.run import evaluate
from eval.score import in_parallel
from rag.errors import LLMError, SettingsError

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.models.llms import ChatModel

_SHOWN = ("answer_points", "sentence_grounding", "false_abstention", "abstention_recall")
_MILLION = 1_000_000

Figures = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens read, and written."""

    read: float
    written: float

    @classmethod
    def parse(cls, text: str) -> tuple[str, Price]:
        """`MODEL=READ/WRITTEN`, such as `openai:gpt-x=0.15/0.60`. Raises SettingsError."""
        name, _, prices = text.rpartition("=")
        read, _, written = prices.partition("/")
        try:
            return name, cls(float(read), float(written or read))
        except ValueError:
            raise SettingsError(f"--price {text}: give it as MODEL=READ/WRITTEN, dollars a million tokens") from None


@dataclass(frozen=True)
class Line:
    """One model: its report's figures as (value, low, high), dollars for 100 questions, seconds a question."""

    llm: str
    folder: str
    questions: int
    right: Figures
    gain: Delta | None
    shares: dict[str, Figures]
    dollars: float | None
    seconds: float | None
    slow: float | None
    tokens: float | None


@dataclass(frozen=True)
class Models:
    """All models, the first of which the others are compared with."""

    lines: tuple[Line, ...]

    def blocks(self, plots: bool) -> list[Block]:
        header = ["model", "right", "gain over the first", *_SHOWN, "$ for 100", "seconds, p50", "p95", "tokens"]
        blocks: list[Block] = [
            Heading("Models side by side", 1),
            Text(_best(self.lines)),
            Table(header, [_row(line) for line in self.lines]),
            Text(
                "Shares with 95% intervals over questions; gains over the same questions, paired. Dollars by public "
                "price lists or as given by --price; “-” where nothing is known."
            ),
        ]
        if plots:
            from eval.plots import quality  # matplotlib takes a second to import

            points = [(line.llm, *line.right, line.dollars, line.seconds) for line in self.lines]
            blocks.insert(2, Plot(quality(points), "Share right, with its interval, against dollars and seconds."))
        return blocks

    def __str__(self) -> str:
        return to_markdown(self.blocks(plots=False))

    def write(self, folder: Path) -> None:
        """models.json, models.md and models.html."""
        save(folder / "models.json", json.dumps([asdict(line) for line in self.lines], indent=1) + "\n")
        save(folder / "models.md", str(self))
        save(folder / "models.html", to_html("Models side by side", self.blocks(plots=True)))


def compare_models(
    assistants: Mapping[str, Assistant],
    questions: str | Path,
    out: Path,
    prices: Mapping[str, Price] | None = None,
    rate: float | None = None,
    **how: Any,
) -> Models:
    """Evaluates each assistant, by the setting of its model, in a folder of `out`, and lays them side by side.

    One alone is evaluated in `out` itself.

    A run that was cut off goes on where it stopped. Models of different servers answer side by side, those of one
    server one after the other; `rate` is the most requests a minute to each server. `how` goes to `evaluate`. Raises
    what that raises, LLMError of one server once the others are done.
    """
    alone = len(assistants) == 1
    folders = dict.fromkeys(assistants, ".") if alone else _folders(list(assistants))
    reports = _by_server(
        assistants, rate, lambda llm: evaluate(assistants[llm], questions, out=out / folders[llm], **how)
    )
    first = next(iter(reports.values()))
    told = [_line(llm, folders[llm], r, first, out, (prices or {}).get(llm)) for llm, r in reports.items()]
    models = Models(tuple(told))
    if not alone:
        models.write(out)
    return models


def _by_server(
    assistants: Mapping[str, Assistant], rate: float | None, run: Callable[[str], Report]
) -> dict[str, Report]:
    """What `run` makes of each, in their order; servers side by side."""
    servers: dict[str, list[str]] = {}
    for llm, assistant in assistants.items():
        servers.setdefault(assistant.llm.address if assistant.llm is not None else "", []).append(llm)
    paces = {server: Pace(rate or math.inf) for server in servers}
    for server, llms in servers.items():
        for assistant in (assistants[llm] for llm in llms):
            if assistant.llm is not None:
                assistant.llm = cast("ChatModel", Paced(assistant.llm, paces[server]))
    reports: dict[str, Report] = {}
    failed: list[LLMError] = []

    def run_all(server: str) -> None:
        try:
            reports.update((llm, run(llm)) for llm in servers[server])
        except LLMError as error:  # the other servers go on
            failed.append(error)

    if len(servers) == 1:
        return {llm: run(llm) for llm in assistants}
    try:
        with closing(in_parallel(run_all, list(servers), len(servers))) as done:
            for _ in done:
                pass
    except BaseException:
        for pace in paces.values():
            pace.stop()  # else the threads that are left would ask on
        raise
    if failed:
        raise failed[0]
    return {llm: reports[llm] for llm in assistants}


def _folders(llms: Sequence[str]) -> dict[str, str]:
    """A folder's name for each model, no two alike."""
    names: dict[str, str] = {}
    for llm in llms:
        name = re.sub(r"[^\w.-]+", "-", llm).strip("-.") or "model"
        names[llm] = name if name not in names.values() else f"{name}-{len(names) + 1}"
    return names


def _line(llm: str, folder: str, report: Report, first: Report, out: Path, price: Price | None) -> Line:
    rows = lines(out / folder / "answers.jsonl")
    gain = None
    if report is not first:
        deltas = paired("first", first.rows(), llm, report.rows(), report.about["level"])
        gain = next((d for d in deltas if d.metric == "right"), None)
    seconds = report.timings.get("seconds", {}).get(report.system, {})
    p50, p95 = (seconds.get(name, [None])[0] for name in ("p50", "p95"))
    figures = {metric: _figure(report, metric) for metric in _SHOWN}
    tokens = report.figure("tokens").value
    right = _figure(report, "right")
    return Line(llm, folder, len(rows), right, gain, figures, _dollars(rows, price), p50, p95, tokens)


def _figure(report: Report, metric: str) -> Figures:
    figure = report.figure(metric)
    return figure.value, figure.low, figure.high


def _dollars(rows: Sequence[Mapping[str, Any]], price: Price | None) -> float | None:
    """What 100 questions cost: by the price given, else as the answers tell; None where it is not known of all."""
    costs: list[float] = []
    for row in rows:
        usage = row.get("usage") or {}
        if price is not None:
            read, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
            costs.append((read * price.read + written * price.written) / _MILLION)
        elif row.get("cost") is not None:
            costs.append(float(row["cost"]))
        elif not usage.get("model_calls"):
            costs.append(0.0)  # refused before a model was asked, or quoted
    return round(100 * sum(costs) / len(rows), 4) if rows and len(costs) == len(rows) else None


def _row(line: Line) -> list[str]:
    gain = "-"
    if line.gain is not None and line.gain.value is not None:
        gain = f"{_share((line.gain.value, line.gain.low, line.gain.high), signed=True)} {verdict(line.gain)}"
    plain = [(line.dollars, 3), (line.seconds, 2), (line.slow, 2), (line.tokens, 0)]
    told = ["-" if value is None else f"{value:.{digits}f}" for value, digits in plain]
    return [line.llm, _share(line.right), gain, *(_share(line.shares[m]) for m in _SHOWN), *told]


def _share(figure: Figures, signed: bool = False) -> str:
    value, low, high = figure
    if value is None:
        return "-"
    sign = "+" if signed else ""
    return f"{value:{sign}.2f}" + ("" if low is None or high is None else f" [{low:{sign}.2f}, {high:{sign}.2f}]")


def _best(told: Sequence[Line]) -> str:
    """The verdict over the models: the best, and whether chance may have made it so."""
    best = max(told, key=lambda line: line.right[0] or 0.0)
    first = told[0]
    text = f"{best.llm} gets most right, {100 * (best.right[0] or 0):.0f}% of {best.questions} questions"
    if best is first or best.gain is None or best.gain.value is None:
        surer = [line for line in told[1:] if line.gain and verdict(line.gain) == "worse"]
        return f"{text}; {len(surer)} of {len(told) - 1} others get fewer beyond chance."
    beyond = "beyond chance" if verdict(best.gain) == "better" else "which may be chance"
    return f"{text}, {100 * best.gain.value:.0f} points more than {first.llm}, {beyond}."

"""What report.json holds, and its way to disk, back, and into pandas."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.losses import STEPS, Loss
from eval.metrics import Value
from rag.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1


@dataclass(frozen=True)
class Figure:
    """A metric over the questions of a group; value and its 95% interval are None where undefined.

    `n` questions count, `excluded` tells how many do not and why, `level` is the judge's where one was needed.
    """

    system: str
    group: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    excluded: dict[str, int]
    level: int | None


@dataclass(frozen=True)
class Row:
    """The values of one question, from which figures and paired differences are made."""

    system: str
    id: str
    type: str
    values: dict[str, Value]


@dataclass(frozen=True)
class Delta:
    """`metric` of b less that of a over the n questions where both are defined, with its paired 95% interval."""

    a: str
    b: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    level: int | None


@dataclass(frozen=True)
class Report:
    """Everything that was measured. `system` is the one evaluated, all others are its baselines.

    `hashes` are of corpus, questions, prompts and code; `about` names models, judge and settings; `curves` is what
    the plots show; `worst` the least supported sentences. `losses` says where points were lost, a row a lost part of
    a question; `bad` holds the worst questions of the system evaluated, with what happened; `forms` what became of the
    same requests in other words. `timings`, which no two runs share, are kept apart.
    """

    system: str
    hashes: dict[str, str]
    about: dict[str, Any]
    figures: tuple[Figure, ...]
    deltas: tuple[Delta, ...]
    questions: tuple[Row, ...]
    curves: dict[str, Any]
    worst: tuple[dict[str, Any], ...]
    timings: dict[str, Any] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    bad: tuple[dict[str, Any], ...] = ()
    forms: dict[str, Any] = field(default_factory=dict)

    @property
    def systems(self) -> list[str]:
        return list(dict.fromkeys(row.system for row in self.questions))

    def figure(self, metric: str, group: str = "all", system: str | None = None) -> Figure:
        """One figure. Raises KeyError where there is none."""
        for found in self.figures:
            if (found.system, found.group, found.metric) == (system or self.system, group, metric):
                return found
        raise KeyError((system or self.system, group, metric))

    def rows(self, system: str | None = None) -> list[Row]:
        return [row for row in self.questions if row.system == (system or self.system)]

    def lost(self, system: str | None = None, group: str = "all") -> dict[str, float]:
        """Points lost at each step, in the order in which an answer comes about; of one type of question, or all."""
        lost = dict.fromkeys(STEPS, 0.0)
        for loss in self.losses:
            if loss.system == (system or self.system) and group in ("all", loss.type):
                lost[loss.step] += loss.share
        return lost

    def frame(self, by: str = "figure") -> pd.DataFrame:
        """A row for each figure.

        With `by="question"` a row for each question and system, NaN where undefined; with `by="loss"` one for each lost
        part of a question, with the step at which it was lost. Raises ValueError for another `by`.
        """
        import pandas as pd

        if by == "figure":
            return pd.DataFrame([asdict(figure) for figure in self.figures])
        if by == "loss":
            return pd.DataFrame([asdict(loss) for loss in self.losses], columns=[f.name for f in fields(Loss)])
        if by != "question":
            raise ValueError(f"by={by!r} is none of 'figure', 'question', 'loss'")
        values = [
            {m: v.numerator / v.denominator if v.denominator else math.nan for m, v in r.values.items()}
            for r in self.questions
        ]
        rows = zip(self.questions, values, strict=True)
        return pd.DataFrame([{"system": r.system, "id": r.id, "type": r.type, **v} for r, v in rows])

    def to_json(self) -> str:
        """report.json: the same for the same input, byte by byte, at level 0."""
        content = {**asdict(self), "format": FORMAT}
        del content["timings"]
        for row in content["questions"]:
            row["values"] = {m: [v[0], v[1], *([v[2]] if v[2] else [])] for m, v in row["values"].items()}
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def read_report(path: str | Path) -> Report:
    """A report from its folder, or from a report.json of any name. Raises SourceError when it is none."""
    path = Path(path)
    file = path / "report.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise SourceError(f"{file}: a report of another version; run the evaluation again")
        for name, kind in (("figures", Figure), ("deltas", Delta), ("losses", Loss)):
            content[name] = tuple(kind(**item) for item in content.get(name, ()))
        rows = content["questions"]
        values = [{m: Value(*v) for m, v in row["values"].items()} for row in rows]
        content["questions"] = tuple(Row(**{**r, "values": v}) for r, v in zip(rows, values, strict=True))
        content["worst"] = tuple(content["worst"])
        content["bad"] = tuple(content.get("bad", ()))
        apart = file.with_name("timings.json")
        timings = json.loads(apart.read_text(encoding="utf-8")) if path.is_dir() and apart.exists() else {}
        return Report(**content, timings=timings)
    except OSError as error:
        raise SourceError(f"{file}: no report there ({error.strerror}); make one with: eval run --out {path}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SourceError(f"{file}: not a report: {error}") from None


def save(path: Path, text: str) -> None:
    """Writes whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)

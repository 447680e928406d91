"""What made questions are worth: do they rank ways of answering as questions labelled by people do?

The assistant answers both sets. Beside its own answers stand worse ones, made from these by known faults and by
answerers that know nothing. Made questions are worth something as far as both sets put all of them in one order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eval.answers import to_reply
from eval.asking import ask_case
from eval.baselines import first_passage, random_paper
from eval.blocks import Block, Heading, Table, Text, to_markdown
from eval.cases import Case
from eval.hiding import hiding
from eval.losses import STEPS, Loss, lay
from eval.metrics import Reply
from eval.score import Scorer
from eval.stats import Interval, estimate, interval

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.answering.judges import Judge

AS_IT_IS = "as it is"
_SURE = (0.5, 0.7, 0.9)  # probabilities below which a variant refuses

Answers = list[Reply]


@dataclass(frozen=True)
class Measured:
    """One way of answering on one set: the share right of each question, and what was lost where."""

    cases: Sequence[Case]
    right: Sequence[float]
    losses: Sequence[Loss]

    def share(self, kind: str = "") -> tuple[float | None, Interval]:
        """The mean and its interval, each kind of question with the same weight; of one kind alone where given."""
        counts = Counter(case.type for case in self.cases)
        pairs = [(r, 1 / counts[c.type]) for c, r in zip(self.cases, self.right, strict=True) if kind in ("", c.type)]
        weighted, weights = [r * w for r, w in pairs], [w for _, w in pairs]
        return estimate(weighted, weights), interval(weighted, weights)

    def text(self, kind: str = "") -> str:
        """The share with its interval, as tables show it."""
        value, (low, high) = self.share(kind)
        return "-" if value is None else f"{value:.2f}" + ("" if low is None else f" [{low:.2f}, {high:.2f}]")


@dataclass(frozen=True)
class Worth:
    """Both sets, measured on each way of answering."""

    labelled: Mapping[str, Measured]
    made: Mapping[str, Measured]

    @property
    def agreement(self) -> float | None:
        """Spearman's rank correlation of the two sets over the ways of answering, in [-1, 1]."""
        return _spearman(*([m.share()[0] or 0.0 for m in ways.values()] for ways in (self.labelled, self.made)))

    @property
    def steps(self) -> float | None:
        """The same over the points lost at each step by the assistant as it is."""
        return _spearman(*(_lost(m[AS_IT_IS]) for m in (self.labelled, self.made)))

    def blocks(self) -> list[Block]:
        mine, made = self.labelled[AS_IT_IS], self.made[AS_IT_IS]
        rows = [[name, self.labelled[name].text(), self.made[name].text()] for name in self.labelled]
        kinds = list(dict.fromkeys(c.type for c in (*mine.cases, *made.cases)))
        steps = [s for s in STEPS if any(x.step == s for x in (*mine.losses, *made.losses))]
        return [
            Heading("What made questions are worth", 1),
            Text(
                f"{len(mine.cases)} labelled and {len(made.cases)} made questions put the same {len(rows)} ways of "
                f"answering in order: Spearman's rank correlation {_two(self.agreement)}. Over the steps at which "
                f"points are lost it is {_two(self.steps)}. Shares are means over the kinds of questions. Made "
                "questions are easier than people's by the difference in the first row: compare runs on them with each "
                "other only."
            ),
            Table(["way of answering", "labelled: right", "made: right"], rows),
            Table(["kind", "labelled: right", "made: right"], [[k, mine.text(k), made.text(k)] for k in kinds]),
            Table(["lost at", "labelled", "made"], [[s, _share(mine, s), _share(made, s)] for s in steps]),
        ]

    def __str__(self) -> str:
        return to_markdown(self.blocks())


def worth(assistant: Assistant, made: Sequence[Case], labelled: Sequence[Case], judge: Judge, progress: bool) -> Worth:
    """Both sets answered by the assistant, and worse. Raises LLMError when a model is down."""
    with closing(Scorer(judge, judge)) as scorer:
        return Worth(*(_measured(assistant, cases, scorer, progress) for cases in (labelled, made)))


def _measured(assistant: Assistant, cases: Sequence[Case], scorer: Scorer, progress: bool) -> dict[str, Measured]:
    found = {}
    for name, replies in _ways(assistant, cases, progress).items():
        judged = scorer.judge_all(replies)
        lost = [lay(name, *triple) for triple in zip(cases, replies, judged, strict=True)]
        right = [max(0.0, 1 - sum(x.share for x in losses)) for losses in lost]
        found[name] = Measured(cases, right, [x for losses in lost for x in losses])
    return found


def _ways(assistant: Assistant, cases: Sequence[Case], progress: bool) -> dict[str, Answers]:
    """The replies of each way of answering, in the order of the cases."""
    from tqdm.auto import tqdm

    library = assistant.library
    own = [to_reply(ask_case(assistant, case)) for case in tqdm(cases, desc="asking", disable=not progress)]
    one_source = _with(assistant, sources=1)
    asked: dict[str, Callable[[Case], dict[str, Any]]] = {
        "from one paper at most": lambda case: ask_case(one_source, case),
        "first passage": lambda case: first_passage(hiding(library, case.without), case),
        "random paper": lambda case: random_paper(library, case),
    }
    ways: dict[str, Answers] = {AS_IT_IS: own}
    ways |= {name: [to_reply(ask(case)) for case in cases] for name, ask in asked.items()}
    ways["first sentence alone"] = [replace(r, statements=r.statements[:1]) for r in own]
    ways["without its first sentence"] = [_cut(r) for r in own]
    ways |= {f"refuses below {sure}": [_unsure(r, sure) for r in own] for sure in _SURE}
    ways |= {f"each {n}. answer another's": _swapped(own, n) for n in (4, 2)}
    ways["refuses always"] = [replace(r, statements=(), declined=True) for r in own]
    return ways


def _with(assistant: Assistant, sources: int) -> Assistant:
    other = copy(assistant)
    other.sources = sources
    return other


def _cut(reply: Reply) -> Reply:
    return replace(reply, statements=reply.statements[1:], declined=reply.declined or len(reply.statements) < 2)


def _unsure(reply: Reply, least: float) -> Reply:
    return replace(reply, statements=(), declined=True) if (reply.confidence or 0.0) < least else reply


def _swapped(replies: Sequence[Reply], n: int) -> Answers:
    """Each n-th reply says what the one before says."""
    return [
        replace(r, statements=replies[i - 1].statements, declined=replies[i - 1].declined) if i % n == 0 else r
        for i, r in enumerate(replies)
    ]


def _lost(measured: Measured) -> list[float]:
    return [sum(x.share for x in measured.losses if x.step == step) for step in STEPS]


def _share(measured: Measured, step: str) -> str:
    total = sum(x.share for x in measured.losses)
    return f"{sum(x.share for x in measured.losses if x.step == step) / total:.0%}" if total else "-"


def _spearman(one: Sequence[float], two: Sequence[float]) -> float | None:
    from scipy.stats import spearmanr

    if len(set(one)) < 2 or len(set(two)) < 2:
        return None
    return round(float(spearmanr(one, two).statistic), 3)


def _two(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"

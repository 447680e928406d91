"""The sentences of a reading model: which stand, which fall by rule, and which a judge must decide on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.checking import Checked, Checker, resolve
from rag.answering.judges import COVERED, Coverage, Judge, Support
from rag.answering.markers import Draft
from rag.answering.verdicts import VERDICTS, Told, ask_verdicts
from rag.errors import LLMError
from rag.models.llms import ChatModel
from rag.text.entities import derivable, mentions
from rag.text.polarity import may_be_turned_round
from rag.types import Evidence

SURE = 0.80  # coverage from which a sentence without a differing number, name or polarity needs no judge
CLEARLY = 0.10  # coverage that a mended citation must have more than the one given


@dataclass(frozen=True)
class Doubt:
    """A sentence that coverage cannot decide on: `checked` is what level 0 makes of it."""

    checked: Checked

    def claim(self) -> tuple[str, list[str]]:
        """The sentence, and what it cites as a judge is shown it."""
        cited = [e.titled for e in self.checked.evidence]
        return self.checked.text, cited


class Triage:
    """Sorts the drafts of one answer. Without a judge above level 0 coverage decides all of them."""

    def __init__(self, question: str, evidence: Sequence[Evidence], coverage: Coverage) -> None:
        self._checker = Checker(question, evidence, coverage, coverage)
        self._evidence = evidence

    def sort(self, draft: Draft) -> Checked | Doubt | None:
        """Decided, doubtful, or None for a draft that says nothing."""
        text = self._checker.said(draft)
        if not text:
            return None
        cited, unknown = resolve(draft, self._evidence)
        if not cited and text.endswith(":"):  # it frames what follows, which is checked by itself
            return Checked(text, (), Support(1.0, "no_claim", 0, 0), unknown, mended=False)
        evidence, support, mended = self._rests_on(cited, text)
        checked = Checked(text, tuple(evidence), support, unknown, mended)
        if self._checker.copied(evidence, text):
            return replace(checked, support=replace(support, verdict="supported"))
        there = " ".join(f"{e.paper.title} {e.sentence.text}" for e in evidence)
        refused = settled(checked, replace(support, verdict="unsupported"))
        if self._checker.misplaced(evidence, text):
            return refused
        if invented := self._checker.invented(evidence, text):  # worked out from others, or made up
            derived = all(derivable(number, there) for number in invented)
            return Doubt(replace(checked, support=refused.support)) if derived else refused
        if support.score >= SURE and not support.warnings and not may_be_turned_round(text, there):
            return checked
        return Doubt(checked)

    def _rests_on(self, cited: Sequence[Evidence], text: str) -> tuple[Sequence[Evidence], Support, bool]:
        """The evidence of a sentence with its coverage: what it cites, or what covers it clearly better."""
        support = self._checker.coverage(cited, text) if cited else None
        if support is not None and support.score >= COVERED:  # nothing is looked for, which is most of the time spent
            return cited, support, False
        # "It acts at inference" fits any paper: another one than is cited takes its place only where it is named.
        named = {e.number for e in self._evidence if mentions(e.paper.title.partition(":")[0], text)}
        mended = self._checker.mend(text, {e.number for e in cited} | named if cited else ())
        better = self._checker.coverage(mended, text)
        if support is None:
            return mended, better, True
        if better.score >= COVERED and better.score >= support.score + CLEARLY:
            return mended, better, True
        return cited, support, False


def settled(before: Checked, support: Support) -> Checked:
    """With the support that was found; what cited nothing keeps no evidence that does not cover it either."""
    adrift = before.mended and before.support.score < COVERED and support.verdict != "supported"
    return replace(before, support=support, evidence=() if adrift else before.evidence)


def judged(doubt: Doubt, judge: Judge) -> Checked:
    """What a judge makes of one sentence; unchecked where it fails."""
    text, cited = doubt.claim()
    try:
        return settled(doubt.checked, judge.score(cited, text))
    except LLMError:
        return settled(doubt.checked, replace(doubt.checked.support, verdict="unchecked"))


def judged_together(doubts: Sequence[Doubt], model: ChatModel) -> list[Checked]:
    """What a model makes of several sentences, asked once; unchecked where it fails or leaves one out."""
    try:
        told = ask_verdicts(model, [doubt.claim() for doubt in doubts])
    except LLMError:
        told = [None] * len(doubts)
    return [_with(doubt.checked, verdict) for doubt, verdict in zip(doubts, told, strict=True)]


def _with(checked: Checked, told: Told | None) -> Checked:
    if told is None:
        return settled(checked, replace(checked.support, verdict="unchecked"))
    score = 1.0 if told in ("supported", "no claim") else 0.0
    return settled(checked, replace(checked.support, score=score, verdict=VERDICTS[told], level=3))

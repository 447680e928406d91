"""Who decides on a doubtful sentence, and what each can tell: coverage alone, a judge, a model asked in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer import Verdict
from rag.answering.judges import Coverage, Judge, LogprobJudge, coverage_by, load_judge
from rag.answering.reading_exam import can_read
from rag.answering.verdicts import VERDICTS, ask_verdicts
from rag.errors import LLMError, SettingsError
from rag.library import Library
from rag.models.entailment import is_classifier
from rag.models.llms import ChatModel
from rag.models.providers import load_llm

TOGETHER = 8  # sentences that a model is asked about at once
Claim = tuple[str, Sequence[str]]  # a sentence, and the sentences of abstracts that it is held against

COVERAGE_TELLS = (
    "Coverage tells how much of a sentence the abstracts say, and which numbers, names and directions differ. "
    "It cannot tell a contradiction: for that set a judge (--judge, --llm)."
)


@dataclass(frozen=True)
class Ruling:
    """What was decided on one claim: "unchecked" where the judge failed; `score` in [0, 1]."""

    verdict: Verdict
    score: float
    level: int


class Decider(Protocol):
    """Decides on claims. `tells` says what it can and cannot tell, `contradictions` whether these are among it."""

    name: str
    tells: str
    contradictions: bool

    def decide(self, claims: Sequence[Claim]) -> Iterator[Ruling]:
        """A ruling for each claim, in their order."""


class OneByOne:
    """A judge, asked about one claim after the other."""

    def __init__(self, judge: Judge) -> None:
        self._judge, self.name = judge, judge.name
        self.contradictions = bool(getattr(judge, "contradictions", False))
        unsaid = "and what is contradicted" if self.contradictions else "but not a contradiction from what is not said"
        self.tells = f"{judge.name} (level {judge.level}) tells what the abstracts support, {unsaid}."

    def decide(self, claims: Sequence[Claim]) -> Iterator[Ruling]:
        for sentence, evidence in claims:
            try:
                support = self._judge.score(evidence, sentence)
                yield Ruling(support.verdict, support.score, support.level)
            except LLMError:
                yield Ruling("unchecked", 0.0, self._judge.level)


class Together:
    """A model that is asked about several claims at once, a verdict for each."""

    contradictions = True

    def __init__(self, model: ChatModel) -> None:
        self._model, self.name = model, f"verdicts of {model.name}"
        self.tells = f"{self.name} (level 3) tell what the abstracts support, contradict and do not state."

    def decide(self, claims: Sequence[Claim]) -> Iterator[Ruling]:
        for start in range(0, len(claims), TOGETHER):
            group = claims[start : start + TOGETHER]
            try:
                told = ask_verdicts(self._model, group)
            except LLMError:
                told = [None] * len(group)
            for verdict in told:
                yield Ruling(VERDICTS[verdict] if verdict else "unchecked", float(verdict == "supported"), 3)


def load_decider(judge: str | Judge, library: Library, model: ChatModel | None = None) -> Decider | None:
    """Who decides by that setting, as `ASKPAPERS_JUDGE` takes it; None for coverage alone.

    "auto" is the model where it passes one of the examinations. Raises SettingsError, LLMError.
    """
    if not isinstance(judge, str):
        return None if isinstance(judge, Coverage) else OneByOne(judge)
    if judge == "coverage" or (judge == "auto" and model is None):
        return None
    if is_classifier(judge):
        return OneByOne(load_judge(judge, library))
    asked = model if judge in ("auto", "llm") else load_llm(judge)
    if asked is None:
        raise SettingsError(f"ASKPAPERS_JUDGE={judge!r} needs a language model (--llm); coverage needs none")
    if can_read(asked):
        return Together(asked)
    if asked.fit_to_judge:
        return OneByOne(LogprobJudge(asked, coverage_by(library)))
    return None if judge == "auto" else OneByOne(load_judge(judge, library, asked))

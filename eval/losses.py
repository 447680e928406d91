"""Where answers go wrong: each lost part of a question is laid to the first step at which it was lost.

A question is worth one point, shared evenly among its parts: the labelled facts, or where there are none the labelled
papers; and each further sentence of the answer that what it cites does not support. An unanswerable question has one
part, won by not answering. What cannot be told of a system (what its model was sent, what it wrote) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.cases import Case, holds, normal
from eval.metrics import Judged, Reply, Statement

NOT_FOUND = "paper not found"
NOT_USED = "found but not used"
NOT_CHOSEN = "sentence not chosen"
REFUSED = "refused though answerable"
ANSWERED = "answered though not"
NOT_WRITTEN = "not written though sent"
WITHHELD = "written but withheld"
UNSUPPORTED = "unsupported"
WRONG_CITATION = "wrong citation"
INCOMPLETE = "incomplete list"
# In the order in which an answer comes about.
STEPS = {
    NOT_FOUND: "no labelled paper is among those that the search found",
    REFUSED: "the paper was found, and the answer says that the collection does not say",
    ANSWERED: "the collection does not say, and it was answered all the same",
    NOT_USED: "the paper was found, but the answer draws on others",
    INCOMPLETE: "some of the labelled papers are given, this one is not",
    NOT_CHOSEN: "the paper was used, but not the sentence that answers",
    NOT_WRITTEN: "the model was sent the sentence and did not write what it says",
    WITHHELD: "the model wrote it, and checking withheld it",
    UNSUPPORTED: "a sentence of the answer is not supported by what it cites",
    WRONG_CITATION: "a sentence of the answer cites another paper, or nothing that exists",
}


@dataclass(frozen=True)
class Loss:
    """A part of a question that was lost: at which step, and which share in (0, 1] of the question's point."""

    system: str
    id: str
    type: str
    step: str
    share: float
    what: str  # the fact, the paper's title or the sentence that is lost


@dataclass(frozen=True)
class Part:
    """What a right answer gives: a fact (None where there are but papers), from one of these titles and sentences."""

    fact: tuple[str, ...] | None
    titles: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.fact[0] if self.fact else self.titles[0]


def parts_of(case: Case) -> list[Part]:
    """The parts of an answerable question; a fact belongs to the papers whose title or labelled sentence holds it."""
    if not case.key_facts:
        return [Part(None, (t,), tuple(s for title, s in case.gold_evidence if title == t)) for t in case.gold_titles]
    parts = []
    for fact in case.key_facts:
        holding = [(t, s) for t, s in case.gold_evidence if holds(s, fact)]
        named = [t for t in case.gold_titles if holds(t, fact) or any(t == title for title, _ in holding)]
        titles = tuple(named) or case.gold_titles
        sentences = tuple(s for _, s in holding) or tuple(s for t, s in case.gold_evidence if t in titles)
        parts.append(Part(fact, titles, sentences))
    return parts


def lay(system: str, case: Case, reply: Reply, judged: Sequence[Judged]) -> list[Loss]:
    """The losses of one answer, whose shares sum to at most 1. `judged` are the reply's claims."""
    if not case.answerable:
        lost = [] if reply.abstained else [(ANSWERED, case.question)]
        return [Loss(system, case.id, case.type, step, 1.0, what) for step, what in lost]
    parts = parts_of(case)
    reading = _Reading(case, reply, judged)
    steps = [(step, part.name) for part in parts if (step := reading.step_of(part))]
    spoilt = list(reading.spoilt(parts))
    share = 1 / (len(parts) + len(spoilt))
    return [Loss(system, case.id, case.type, step, round(share, 6), what) for step, what in [*steps, *spoilt]]


class _Reading:
    """One answer, asked what became of each part."""

    def __init__(self, case: Case, reply: Reply, judged: Sequence[Judged]) -> None:
        self._case, self._reply = case, reply
        self._gold = {normal(t) for t in case.gold_titles}
        self._cited = {normal(t) for t in reply.cited}
        self._judged = {id(j.statement): j for j in judged}
        self._by_text = {j.statement.text: j for j in judged}
        self._sent = None if reply.sent is None else _bare(reply.sent)
        self._several = len(self._gold) > 1

    def step_of(self, part: Part) -> str:
        """The step at which a part was lost, "" where it is in the answer."""
        if self._reply.abstained:
            return self._before(part) or (WITHHELD if self._written(part) else REFUSED)
        saying = [s for s in self._reply.statements if self._says(s, part)]
        if any(self._right(s) for s in saying):
            return ""
        if wrong := next((step for s in saying if (step := self._fault(s))), ""):
            return wrong
        return self._unsaid(part)

    def _before(self, part: Part) -> str:
        """The step before the writing at which it was lost, as far as one can tell; "" where it came so far."""
        titles = {normal(t) for t in part.titles}
        found = None if self._reply.retrieved is None else {normal(t) for t in self._reply.retrieved}
        if found is not None and not titles & (found | self._cited) and not self._was_sent(part.titles):
            return NOT_FOUND
        if self._sent is None or self._given(part):
            return ""
        if not self._was_sent(part.titles):
            return NOT_USED
        return NOT_CHOSEN if part.sentences and not self._was_sent(part.sentences) else ""

    def _unsaid(self, part: Part) -> str:
        """The step at which a part was lost that an answer does not hold."""
        if step := self._before(part):
            return step
        if self._written(part):
            return WITHHELD
        mine = bool({normal(t) for t in part.titles} & self._cited)
        if not mine and self._several and self._gold & self._cited:
            return INCOMPLETE
        if self._sent is not None:
            return NOT_WRITTEN
        return NOT_CHOSEN if mine else NOT_USED

    def _written(self, part: Part) -> bool:
        """Whether the model wrote it into what is not shown."""
        texts = [*self._reply.withheld, self._reply.written or ""]
        if part.fact:
            return any(holds(text, part.fact) for text in texts if text)
        return any(_bare(t.partition(":")[0]) in _bare(text) for t in part.titles for text in texts if text)

    def _given(self, part: Part) -> bool:
        """Whether what was sent holds one of its sentences."""
        return bool(part.sentences) and self._was_sent(part.sentences)

    def _was_sent(self, texts: Sequence[str]) -> bool:
        return self._sent is not None and any(_bare(text) in self._sent for text in texts)

    def _says(self, statement: Statement, part: Part) -> bool:
        """Whether a sentence holds it. One that rests on another paper and says what that one says does not."""
        titles = [s.title for s in statement.sources if s is not None]
        mine = any(normal(t) in self._gold for t in titles)
        if part.fact is None:
            return any(normal(t) in {normal(x) for x in part.titles} for t in titles)
        if not any(holds(text, part.fact) for text in [statement.text, *titles]):
            return False
        return mine or not titles or not self._supported(statement)

    def _right(self, statement: Statement) -> bool:
        return not self._fault(statement)

    def _fault(self, statement: Statement) -> str:
        """What is wrong with a sentence that says the right thing."""
        titles = {normal(s.title) for s in statement.sources if s is not None}
        if statement.sources and not titles & self._gold:
            return WRONG_CITATION
        return "" if self._supported(statement) else UNSUPPORTED

    def _supported(self, statement: Statement) -> bool:
        """Whether the judge calls it supported; so counts what is no claim, and what the judge failed on."""
        judged = self._judged.get(id(statement)) or self._by_text.get(statement.text)
        return judged is None or judged.support is None or judged.supported

    def spoilt(self, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
        """The claims that are not supported and say none of the parts, and why."""
        if self._reply.abstained:
            return
        for statement in self._reply.claims:
            if not self._supported(statement) and not any(self._says(statement, part) for part in parts):
                dangling = None in statement.sources
                yield (WRONG_CITATION if dangling else UNSUPPORTED), statement.text


def _bare(text: str) -> str:
    """Letters and digits alone: a prompt may escape the rest."""
    return " ".join(re.sub(r"\W+", " ", normal(text)).split())

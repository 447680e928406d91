"""An answer as it comes about: its claims, its citations, what it took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from rag.answer import Answer, Citation, Claim, Mode, Outcome, Strength, Table
from rag.answering.kinds import cue
from rag.answering.plan import Plan
from rag.answering.reading_prompts import Head
from rag.answering.reply import Reply
from rag.answering.understanding import Query
from rag.models.llms import ChatModel, name_of
from rag.models.metering import Meter
from rag.types import Evidence, Paper

STRONG = 0.8  # probability from which an answer is called strong,
NEAR = 0.4  # where its nearest paper is as near: of 42 labelled questions that are answered so surely all are


class Claims:
    """The claims of one answer as they come, its cited papers numbered in order of first use, and what was withheld."""

    def __init__(self) -> None:
        self.shown: list[Claim] = []
        self.withheld: list[Claim] = []
        self._cited: dict[str, list[Evidence]] = {}
        self._papers: dict[str, Paper] = {}

    def quote(self, e: Evidence, lead: str = "") -> Claim:
        """Adds a sentence of an abstract as it stands, with what is said before it."""
        claim = Claim(e.sentence.text, support=1.0, level=0, verdict="supported", quoted=True, lead=lead)
        return self.add(claim, [e])

    def add(self, claim: Claim, evidence: Sequence[Evidence]) -> Claim:
        """Adds a claim with its citations, which are numbered here."""
        for e in evidence:
            self._papers[e.paper.id] = e.paper
            mine = self._cited.setdefault(e.paper.id, [])
            if e not in mine:
                mine.append(e)
        order = {paper_id: number for number, paper_id in enumerate(self._cited, 1)}
        numbered = replace(
            claim,
            citations=tuple(sorted({order[e.paper.id] for e in evidence})),
            evidence=tuple(f"{order[e.paper.id]}.{e.sentence.index + 1}" for e in evidence),
        )
        self.shown.append(numbered)
        return numbered

    def state(self, text: str, papers: Sequence[Paper]) -> Claim:
        """Adds what the catalogue says of some papers, which are cited without a sentence."""
        for paper in papers:
            self._papers.setdefault(paper.id, paper)
            self._cited.setdefault(paper.id, [])
        order = {paper_id: number for number, paper_id in enumerate(self._cited, 1)}
        claim = Claim(text, tuple(sorted({order[p.id] for p in papers})), verdict="supported", catalogue=True)
        self.shown.append(claim)
        return claim

    def withhold(self, why: str) -> None:
        """Takes everything said so far back, with the reason as a warning."""
        self.withheld += [replace(claim, warnings=(*claim.warnings, why)) for claim in self.shown]
        self.shown, self._cited = [], {}

    def withhold_at(self, places: Sequence[int], why: str) -> None:
        """Takes back the claims at those places, which cite nothing, with the reason as a warning."""
        for i in sorted(places, reverse=True):
            claim = self.shown.pop(i)
            self.withheld.append(replace(claim, warnings=(*claim.warnings, why)))

    def has_quoted(self, e: Evidence) -> bool:
        """Whether that sentence is shown already in its own words."""
        return any(c.quoted and c.text == e.sentence.text for c in self.shown)

    def rests_on(self, e: Evidence) -> bool:
        """Whether a claim that is shown rests on that sentence."""
        return e in self._cited.get(e.paper.id, ())

    def cites(self, paper: Paper) -> bool:
        """Whether the paper is cited already."""
        return paper.id in self._cited

    def citations(self) -> tuple[Citation, ...]:
        """The cited papers, each with the sentences that were cited, in the abstract's order."""
        return tuple(
            Citation(number, self._papers[paper_id], tuple(sorted((e.sentence for e in mine), key=lambda s: s.index)))
            for number, (paper_id, mine) in enumerate(self._cited.items(), 1)
        )


@dataclass
class AnswerBuilder:
    """What is known so far of one answer, and at the end the Answer."""

    question: str
    message: str = ""
    claims: Claims = field(default_factory=Claims)
    meter: Meter = field(default_factory=Meter)
    judge_calls: int | None = None  # sentences, and the evidence as a whole, that a judge above level 0 was asked about
    unknown_citations: int | None = None  # of sources that do not exist, once a model has written
    refused: bool = False  # by the model, which says that the abstracts do not answer
    missing: list[str] = field(default_factory=list)  # what was asked and not found
    table: Table | None = None
    sent: dict[str, int] = field(default_factory=dict)
    mode: Mode = "quotes"
    notes: list[str] = field(default_factory=list)  # how the question was taken
    suggestions: tuple[str, ...] = ()
    listing: bool = False  # of the catalogue
    standalone: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Notes what went by since the last step."""
        passed = time.perf_counter() - self.started
        self.timings[step] = round(passed - sum(v for k, v in self.timings.items() if k != "first_word"), 4)

    def first_word(self) -> None:
        """Notes the seconds to the first word, once."""
        self.timings.setdefault("first_word", round(time.perf_counter() - self.started, 4))

    def head(self, head: Head) -> None:
        """Takes over what a reading model says of its own reply."""
        self.refused = head.answered == "no"
        if head.missing:
            self.missing.append(head.missing)
            self.note(f"Not in these abstracts: {head.missing.rstrip('.')}.")
        if self.refused:
            self.note("Nearest:" if head.missing else "The abstracts do not answer this. Nearest:")

    def note(self, said: str) -> None:
        """Adds to what is said beside the claims."""
        self.message = " ".join(filter(None, [self.message, said]))

    def reply(self, reply: Reply, query: Query) -> Iterator[str]:
        """Says what needs no search, piece by piece."""
        self.message, self.listing = reply.message, reply.listing
        self.suggestions = reply.suggestions
        self.standalone = query.standalone
        if reply.message:
            yield reply.message
        for i, (text, papers) in enumerate(reply.lines):
            between = ("\n- " if reply.listing else " ") if i or reply.message else ""
            yield between + str(self.claims.state(text, papers))

    def outcome(self, allowed: Outcome) -> Outcome:
        """What became of it: `answered` only where retrieval and the model allowed it, and something is shown."""
        return "not_stated" if allowed == "answered" and (self.refused or not self.claims.shown) else allowed

    def finish(self, outcome: Outcome, model: ChatModel | None, plan: Plan | None = None) -> Answer:
        """The Answer; without a plan nothing was looked for, as for a greeting."""
        answered = outcome == "answered"
        return Answer(
            question=self.question,
            outcome=outcome,
            claims=tuple(self.claims.shown),
            citations=self.claims.citations(),
            related=plan.decision.related if plan and outcome == "not_stated" else (),
            message=self.message,
            standalone=plan.query.standalone if plan else self.standalone or self.question,
            withheld=tuple(self.claims.withheld),
            listing=answered and (plan.listing if plan else self.listing),
            model=name_of(model),
            usage=self._usage(),
            cost=self.meter.cost,
            timings={**self.timings, "total": round(time.perf_counter() - self.started, 4)},
            mode=self.mode,
            missing=tuple(self.missing),
            table=self.table if answered else None,
            sent=self.sent,
            strength=strength_of(plan, outcome),
            notes=tuple(self.notes),
            suggestions=self.suggestions,
            calls=tuple(map(asdict, self.meter.calls)),
        )

    def _usage(self) -> dict[str, int]:
        counted = {"judge_calls": self.judge_calls, "unknown_citations": self.unknown_citations}
        return {**self.meter.usage, **{name: n for name, n in counted.items() if n is not None}}


def strength_of(plan: Plan | None, outcome: Outcome) -> Strength:
    """How far an answer answers, by the probability that the collection says; "" where nothing was looked for."""
    if plan is None or outcome == "nothing_relevant":
        return ""
    if outcome != "answered":
        return "related"
    # "Can it be used in Norway?" names a paper's subject, and asks for more than what it is.
    asked_to_tell = plan.query.follows or cue(plan.query.question) is not None
    told = plan.subject is not None and plan.query.kind != "fact" and asked_to_tell
    # What is asked of a paper just shown needs not be near it in its words: "how fast is it?"
    likely = plan.decision.probability >= STRONG and bool(plan.about or plan.decision.relevance >= NEAR)
    if (told or plan.compared > 1 or likely) and not plan.unnamed:
        return "strong"
    return "partly"

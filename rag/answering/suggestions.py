"""Ways on from an answer or a refusal: questions that can be asked as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from rag.answer import Citation, Outcome
from rag.answering.plan import Plan
from rag.answering.reply import head
from rag.answering.roles import roles_of
from rag.library import Library
from rag.text.entities import NAME
from rag.types import Paper

MAX_SUGGESTED = 3
LONGEST_NAME = 5  # words of a title that can be typed
_LOOKED_UP = 6  # names of the cited sentences
LETTERS_WRONG = 2  # of a name, for "did you mean"


def ways_on(library: Library, plan: Plan, outcome: Outcome, citations: Sequence[Citation] = ()) -> tuple[str, ...]:
    """What to try next: what the evidence leads to, another spelling, no filter, the nearest papers described."""
    if outcome == "answered":
        onward = (way for way in _onward(library, plan, citations) if way != plan.query.question)
        return tuple(islice(onward, MAX_SUGGESTED))  # no more is looked up than is shown
    found: list[str] = []
    for thing in plan.unnamed:
        if len(thing) > 3 and (near := library.catalogue.spelt_like(thing, LETTERS_WRONG)):
            found.append(plan.query.question.replace(thing, near))
    if plan.query.where and plan.query.topic:
        found.append(plan.query.topic)  # without the filter
    if outcome == "not_stated":
        found += [f"Summarise {head(p)}" for p in plan.decision.related if len(head(p).split()) <= LONGEST_NAME][:2]
    else:
        found += ["What are the main themes?"]
    return tuple(dict.fromkeys(found))[:MAX_SUGGESTED]


def _onward(library: Library, plan: Plan, citations: Sequence[Citation]) -> Iterator[str]:
    """Questions that the cited papers answer: what else one of them says, another beside it, what it names."""
    named = [(head(c.paper), c.paper) for c in citations if len(head(c.paper).split()) <= LONGEST_NAME]
    if not named:
        return
    name, paper = named[0]
    if plan.subject is None:
        yield f"Summarise {name}"
    else:
        roles = next((roles_of(m.record.sentences) for m in plan.matches if m.record.paper.id == paper.id), [])
        if "limit" in roles:
            yield f"What are the limitations of {name}?"
        if "result" in roles:
            yield f"What results does {name} report?"
    if len(named) > 1 and not plan.compared:
        yield f"Compare {name} and {named[1][0]}"
    for other in _named_elsewhere(library, citations):
        yield f"What is {other}?"


def _named_elsewhere(library: Library, citations: Sequence[Citation]) -> Iterator[str]:
    """Things that the cited sentences name and that another paper is about."""
    cited = {c.paper.id for c in citations}
    said = " ".join(s.text for c in citations for s in c.sentences)
    for name in list(dict.fromkeys(NAME.findall(said)))[:_LOOKED_UP]:
        about: Paper | None = library.catalogue.subject_of(name, library.catalogue.naming(name))
        if about is not None and about.id not in cited:
            yield name

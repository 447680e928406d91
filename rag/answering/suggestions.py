"""Ways on from an answer or a refusal: questions that can be asked as they stand."""

from __future__ import annotations

from rag.answer import Outcome
from rag.answering.plan import Plan
from rag.answering.reply import head
from rag.library import Library

MAX_SUGGESTED = 3
LONGEST_NAME = 5  # words of a title that can be typed
LETTERS_WRONG = 2  # of a name, for "did you mean"


def ways_on(library: Library, plan: Plan, outcome: Outcome) -> tuple[str, ...]:
    """What to try next: another spelling, the same without the filter, the nearest papers described."""
    if outcome == "answered":
        return ()
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

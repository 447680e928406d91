"""Answerers that know nothing, beside every score, so that a reader sees what a figure is worth.

A random paper's passage, quoted and cited; the best found passage, copied whole; a language model without sources.
"""

from __future__ import annotations

import random
import time
from typing import Any

from eval.answers import ranking, to_row
from eval.cases import Case
from eval.metrics import DEPTH
from eval.stats import SEED
from rag.answer import Answer, Citation, Claim
from rag.indexing.records import Record
from rag.library import Library
from rag.models.llms import ChatModel
from rag.models.metering import Meter
from rag.types import Passage

RANDOM, COPIED, CLOSED = "random paper", "first passage", "closed book"
SYSTEM = "Answer the question in one to three sentences, from what you know. If you do not know, reply: I do not know."


def random_paper(library: Library, case: Case) -> dict[str, Any]:
    """The first passage of a paper drawn by lot, and a ranking drawn likewise; the same for the same question."""
    ids = sorted(library.index.forward_index.hashes())
    drawn = random.Random(f"{SEED} {case.id}").sample(ids, min(DEPTH, len(ids)))
    records = library.index.forward_index.records(drawn)
    return to_row(case, _quote(case, records[0], records[0].passages[0]), [r.paper.title for r in records], None)


def first_passage(library: Library, case: Case) -> dict[str, Any]:
    """The best passage of the best paper found, whole; it never abstains while anything is found."""
    retrieved = library.retrieve(case.question, DEPTH)
    if not retrieved.matches:
        return to_row(case, Answer(case.question, "nothing_relevant"), [], None)
    best = retrieved.matches[0]
    return to_row(case, _quote(case, best.record, best.hit.passage), *ranking(retrieved))


def closed_book(model: ChatModel, case: Case) -> dict[str, Any]:
    """The model's answer from memory, citing nothing. Raises LLMError."""
    asked = "\n".join([*(f"{turn['role']}: {turn['content']}" for turn in case.history), case.question])
    started = time.perf_counter()
    meter = Meter()
    output = model.metered(meter).complete(SYSTEM, asked, "write").strip()
    seconds = round(time.perf_counter() - started, 4)
    row = {"id": case.id, "input": case.question, "output": output, "ctxs": None, "abstained": not output}
    return {**row, "usage": meter.usage, "timings": {"total": seconds}}


def _quote(case: Case, record: Record, passage: Passage) -> Answer:
    inside = tuple(s for s in record.sentences if passage.start <= s.start < passage.end)
    claims = [Claim(s.text, (1,), evidence=(f"1.{s.index + 1}",), quoted=True) for s in inside]
    return Answer(case.question, "answered", tuple(claims), (Citation(1, record.paper, inside),), model="none")

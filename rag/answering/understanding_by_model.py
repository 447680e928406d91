"""A question understood by a model that reads: one structured call, whose reply is validated before it is believed."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from pydantic import BaseModel, Field, ValidationError

from rag.answering.understanding import History, Kind, Query
from rag.answering.verdicts import parse_json
from rag.models.examination import one_line
from rag.models.llms import ChatModel

SYSTEM = """You read questions that are put to a collection of research abstracts. Reply with JSON alone:
{"standalone": "...", "kind": "...", "things": ["...", "..."]}
standalone: the question as it can be understood without the conversation, in its own language; else unchanged
kind: fact (one thing is asked), explanation (how or why something works), overview (a summary or description of one
thing), list (several papers or things are wanted), comparison (things are set side by side)
things: the things compared, by their names; [] otherwise"""
MAX_STANDALONE = 500  # characters
_TURNS = 6  # of the conversation that are shown, and characters of each
_CHARACTERS = 700


class _Reply(BaseModel):
    standalone: str = Field(min_length=1, max_length=MAX_STANDALONE)
    kind: str
    things: list[str] = Field(default_factory=list, max_length=6)


def understand(model: ChatModel, read: Query, history: History) -> Query:
    """The query as the model reads it; as it was read offline where its reply cannot be used. Raises LLMError."""
    turns = "\n".join(f"{turn['role']}: {one_line(turn['content'])[:_CHARACTERS]}" for turn in history[-_TURNS:])
    before = f"<conversation>\n{turns}\n</conversation>\n\n" if turns else ""
    reply = model.complete(SYSTEM, f"{before}Question: {one_line(read.question)}", "understand", 300)
    try:
        told = _Reply.model_validate(parse_json(reply))
    except ValidationError:
        return read
    kind: Kind | None = next((kind for kind in get_args(Kind) if kind == told.kind), None)
    things = tuple(thing.strip() for thing in told.things if thing.strip())
    if kind is None or (kind == "comparison" and len(things) < 2):
        return read
    return replace(
        read,
        standalone=" ".join(told.standalone.split()) if history else read.question,
        kind=kind,
        things=things if kind == "comparison" else (),
    )

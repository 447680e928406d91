"""The doubtful sentences of an answer put to a model together: one question, a verdict for each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from rag.answer import Verdict
from rag.models.examination import one_line
from rag.models.llms import ChatModel

Told = Literal["supported", "contradicted", "not stated", "no claim"]
# What a model tells, as the verdict of a judge.
VERDICTS: dict[Told, Verdict] = {
    "supported": "supported",
    "contradicted": "contradicted",
    "not stated": "unsupported",
    "no claim": "no_claim",
}

SYSTEM = """You check the sentences of an answer against the sentences of research abstracts that each of them cites.
Verdicts:
supported: everything it claims follows from what it cites
contradicted: what it cites says otherwise in a number, a name, a direction, a negation, or in who did what
not stated: what it cites does not say it, in whole or in an important part
no claim: it claims nothing that could be checked, such as an introduction to a list or that the abstracts do not say
That something is not given or is only mentioned needs no support, unless what is cited does give it.
Reply with JSON alone: {"verdicts": [{"sentence": 1, "verdict": "supported"}, ...]}, one for each sentence."""
TOKENS_EACH = 25  # of the reply, for a sentence


class _Item(BaseModel):
    sentence: int = Field(ge=1)
    verdict: Told


class _Reply(BaseModel):
    verdicts: list[_Item]


def ask_verdicts(model: ChatModel, claims: Sequence[tuple[str, Sequence[str]]]) -> list[Told | None]:
    """A verdict for each (sentence, evidence sentences); None for one that the reply leaves out, or all if unreadable.

    Raises LLMError when the model cannot be asked.
    """
    reply = model.complete(SYSTEM, _message(claims), "judge", 60 + TOKENS_EACH * len(claims))
    told: dict[int, Told] = {item.sentence: item.verdict for item in _read(reply)}
    return [told.get(number) for number in range(1, len(claims) + 1)]


def _message(claims: Sequence[tuple[str, Sequence[str]]]) -> str:
    parts = []
    for number, (sentence, evidence) in enumerate(claims, 1):
        cited = "\n".join(f"- {one_line(e)}" for e in evidence)
        parts.append(f"Sentence {number}: {one_line(sentence)}\nIt cites:\n{cited}")
    return "\n\n".join(parts)


def _read(reply: str) -> list[_Item]:
    data = parse_json(reply)
    try:
        return _Reply.model_validate(data).verdicts
    except ValidationError:
        return []


def parse_json(reply: str) -> Any:
    """The JSON object in a reply, whatever stands around it; None where there is none."""
    found = re.search(r"\{.*\}", reply, re.DOTALL)
    try:
        return json.loads(found.group()) if found else None
    except (ValueError, RecursionError):
        return None

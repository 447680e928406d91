"""What each sentence of an abstract does: problem, idea, how, result, limit; and which are not worth quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.text.entities import NAME
from rag.types import Sentence

Role = Literal["problem", "idea", "how", "result", "limit", "other"]

_EMPTY = re.compile(
    r"\bwe hope\b|\bhope(?:fully)? (?:that|this|to|our)\b|\ball rights reserved\b|\bcopyright\b|^\s*(?:\(c\)|©)|"
    r"\bpublished by\b|\bthis is an open access\b|\bcreative commons\b|\bcorresponding author\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_RELEASED = re.compile(
    r"\b(?:code|data|dataset|models?|weights|checkpoints?|demo|project (?:page|website)|source code|videos?|"
    r"supplementary)\b[^.]{0,60}\b(?:(?:are|is|will be|be) (?:made )?(?:publicly |freely |openly )?(?:available|"
    r"released|open[- ]?sourced?)|(?:available|released|found) (?:at|on|here|under))|"
    r"\b(?:we|will) (?:release|open-?source|publicly release)\b[^.]{0,80}$",
    re.IGNORECASE,
)
_IDEA = re.compile(
    r"\bwe (?:\w+ly )?(?:propose|introduce|present|develop|design|describe|study|investigate|explore|show how|offer|"
    r"build|create|release|formali[sz]e|address|revisit|argue|suggest|consider|examine|analy[sz]e|aim)\b|"
    r"\bthis (?:paper|work|study|article|survey|thesis|report|review)\b[^.]{0,40}\b(?:\w+s|is|we)\b|"
    r"\bin this (?:paper|work|study|article|survey|thesis)\b|^[A-Z][\w-]+ (?:is|are) (?:an?|the)\b|\bis proposed\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:outperform\w*|surpass\w*|achiev\w+|state[- ]of[- ]the[- ]art|improv(?:es|ed|ement|ements|ing)|results?|"
    r"experiment\w*|evaluat\w+|demonstrat\w+|(?:we|which|that) (?:find|found|show|observe)|reveals?|yields?|attains?|"
    r"reduc(?:es|ed|ing)|speed-?ups?|faster|accuracy|gains?|compared (?:to|with)|significant\w*|exceed\w*|beats?)\b|"
    r"\d\s?\\?%",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:limitations?|drawbacks?|shortcomings?|downsides?|future work|remains? (?:open|unclear|to be)|at the cost of|"
    r"fails? (?:to|on|when|for)|still (?:struggles?|lags?|falls?)|room for improvement|caveats?|trade-?offs?|"
    r"not yet)\b",
    re.IGNORECASE,
)
_PROBLEM = re.compile(
    r"\b(?:however|challeng\w+|costly|expensive|lack\w*|remains?|struggl\w+|difficult\w*|limited|suffer\w*|problem\w*|"
    r"issues?|bottleneck\w*|hard to|unclear|yet|despite|although|while|often|needed|crucial|important|critical)\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"\b(?:by (?:\w+ly )?\w+ing|using|uses?|via|consists? of|specifically|first\w*|then|leverag\w+|train\w*|modules?|"
    r"combin\w+|"
    r"based on|employ\w*|appl(?:y|ies)|learn\w*|through|in which|where|comput\w+|encod\w+|integrat\w+|adopt\w*|"
    r"framework)\b",
    re.IGNORECASE,
)
_MID_THOUGHT = re.compile(
    r"^(?:to (?:address|tackle|solve|mitigate|overcome|alleviate|remedy|handle|bridge|this end|fill|achieve|do so|"
    r"resolve|meet|answer) ?(?:th\w+|it)?\b|our\b|it\b|its\b|they\b|their\b|them\b|this\b|these\b|those\b|that\b|"
    r"such\b|in (?:this|the present) (?:paper|work|study|article|thesis|review)\b|"
    r"thus\b|therefore\b|hence\b|consequently\b|as a result\b|moreover\b|furthermore\b|additionally\b|in addition\b|"
    r"also\b|but\b|and\b|however\b|instead\b|by doing so\b|in contrast\b|besides\b|we\b|the (?:proposed|resulting|"
    r"latter|former|same|method|model|approach|framework|system|authors?)\b|here\b|both\b|finally\b|first\b|second\b|"
    r"specifically\b|then\b|further\b|notably\b|importantly\b|in particular\b|for (?:example|instance)\b)",
    re.IGNORECASE,
)


def empty(text: str) -> bool:
    """Whether it says nothing at all: a hope, a copyright line."""
    return bool(_EMPTY.search(text))


def readable(text: str) -> bool:
    """Whether a sentence says something of the work: no link, hope, copyright line or "code is available"."""
    if empty(text):
        return False
    said = _LINK.sub("", text)
    # "We release the models in sizes 1B and 7B: LINK" tells something all the same.
    return len(said) > 20 and (bool(re.search(r"\d", said)) or not (said != text or _RELEASED.search(said)))


def mid_thought(text: str) -> bool:
    """Whether a sentence cannot be understood without the one before, or without knowing whose it is."""
    found = _MID_THOUGHT.match(text)
    if not found:
        return False
    # "We introduce StreamingLLM" says itself what it is about, "In this paper, we introduce StreamingLLM" too.
    return not (re.match(r"we\b|in th", found.group(), re.IGNORECASE) and NAME.search(text))


def roles_of(sentences: Sequence[Sentence]) -> list[Role]:
    """What each sentence of one abstract does."""
    idea = idea_of(sentences)
    return [_role(s.text, i, idea, len(sentences)) for i, s in enumerate(sentences)]


def idea_of(sentences: Sequence[Sentence]) -> int:
    """The place of the sentence that says what the paper does; those before it speak of others' work."""
    ideas = [i for i, s in enumerate(sentences) if _IDEA.search(s.text) and readable(s.text)]
    return ideas[0] if ideas else min(1, len(sentences) - 1)


def _role(text: str, place: int, idea: int, count: int) -> Role:
    if not readable(text):
        return "other"
    if place == idea:
        return "idea"
    if place < idea:
        return "problem" if _PROBLEM.search(text) or place == idea - 1 else "other"
    if _LIMIT.search(text):
        return "limit"
    if _RESULT.search(text) and (place > idea + 1 or re.search(r"\d", text)):
        return "result"
    if _HOW.search(text) or place == idea + 1:
        return "how"
    return "result" if place >= count - 2 else "other"

"""What kind of request a question is: by plain cues where they are sure, else by the vector of its wording.

A logistic regression over it (`training/intents.py`, on hand-written questions) does far better than cues on forms
that nobody thought of. Its weights belong to one embedding model: with another the cues stand alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from rag.answering.intent import asks_for_number
from rag.answering.wording import odds
from rag.indexing.index import Index

Kind = Literal[
    "fact", "explanation", "overview", "list", "comparison", "collection", "bibliographic", "small_talk"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
WEIGHTS = Path(__file__).with_name("kinds.npz")
MAX_WORDS = 16  # a longer question says itself what it wants: a fact, where no cue tells otherwise
# How sure the regression must be. What these kinds say instead of searching is useless where they are wrong; a plain
# fact is what everything falls back on.
SURE = {"collection": 0.6, "bibliographic": 0.6, "small_talk": 0.75, "list": 0.5, "comparison": 0.6}
SURE_ELSE = 0.45
SURE_FACT = 0.8  # from which a plain fact is believed against words that lists have, too

# Tried in this order. A cue is a word that hardly means anything else.
_WORDS: tuple[tuple[Kind, str], ...] = (
    (
        "collection",
        r"\bhow many (?:papers|articles|abstracts|documents|publications|authors)\b(?! (?:did|do|does|were) (?:the|"
        r"they|it|users|people))|^(?:which|what) years?[?.! ]*$|"
        r"\b(?:this|the|your) (?:collection|library|corpus|database)\b|^(?:please )?(?:list|show)(?: me)? all\b|"
        r"^(?:please )?list (?:everything|them all|all)\b|\bwhat(?:'s| is) new\b|^what(?:'s| is) in here\b|"
        r"\b(?:which|what) years? (?:do|are|does)\b|"
        r"\b(?:newest|latest|most recent|oldest|earliest) (?:papers?|articles?|publications?|additions)\b|"
        r"\bmain (?:themes?|topics?|subjects)\b|\bhow many of them are from\b|\bpapers per year\b",
    ),
    (
        "bibliographic",
        r"\bbib ?tex\b|\b(?:cite|citation|reference) (?:for|of|entry)\b|\bhow (?:do|can|would|should) (?:i|we|one) "
        r"(?:cite|reference)\b|^cite\b|"
        r"^(?:(?:the|who (?:are|were) the|names? of the|list the|give me the) )?authors? of\b|"
        r"\bwho (?:wrote|authored)\b|^who did (?:it|that|this)[?.! ]*$|\bwho (?:published|invented|developed|made|"
        r"created|proposed|introduced) \S+(?: \S+){0,2}[?.! ]*$|\bwho (?:are|is|were) (?:the|its|their) authors?\b|"
        r"^authors?\b|^(?:and |but )?(?:when|who|by whom|where)(?: (?:was|is) (?:it|that|this))?[?.! ]*$|"
        r"^(?:the |its |and )*(?:link|year|date|authors?|url|pdf|doi|citation)(?: please)?[?.! ]*$|"
        r"\b(?:link|url|doi|pdf|arxiv id) (?:of|to|for)\b|"
        r"\bwhen (?:was|were|did) .{1,60}\b(?:published|written|released|appear|come out)\b",
    ),
    (
        "overview",
        r"\btl;?dr\b|\bsumm?ar(?:y|ies|i[sz]e[sd]?)\b|\bsum (?:it|them|this|that|up)\b|\bgist\b|\bnutshell\b|"
        r"\b(?:main|key|central|big|core) (?:ideas?|points?|contributions?|findings?|results?|message|"
        r"takeaways?)\b|"
        r"^(?:the )?(?:contributions?|limitations?|drawbacks?|weaknesses|results?|findings?|abstract|"
        r"overview) of\b|"
        r"^(?:what|which) (?:are|is) (?:the |its |their )?(?:contributions?|limitations?|drawbacks?|weaknesses)\b|"
        r"^(?:please )?(?:tell me|what should i know) (?:more )?about\b|^(?:please )?describe\b|"
        r"^(?!.*\b(?:papers|studies|works|methods)\b).*\b(?:limitations?|drawbacks?|weaknesses|downsides?|"
        r"shortcomings)\b|"
        r"^(?:and |what about |how about )?(?:its|the|their) (?:results?|findings?|contributions?)[?.! ]*$|"
        r"^what (?:is|are|was) \S+(?: \S+)? about\b|^what problems? (?:does|do|did)\b|\bhow good (?:is|are)\b",
    ),
    (
        "explanation",
        r"^(?:please |so,? )?(?:can|could|would) you (?:please )?explain\b|^(?:please )?explain\b|\beli5\b|"
        r"^(?:and |so,? )?how (?:does|do|did) (?:it|that|this|\S+(?: \S+)?) (?:actually |really )?work\b|"
        r"\bunder the hood\b|\bwalk me through\b|\bhelp me understand\b",
    ),
)
_CUES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDS)


def cue(question: str) -> Kind | None:
    """The kind that a sure word tells, None where there is none."""
    return next((kind for kind, pattern in _CUES if pattern.search(question)), None)


def guess(question: str, index: Index) -> tuple[Kind | None, bool]:
    """The kind by the question's vectors, and whether it is surely a plain fact.

    None where no weights belong to this embedding model or it is not sure.
    """
    if len(question.split()) > MAX_WORDS or asks_for_number(question):
        return "fact", False
    told = odds(question, index, WEIGHTS)
    if told is None:
        return None, False
    shares = np.exp(told - told.max())
    share = float(shares.max() / shares.sum())
    kind = KINDS[int(shares.argmax())]
    return kind if share >= SURE.get(kind, SURE_ELSE) else None, kind == "fact" and share >= SURE_FACT

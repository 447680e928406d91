"""What kind of request a question is: by plain cues where they are sure, else by the vector of its wording.

The vectors are the embedding model's own, of the question's tokens that are no names and of those among its first
words; a logistic regression over them (`training/intents.py`, on hand-written questions) does far better than cues on
forms that nobody thought of. Its weights belong to one embedding model: with another the cues stand alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rag.answering.intent import asks_for_number
from rag.indexing.index import Index
from rag.models.embedding import Encoded, Vectors
from rag.text.entities import name_spans

Kind = Literal[
    "fact", "explanation", "overview", "list", "comparison", "collection", "bibliographic", "small_talk"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
WEIGHTS = Path(__file__).with_name("kinds.npz")
FIRST_WORDS = 4
MAX_WORDS = 16  # a longer question says itself what it wants: a fact, where no cue tells otherwise
# How sure the regression must be. What these kinds say instead of searching is useless where they are wrong; a plain
# fact is what everything falls back on.
SURE = {"collection": 0.6, "bibliographic": 0.6, "small_talk": 0.75, "list": 0.5, "comparison": 0.6}
SURE_ELSE = 0.45
SURE_FACT = 0.8  # from which a plain fact is believed against words that lists have, too
_FIRST_SHARE = 0.7  # of the first words' vector beside the whole one's,
_COUNT_SHARE = 0.3  # and of the counts

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
    known = _weights()
    if known is None or known[0] != index.embedder.fingerprint:
        return None, False
    _, weights, bias = known
    odds = weights @ features(question, index.encode_query(question)) + bias
    shares = np.exp(odds - odds.max())
    share = float(shares.max() / shares.sum())
    kind = KINDS[int(shares.argmax())]
    return kind if share >= SURE.get(kind, SURE_ELSE) else None, kind == "fact" and share >= SURE_FACT


def features(question: str, encoded: Encoded) -> NDArray[np.float32]:
    """What the regression reads: (2 * dimension + 7,).

    Tokens of names are left out of the means: what a thing is called must not tell what is asked about it.
    """
    names = name_spans(question)
    words = [m.span() for m in re.finditer(r"\S+", question)]
    plain = np.array([not any(s <= start and end <= e for s, e in names) for start, end in encoded.spans.tolist()])
    plain = plain if plain.any() else np.ones(len(plain), bool)
    first = plain & (encoded.spans[:, 1] <= words[min(FIRST_WORDS, len(words)) - 1][1])
    counts = [
        not names,
        len({question[s:e] for s, e in names}) == 1,
        len({question[s:e] for s, e in names}) == 2,
        min(len(words), 12) / 12,
        bool(re.search(r"\bpapers?\b|works?\b|stud", question, re.IGNORECASE)),
        question.strip().endswith("?"),
        bool(re.search(r"\b(?:19|20)\d\d\b", question)),
    ]
    whole = _mean(encoded.tokens[plain])
    opening = _mean(encoded.tokens[first]) if first.any() else whole
    return np.concatenate([whole, _FIRST_SHARE * opening, _COUNT_SHARE * np.array(counts)]).astype(np.float32)


def _mean(tokens: Vectors) -> Vectors:
    mean: Vectors = tokens.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


@lru_cache(1)
def _weights() -> tuple[str, NDArray[np.float32], NDArray[np.float32]] | None:
    """The embedding model that they belong to, weights (kinds, features) and bias (kinds,)."""
    if not WEIGHTS.exists():
        return None
    with np.load(WEIGHTS) as kept:
        return str(kept["embedding"]), kept["weights"].astype(np.float32), kept["bias"].astype(np.float32)

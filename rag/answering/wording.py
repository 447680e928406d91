"""What the wording of a question tells, whatever it is about: its vectors, and weights that were fitted over them.

The vectors are the embedding model's own, of the question's tokens that are no names and of those among its first
words. Weights belong to one embedding model: with another there are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.indexing.index import Index
from rag.models.embedding import Encoded, Vectors
from rag.text.entities import name_spans

FIRST_WORDS = 4
_FIRST_SHARE = 0.7  # of the first words' vector beside the whole one's,
_COUNT_SHARE = 0.3  # and of the counts


@dataclass(frozen=True)
class Weights:
    """A logistic regression over `features`: weights (classes, features) and bias (classes,)."""

    embedding: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def odds(question: str, index: Index, path: Path) -> NDArray[np.float32] | None:
    """Log-odds of each class (classes,) by the weights of that file; None where they are of another embedding model."""
    known = _read(path)
    if known is None or known.embedding != index.embedder.fingerprint:
        return None
    told: NDArray[np.float32] = known.weights @ features(question, index.encode_query(question)) + known.bias
    return told


def save(weights: Weights, path: Path) -> None:
    """Writes them, in half precision."""
    np.savez_compressed(
        path, embedding=weights.embedding, weights=weights.weights.astype(np.float16), bias=weights.bias
    )
    _read.cache_clear()


def features(question: str, encoded: Encoded) -> NDArray[np.float32]:
    """What the regressions read: (2 * dimension + 7,).

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


@lru_cache(4)
def _read(path: Path) -> Weights | None:
    if not path.exists():
        return None
    with np.load(path) as kept:
        return Weights(str(kept["embedding"]), kept["weights"].astype(np.float32), kept["bias"].astype(np.float32))

"""Token vectors at one bit a dimension, and MaxSim over them: re-ranking, evidence, support.

Late interaction as in ColBERT (Khattab and Zaharia 2020), with the embedding model's own last layer. Papers are
represented as that layer has them; questions are, too, unless a learned question side is there for the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.embedding import Encoded, Vectors
from rag.models.question_side import QuestionSide
from rag.types import Sentence

TITLE = 65535  # the sentence number of tokens that stand in the title
_STOPWORDS = frozenset(
    "a an the and or but if then of to in on at by for from with without into onto over under as is are was were be "
    "been being am do does did done has have had having this that these those it its they them their there here we "
    "our us you your i my me he she his her what which who whom whose when where why how not no nor so than too very "
    "can could will would shall should may might must also such any some each per about between s t ll d re ve".split()
)
_HAS_LETTER = re.compile(r"\w")
_LANES = 16  # question tokens looked up together: 32 bytes a row
_SIGNS = (((np.arange(256)[:, None] >> np.arange(7, -1, -1)) & 1) * 2 - 1).astype(np.float32)  # (256, 8), as packbits


@dataclass(frozen=True)
class TokenCodes:
    """The kept tokens of a text: ids (n,), sentence numbers (n,), sign bits of their vectors (n, bytes)."""

    ids: NDArray[np.uint32]
    sentences: NDArray[np.uint16]
    codes: NDArray[np.uint8]

    def to_bytes(self) -> bytes:
        return self.ids.tobytes() + self.sentences.tobytes() + self.codes.tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes, dimension: int) -> TokenCodes:
        width = (dimension + 7) // 8
        n = len(blob) // (6 + width)
        ids = np.frombuffer(blob, np.uint32, n)
        sentences = np.frombuffer(blob, np.uint16, n, offset=4 * n)
        return cls(ids, sentences, np.frombuffer(blob, np.uint8, n * width, offset=6 * n).reshape(n, width))


@dataclass(frozen=True)
class QueryTokens:
    """The kept tokens of a question: vectors (n, d), weights (n,) that add up to 1, spans (n, 2), ids (n,).

    From a learned question side, whose digest `side` is, come `needs` (n,), how much an answer must have of each, and
    `meaning` (d,), what is compared with whole sentences.
    """

    vectors: Vectors
    weights: Vectors
    spans: NDArray[np.int64]
    ids: NDArray[np.int64]
    needs: Vectors | None = None
    meaning: Vectors | None = None
    side: str = ""


def is_stopword(word: str) -> bool:
    """Whether a word carries no meaning of its own."""
    return word.lower() in _STOPWORDS


def content_tokens(text: str, encoded: Encoded) -> NDArray[np.bool_]:
    """Which tokens carry meaning: no punctuation, no stopword."""
    flags = []
    for start, end in encoded.spans.tolist():
        piece = text[start:end].strip().lower()
        whole = not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
        flags.append(bool(_HAS_LETTER.search(piece)) and not (whole and piece in _STOPWORDS))
    return np.array(flags, bool)


def quantise(texts: Sequence[tuple[str, Encoded, int, int]], sentences: Sequence[Sentence]) -> TokenCodes:
    """The codes of one paper's passages, each given as (text, encoded, body, start).

    `body` is where the passage begins in `text`, after the title; `start` where it begins in the abstract.
    The title's tokens are taken from the first passage only.
    """
    ids, numbers, codes = [], [], []
    starts = np.array([s.start for s in sentences])
    for position, (text, encoded, body, start) in enumerate(texts):
        inside = encoded.spans[:, 0] >= body
        keep = content_tokens(text, encoded) & (inside | (position == 0))
        place = np.searchsorted(starts, encoded.spans[:, 0] - body + start, side="right") - 1
        number = np.where(inside, np.clip(place, 0, TITLE - 1), TITLE)
        ids.append(encoded.ids[keep].astype(np.uint32))
        numbers.append(number[keep].astype(np.uint16))
        codes.append(np.packbits(encoded.tokens[keep] > 0, axis=1))
    return TokenCodes(np.concatenate(ids), np.concatenate(numbers), np.concatenate(codes))


def query_tokens(
    text: str, encoded: Encoded, frequency: Mapping[int, int], papers: int, side: QuestionSide | None = None
) -> QueryTokens:
    """The question's tokens weighted by how rare they are among `papers` (BM25's IDF; equal if it has none kept).

    With a learned `side` also by how much they ask for, and with vectors like those of the tokens that answer.
    """
    keep = content_tokens(text, encoded)
    if not keep.any():
        keep = np.ones(len(keep), bool)
    ids = encoded.ids[keep]
    counts = np.array([frequency.get(int(i), 0) for i in ids], np.float32)
    weights = np.maximum(np.log1p((papers - counts + 0.5) / (counts + 0.5)), 1e-3).astype(np.float32)
    vectors, spans = encoded.tokens[keep], encoded.spans[keep]
    if side is None:
        return QueryTokens(vectors, weights / weights.sum(), spans, ids)
    return QueryTokens(
        side.tokens(vectors),
        side.weights(vectors, weights),
        spans,
        ids,
        side.needs(vectors, weights),
        side.meaning(encoded.vector),
        side.digest,
    )


def similarities(query: QueryTokens, codes: NDArray[np.uint8]) -> Vectors:
    """Approximate cosines (question tokens, coded tokens): the sign vector stands for the token's.

    A table holds, for each byte of a code and each of its 256 values, its share of the dot product in 16 bits (at
    most 0.0003 off in all), so that a dot product is one look-up and addition a byte (as in product quantisation,
    Jegou et al. 2011), on one core.
    """
    n, dimension = query.vectors.shape
    vectors = np.pad(query.vectors, ((0, -n % _LANES), (0, -dimension % 8)))
    step = np.float32(np.abs(vectors).sum(axis=1).max() / 32000)
    shares = _SIGNS @ (vectors / step).T.reshape(-1, 8, len(vectors))  # (bytes, 256, question tokens)
    table = np.rint(shares, out=shares).astype(np.int16)
    columns = np.ascontiguousarray(codes.T)
    parts = []
    for start in range(0, len(vectors), _LANES):
        mine = np.ascontiguousarray(table[:, :, start : start + _LANES])
        sums = np.zeros((len(codes), _LANES), np.int16)
        for share, column in zip(mine, columns, strict=True):
            sums += share.take(column, axis=0)
        parts.append(sums)
    # x . sign(d) / sqrt(dim) underestimates the cosine by sqrt(2 / pi) on average (random signs of a Gaussian).
    scale = np.float32(np.sqrt(np.pi / 2) / np.sqrt(dimension))
    cosines: Vectors = np.concatenate(parts, axis=1).T[:n] * (step * scale)
    return cosines


def sentence_vectors(tokens: TokenCodes, sentences: int, dimension: int) -> Vectors:
    """The mean sign vector of each sentence's tokens (sentences, d), of length 1; 0 for one without tokens."""
    order = np.argsort(tokens.sentences, kind="stable")[: np.count_nonzero(tokens.sentences < sentences)]
    signs = np.unpackbits(tokens.codes[order], axis=1, count=dimension).astype(np.float32) * 2 - 1
    sums = np.zeros((sentences, dimension), np.float32)
    if order.size:
        owners, starts = np.unique(tokens.sentences[order], return_index=True)
        sums[owners] = np.add.reduceat(signs, starts)
    unit: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return unit


def max_by_run(values: Vectors, groups: NDArray[Any]) -> tuple[NDArray[Any], Vectors]:
    """The maximum over the columns of each run of one group: (group of each run (r,), maxima (rows, r))."""
    starts = np.flatnonzero(np.diff(groups, prepend=groups[:1] - 1))
    return groups[starts], np.maximum.reduceat(values, starts, axis=1)

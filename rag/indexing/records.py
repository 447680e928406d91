"""What the index holds of a paper, and papers turned into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from rag.models.embedding import Embedder, Vectors
from rag.models.token_vectors import TokenCodes, quantise
from rag.text.chunking import passage_text, passages_of
from rag.text.sentences import split_sentences
from rag.types import Paper, Passage, Sentence

BATCH = 128  # papers embedded and written together

_T = TypeVar("_T")


@dataclass(frozen=True)
class Record:
    """A paper with everything that scoring needs: vectors (passages, d) float32 and its token codes."""

    paper: Paper
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors
    tokens: TokenCodes


class Features(NamedTuple):
    """What scoring needs of a paper: vectors (passages, d), the number of its sentences, its token codes."""

    id: str
    vectors: Vectors
    sentences: int
    tokens: TokenCodes


Progress = Callable[[int], object]  # called with the number of papers done since the last call
Encode = Callable[[Iterable[Sequence[Paper]]], Iterable[Sequence[Record]]]  # batches of papers to their records


def batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    """The papers, or their ids, as many at a time as are embedded and written together."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def counted(items: Iterable[_T], progress: Progress | None) -> Iterator[_T]:
    """The same, each of them told as it is taken."""
    for item in items:
        yield item
        if progress:
            progress(1)


def encode(embedder: Embedder, papers: Sequence[Paper]) -> list[Record]:
    """Papers with their passages, vectors and token codes."""
    count, window = embedder.count, embedder.window
    texts: list[tuple[str, int, int]] = []  # text, where the passage begins in it, and in the abstract
    parts: list[tuple[Paper, tuple[Sentence, ...], tuple[Passage, ...]]] = []
    for paper in papers:
        sentences = tuple(split_sentences(paper.abstract))
        passages = tuple(passages_of(paper, count, sentences, window))
        parts.append((paper, sentences, passages))
        for passage in passages:
            text = passage_text(paper, passage, count, window)
            texts.append((text, len(text) - len(passage.text), passage.start))
    encoded = embedder.encode([text for text, _, _ in texts])
    records, at = [], 0
    for paper, sentences, passages in parts:
        here = slice(at, at + len(passages))
        at += len(passages)
        tokens = quantise([(t, e, b, s) for (t, b, s), e in zip(texts[here], encoded[here], strict=True)], sentences)
        vectors = np.stack([e.vector for e in encoded[here]])
        records.append(Record(paper, sentences, passages, vectors, tokens))
    return records

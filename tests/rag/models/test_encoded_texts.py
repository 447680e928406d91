import threading
from collections.abc import Sequence

import numpy as np
import pytest

from rag.library import Library
from rag.models.embedding import Encoded
from rag.models.encoded_texts import EncodedTexts


class Counting:
    """An embedder of one token a character, that keeps what it was given."""

    name, fingerprint, dimension, runtime, window = "counting", "counting@1", 8, "test", 1000

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def count(self, text: str) -> int:
        return len(text)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.given.append(list(texts))
        return [self._one(text) for text in texts]

    def encode_query(self, text: str) -> Encoded:
        return self._one(text)

    def _one(self, text: str) -> Encoded:
        n = len(text)
        spans = np.array([(i, i + 1) for i in range(n)], np.int64)
        return Encoded(np.ones(8, np.float32), np.arange(n), spans, np.ones((n, 8), np.float32))


def test_a_text_is_embedded_once_until_others_take_its_place() -> None:
    model = Counting()
    texts = EncodedTexts(model, max_tokens=10)
    assert [len(e.ids) for e in texts.encode(["abcd", "efg", "abcd"])] == [4, 3, 4]
    texts.encode(["abcd"])
    texts.encode(["hijkl"])  # 12 tokens: the one that was not asked for last goes
    texts.encode(["abcd", "efg"])
    assert model.given == [["abcd", "efg"], ["hijkl"], ["efg"]]


def test_preparing_stops_and_embeds_what_is_not_known() -> None:
    model, stopped = Counting(), threading.Event()
    texts = EncodedTexts(model)
    texts.encode(["a0"])
    texts.prepare([f"a{i}" for i in range(20)], stopped)
    assert [len(given) for given in model.given] == [1, 4, 4, 4, 4, 3]
    stopped.set()
    texts.prepare(["b"], stopped)
    assert len(model.given) == 6


def test_half_precision_is_near_enough(library: Library) -> None:
    text = "HippoRAG is a retrieval framework inspired by hippocampal theory."
    kept, full = EncodedTexts(library.embedder).encode([text])[0], library.embedder.encode([text])[0]
    assert kept.tokens.astype(np.float32) @ full.tokens.T == pytest.approx(full.tokens @ full.tokens.T, abs=2e-4)

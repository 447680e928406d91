"""The token vectors of texts that were embedded lately: evidence is embedded once, whichever answers cite it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from rag.models.embedding import Embedder, Encoded

MAX_TOKENS = 90_000  # kept in half precision: 69 MB of 384 dimensions, the default collection whole (86,000)
_BATCH = 4  # texts embedded at once ahead of their use: a sentence that needs one of them then has it embedded twice


class EncodedTexts:
    """Texts to vectors by one model, the last ones kept. Thread-safe; those of one text may be made twice at a time."""

    def __init__(self, embedder: Embedder, max_tokens: int = MAX_TOKENS) -> None:
        self._embedder, self._max_tokens = embedder, max_tokens
        self._kept: OrderedDict[str, Encoded] = OrderedDict()
        self._tokens = 0
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As the model's `encode`, with token vectors in half precision; only what is not known is embedded."""
        wanted = dict.fromkeys(texts)
        with self._lock:
            found = {text: self._kept[text] for text in wanted if text in self._kept}
            for text in found:
                self._kept.move_to_end(text)
        new = [text for text in wanted if text not in found]
        if new:
            made = [Encoded(e.vector, e.ids, e.spans, e.tokens.astype(np.float16)) for e in self._embedder.encode(new)]
            found.update(zip(new, made, strict=True))
            self._keep(new, made)
        return [found[text] for text in texts]

    def prepare(self, texts: Sequence[str], stopped: threading.Event) -> None:
        """Embeds those that are not known, a few at a time in that order, until it is stopped."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        for start in range(0, len(new), _BATCH):
            if stopped.is_set():
                return
            self.encode(new[start : start + _BATCH])

    def _keep(self, texts: Sequence[str], encoded: Sequence[Encoded]) -> None:
        with self._lock:
            for text, e in zip(texts, encoded, strict=True):
                if text not in self._kept:
                    self._kept[text] = e
                    self._tokens += len(e.ids)
            while self._tokens > self._max_tokens and self._kept:
                _, oldest = self._kept.popitem(last=False)
                self._tokens -= len(oldest.ids)

"""An optional last look at the best papers, by a cross-encoder that reads question and abstract together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import SettingsError
from rag.types import Paper

DEPTH = 20  # papers that are read again


class Reranker(Protocol):
    """What retrieval needs of a reranker; a sentence-transformers CrossEncoder has it."""

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """A relevance for each (question, text), the higher the better."""


def load_reranker(name: str) -> Reranker:
    """The sentence-transformers CrossEncoder of that name or folder. Raises SettingsError when it cannot be had."""
    from sentence_transformers import CrossEncoder

    try:
        model: Reranker = CrossEncoder(name)
    except Exception as error:
        raise SettingsError(f"cannot load reranker {name!r} (ASKPAPERS_RERANKER): {error}") from None
    return model


def reordered(reranker: Reranker, query: str, papers: Sequence[Paper]) -> NDArray[np.int64]:
    """The order of the papers by the reranker, (n,); what it holds equal stays in place."""
    scores = np.asarray(reranker.predict([(query, f"{p.title}\n{p.abstract}") for p in papers]), np.float64)
    if scores.shape != (len(papers),):
        raise SettingsError("the reranker (ASKPAPERS_RERANKER) must give one score a pair: it is no relevance model")
    return np.argsort(-scores, kind="stable")

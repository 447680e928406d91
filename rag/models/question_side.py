"""What was learned of questions: which of their words ask for something, and how the answer to them is worded.

Only the question's side is changed, so an index stays as it is: a weight for each token from its vector, and low-rank
maps of the tokens' vectors and of the whole question's. `training/` makes the weights and says from what. Needs numpy
alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("question_side.safetensors")


@dataclass(frozen=True)
class QuestionSide:
    """The learned weights. `digest` names them; `embedding` is the fingerprint of the model that they were made for."""

    weight: Vectors  # (d + 1,): how much a token asks for, the last entry a bias
    need: Vectors  # (d + 1,): how much an answer must have of it
    token_in: Vectors  # (d, r)
    token_out: Vectors  # (r, d)
    question_in: Vectors  # (d, r)
    question_out: Vectors  # (r, d)
    share: float  # of the whole question's likeness to a sentence, beside MaxSim
    embedding: str = ""
    digest: str = ""

    def weights(self, vectors: Vectors, idf: Vectors) -> Vectors:
        """The tokens' weights, which add up to 1, from their vectors (n, d) and inverse document frequencies (n,)."""
        return _weighed(self.weight, vectors, idf)

    def needs(self, vectors: Vectors, idf: Vectors) -> Vectors:
        """How much an answer must have of each token; adds up to 1."""
        return _weighed(self.need, vectors, idf)

    def tokens(self, vectors: Vectors) -> Vectors:
        """The tokens' vectors (n, d), as what answers them is worded."""
        return _unit(vectors + vectors @ self.token_in @ self.token_out)

    def meaning(self, vector: Vectors) -> Vectors:
        """The question's vector (d,), as a sentence that answers it has it; its length is `share`."""
        moved: Vectors = _unit(vector + vector @ self.question_in @ self.question_out) * np.float32(self.share)
        return moved


def _weighed(linear: Vectors, vectors: Vectors, idf: Vectors) -> Vectors:
    asked = idf / (1 + np.exp(-(vectors @ linear[:-1] + linear[-1])))
    weights: Vectors = (asked / max(float(asked.sum()), 1e-9)).astype(np.float32)
    return weights


def _unit(vectors: NDArray[Any]) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


@cache
def load_question_side(embedding: str, path: Path = WEIGHTS) -> QuestionSide | None:
    """The weights, None where the embedding model of that fingerprint is not the one that they were made for."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        if file.metadata()["embedding"] != embedding:
            return None
        stored = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return QuestionSide(**{**stored, "share": float(stored["share"][0])}, embedding=embedding, digest=digest)


def save_question_side(side: QuestionSide, path: Path = WEIGHTS) -> None:
    """Writes the weights in half precision; the same weights give the same bytes."""
    from safetensors.numpy import save_file

    names = ("weight", "need", "token_in", "token_out", "question_in", "question_out")
    stored = {name: np.ascontiguousarray(getattr(side, name), np.float16) for name in names}
    save_file({**stored, "share": np.array([side.share], np.float32)}, path, {"embedding": side.embedding})

"""From features of retrieval to a calibrated probability that the collection answers, and where its bands begin.

One calibration holds for one embedding model with one question side. Two are shipped; `askpapers calibrate` makes
another from a collection's own sentences (rag/answering/own_calibration.py) and keeps it in the index's home.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rag.errors import LibraryError
from rag.indexing.folder import owner_only
from rag.library import Library
from rag.models.embedding import DEFAULT

Band = Literal["answers", "related", "nothing"]  # it answers; it is only related; nothing is near
Origin = Literal["trained", "uncalibrated", "own"]

FILE = "calibration.json"  # in the home, beside the index
FEATURES = (
    "cosine of the best passage",
    "weakest of the rarest tokens",
    "named, but in no title",
    "named in a title",
    "coverage of what is not a name",
    "coverage by the best paper",
    "score of the best sentence",
    "weakest need, best paper",
    "weakest need, best sentence",
    "named, but in no abstract",
)


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over FEATURES, and two thresholds.

    Below `min_relevance`, the mean of cosine and MaxSim of the best paper, nothing is near; from `min_probability` on
    the collection answers. `made_for` names embedding model and question side.
    """

    weights: tuple[float, ...]
    bias: float
    min_probability: float
    min_relevance: float
    origin: Origin
    made_for: str = ""

    def probability(self, features: Sequence[float]) -> float:
        """The probability in [0, 1] that the collection answers."""
        odds = self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))

    def band(self, probability: float, relevance: float) -> Band:
        if relevance < self.min_relevance:
            return "nothing"
        return "answers" if probability >= self.min_probability else "related"


# Fitted by training/calibrate.py on questions held back from the question side's training; docs/evaluation.md.
TRAINED = Calibration(
    (0.0, 0.0, -0.5622, -0.4929, 0.0, -2.6970, 6.4095, 13.4065, -0.8642, -1.2736), -5.9870, 0.21, 0.332, "trained"
)
# Fitted by bench/answerability.py on the labelled questions with all-MiniLM-L6-v2 and no question side: for any other
# model no more than a guess.
UNTRAINED = Calibration(
    (4.0830, 5.3277, 0.1072, -0.9396, 5.7853, 0.0, 0.0, 0.0, 0.0, 0.0), -5.7199, 0.36, 0.36, "uncalibrated"
)


def shipped(side: str) -> Calibration:
    """The calibration that comes with askpapers for questions read by that side; "" is none."""
    return TRAINED if side else UNTRAINED


def calibration_of(library: Library) -> Calibration:
    """The library's own calibration where it was made with the same models, else the shipped one.

    Raises LibraryError when its file cannot be read.
    """
    path = library.home / FILE
    if path.exists():
        own = _read(path)
        if own.made_for == made_for(library):
            return own
    side = library.index.question_side
    return shipped(side.digest if side else "")


def describe(library: Library) -> str:
    """Which calibration the library uses, in a few words."""
    origin = calibration_of(library).origin
    if origin == "own":
        return "made from this collection"
    if origin == "trained":
        return "shipped"
    return f"none for this embedding model; that of {DEFAULT} stands in: askpapers calibrate"


def made_for(library: Library) -> str:
    """What a calibration is made for: the embedding model and the question side, by their fingerprints."""
    side = library.index.question_side
    return f"{library.embedder.fingerprint}+{side.digest if side else 'untrained'}"


def save(calibration: Calibration, home: Path) -> Path:
    """Keeps it in the home."""
    path = home / FILE
    with open(path, "w", encoding="utf-8", opener=owner_only) as file:
        json.dump({**asdict(calibration), "features": FEATURES}, file, indent=2)
    return path


def _read(path: Path) -> Calibration:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row.pop("features") != list(FEATURES):
            raise ValueError("it is of another version")
        calibration = Calibration(**{**row, "weights": tuple(map(float, row["weights"]))})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LibraryError(f"{path} cannot be read ({error}): make it anew with askpapers calibrate") from None
    return calibration

"""Claims spoilt on purpose, in one word or in what they cite, so that a judge must notice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from eval.claims import LabelledClaim
from eval.stats import SEED
from rag.library import Library

KINDS = ("number", "direction", "negation", "name")
MAX_ASKED = 2000  # characters of a claim that are searched for

Evidence = tuple[str, ...]

_NUMBER = re.compile(r"(?<![\w.,^{-])\d+(?:\.\d+)?(?![\w^}-]|[.,]\d)")
_NAME = re.compile(r"\b(?:[A-Z]\w*[A-Z]\w*(?:-\w+)*|[A-Z][a-z]+-\d+)\b")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|can|could|will|would|should|may|might|has|have|does|do)\b", re.IGNORECASE
)
_OPPOSITES = (
    ("increase", "decrease"),
    ("increases", "decreases"),
    ("increased", "decreased"),
    ("increasing", "decreasing"),
    ("improves", "worsens"),
    ("improve", "worsen"),
    ("improved", "worsened"),
    ("improving", "worsening"),
    ("improvement", "deterioration"),
    ("improvements", "deteriorations"),
    ("outperforms", "underperforms"),
    ("outperform", "underperform"),
    ("outperforming", "underperforming"),
    ("outperformed", "underperformed"),
    ("reduces", "raises"),
    ("reduce", "raise"),
    ("reducing", "raising"),
    ("reduced", "raised"),
    ("higher", "lower"),
    ("better", "worse"),
    ("best", "worst"),
    ("faster", "slower"),
    ("larger", "smaller"),
    ("more", "less"),
    ("above", "below"),
    ("gain", "loss"),
    ("gains", "losses"),
)
_OPPOSITE = {a: b for one, two in _OPPOSITES for a, b in ((one, two), (two, one))}
_DIRECTION = re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b", re.IGNORECASE)


def mutants(claims: Sequence[LabelledClaim], kind: str) -> list[tuple[LabelledClaim, LabelledClaim]]:
    """(original, mutant) for each supported claim that can be spoilt in this way by changing one thing."""
    dice = random.Random(SEED)
    names = sorted({name for claim in claims for name in _NAME.findall(claim.claim)})
    pairs = []
    for claim in (c for c in claims if c.label == "supported"):
        text = _spoilt(claim, kind, names, dice)
        if text and text != claim.claim:
            pairs.append((claim, replace(claim, id=f"{claim.id} {kind}", claim=text, label="refuted")))
    return pairs


def _spoilt(claim: LabelledClaim, kind: str, names: Sequence[str], dice: random.Random) -> str | None:
    """The claim's text with one thing changed, None where there is nothing of the kind."""
    text, known = claim.claim, " ".join([claim.claim, *claim.evidence])
    if kind == "number":
        number = _NUMBER.search(text)
        return number and text[: number.start()] + _other_number(number.group(), known) + text[number.end() :]
    if kind == "direction":
        word = _DIRECTION.search(text)
        return word and text[: word.start()] + _cased(_OPPOSITE[word.group().lower()], word) + text[word.end() :]
    if kind == "negation":
        if re.search(r"\bnot ", text):
            return re.sub(r"\bnot ", "", text, count=1)
        word = _AUXILIARY.search(text)
        return word and text[: word.end()] + " not" + text[word.end() :]
    name = _NAME.search(text)
    others = [other for other in names if other not in known]
    return text[: name.start()] + dice.choice(others) + text[name.end() :] if name and others else None


def _other_number(number: str, known: str) -> str:
    """Another number of the same form, which the evidence does not hold."""
    decimals = len(number.partition(".")[2])
    for factor in (0.6, 0.7, 1.4, 1.9, 2.3, 3.1):
        other = f"{float(number) * factor + (factor > 1):.{decimals}f}"
        if other != number and not re.search(rf"(?<!\d){re.escape(other)}(?!\d)", known):
            return other
    return number


def _cased(word: str, like: re.Match[str]) -> str:
    return word.capitalize() if like.group()[0].isupper() else word


def random_wrong(claims: Sequence[LabelledClaim]) -> list[LabelledClaim]:
    """Each claim with the evidence of another group's, drawn by lot; none where there is no other."""
    dice = random.Random(SEED)
    wrong = []
    for claim in claims:
        others = [c.evidence for c in claims if c.group != claim.group and c.evidence != claim.evidence]
        wrong += [replace(claim, evidence=dice.choice(others), label="nei")] if others else []
    return wrong


def nearest_of(claims: Sequence[LabelledClaim]) -> Callable[[LabelledClaim], Evidence]:
    """Gives the evidence of another group that is nearest to a claim by TF-IDF, empty where there is no other."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    pool = list({c.evidence: c.group for c in claims}.items())
    words = TfidfVectorizer(sublinear_tf=True)
    matrix = words.fit_transform([" ".join(evidence) for evidence, _ in pool])

    def nearest(claim: LabelledClaim) -> Evidence:
        scores = (matrix @ words.transform([claim.claim]).T).toarray().ravel()
        for i in (-scores).argsort(kind="stable"):
            evidence, group = pool[int(i)]
            if group != claim.group and evidence != claim.evidence:
                return evidence
        return ()

    return nearest


def nearest_in(library: Library, claim: LabelledClaim) -> Evidence:
    """The abstract, and title, of the best paper found for a claim drawn from the library, its own aside."""
    for match in library.retrieve(claim.claim[:MAX_ASKED], 2).matches:
        if match.record.paper.id != claim.group:
            return (*(s.text for s in match.record.sentences), match.record.paper.title)
    return ()

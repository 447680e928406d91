"""Where a sentence may turn its evidence round: what is denied, which way things go, which number belongs to what.

Reasons to look closer, no verdicts: a judge is asked about what is found here.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from rag.text.entities import NAME, numbers_in

_NEGATIONS = frozenset(
    "not no never without neither nor cannot none fail fails failed unable lack lacks hardly barely".split()
)
_TURNS = (
    "more less, higher lower, better worse, best worst, faster slower, larger smaller, above below, increase decrease, "
    "increases decreases, increased decreased, improve worsen, improves worsens, improved worsened, "
    "outperforms underperforms, outperform underperform, reduces raises, reduce raise, reduced raised, gain loss, "
    "gains losses, before after, longer shorter, most least, cheaper costlier, stronger weaker, positive negative"
)
_OPPOSITE = {one: other for pair in _TURNS.split(", ") for a, b in [pair.split()] for one, other in ((a, b), (b, a))}
# Beginnings of words that say which way something goes, one side against the other.
_UP = (
    "more most higher highest better best faster fastest larger largest bigger greater above over increas improv "
    "outperform surpass exceed rais rise rose gain grow boost enhanc strengthen accelerat longer stronger deeper wider "
    "cheaper positive superior benefi always after"
).split()
_DOWN = (
    "less least lower lowest worse worst slower slowest smaller smallest fewer below under decreas worsen deteriorat "
    "degrad reduc lose loss diminish shrink drop fall fell declin weaken underperform slow shorter weaker shallower "
    "narrower costlier negative inferior harm impair never before"
).split()
_FUNCTION = frozenset(
    "a an the to of in on at by for and or but as is are was were be been being it its this that these those with from "
    "any all need only also even so such do does did can could will would may might has have had than then".split()
)
_CLAUSE = re.compile(r"[;:!?]|\.\s")
_SAME = 5  # letters by which two forms of a word are told to be the same
_NEAR = 8  # words after a negation that it may deny
_DENIED = 2  # words that tell what a sentence denies


def may_be_turned_round(sentence: str, evidence: str) -> bool:
    """Whether a sentence denies, or says of a direction or of two numbers, other than the evidence does."""
    said, there = _words(sentence), _words(evidence)
    return (
        _denies_otherwise(sentence, evidence) or _goes_otherwise(said, there) or _numbers_exchanged(sentence, evidence)
    )


def turned_round(sentence: str, evidence: str) -> bool:
    """Whether only one of them denies what both speak of, or they compare by very opposites.

    More is needed for this than above: it is for sentences that nobody else judges.
    """
    said, there = set(_words(sentence)), set(_words(evidence))
    if said & _NEGATIONS and not there & _NEGATIONS:
        return True
    if not said & _NEGATIONS and _affirms_what_is_denied(said, evidence):
        return True
    return any(word in said and word not in there and _OPPOSITE[word] in there for word in _OPPOSITE)


def _denies_otherwise(said: str, there: str) -> bool:
    """Whether only one of them denies anything, or the sentence denies something else."""
    ours, theirs = _denied(said, _DENIED), _denied(there, _NEAR)
    if bool(ours) is not bool(theirs):
        return True
    return any(not any(denied <= known for known in theirs) for denied in ours)


def _affirms_what_is_denied(said: set[str], evidence: str) -> bool:
    """Whether a sentence that denies nothing has what the evidence speaks of only to deny it: "without retraining"."""
    stems, times = {w[:_SAME] for w in said}, Counter(w[:_SAME] for w in _words(evidence))
    return any(d and d <= stems and min(times[w] for w in d) == 1 for d in _denied(evidence, _DENIED))


def _denied(text: str, most: int) -> list[set[str]]:
    """What follows each negation in its clause, as the beginnings of its content words."""
    return [
        {w[:_SAME] for w in [w for w in words[i + 1 : i + 1 + _NEAR] if w not in _FUNCTION][:most]}
        for words in map(_words, _CLAUSE.split(text))
        for i, word in enumerate(words)
        if word in _NEGATIONS and words[i + 1 : i + 2] != ["only"]
    ]


def _goes_otherwise(said: list[str], there: list[str]) -> bool:
    """Whether the sentence gives a direction that the evidence does not, and the evidence its opposite."""
    known = {word[:_SAME] for word in there}
    for side, other in ((_UP, _DOWN), (_DOWN, _UP)):
        new = [word for word in said if _of(word, side) and word[:_SAME] not in known]
        if new and any(_of(word, other) for word in there):
            return True
        if any(_of(word, side) and _opposed(word, following, there, other) for word, following in pairwise(said)):
            return True
    return False


def _opposed(word: str, following: str, there: list[str], other: list[str]) -> bool:
    """Whether the evidence says the opposite of the word that follows, and not the word itself: "best case"."""
    before = [a for a, b in pairwise(there) if b[:_SAME] == following[:_SAME]]
    return any(_of(a, other) for a in before) and not any(a[:_SAME] == word[:_SAME] for a in before)


def _of(word: str, side: list[str]) -> bool:
    return word.startswith(tuple(side))


def _numbers_exchanged(sentence: str, evidence: str) -> bool:
    """Whether numbers of the evidence, those in names aside, stand in an order in which it does not give them."""
    said, there = (numbers_in(NAME.sub(" ", text)) for text in (sentence, evidence))
    last = -1
    for number in (number for number in dict.fromkeys(said) if number in there):
        later = [place for place, known in enumerate(there) if known == number and place > last]
        if not later:
            return True
        last = later[0]
    return False


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower().replace("n't", " not").replace("n’t", " not"))

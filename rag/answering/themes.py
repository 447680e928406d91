"""The main themes of a collection: clusters of its papers' vectors, named by the phrases that set each one apart.

A name is a word, or two or three side by side, in many of a cluster's papers and in few others (class-based TF-IDF,
Grootendorst 2022, over papers that have a phrase rather than over its occurrences, so that one paper names nothing).
The only file that knows scikit-learn's clustering.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from rag.library import Library
from rag.retrieval.per_state import PerState, spread
from rag.text.entities import NAME

SAMPLE = 3000  # papers clustered: themes do not change with more, and reading 100,000 takes a minute
NAMES = 3  # phrases that name a theme
COMMON = 0.2  # share of the papers from which a phrase names no theme
TYPICAL = 0.1  # share of a theme's papers that a phrase must be in
BARE = 0.1  # of the papers that have a phrase, those that have it in the title, before any is seen
PAIR = 2.0  # how much more a run of words says than one
FEWEST = 3  # papers that give a name which is one of the most named
LONGEST = 3  # words of a phrase
PART = 0.7  # of the papers with a phrase have it within one longer one: then it is a part of that
_WORD = re.compile(r"[A-Za-z][\w-]{2,}")
_ADJECTIVE = re.compile(r"-[a-z]{3,}$")  # "LLM-based"
_BREAK = re.compile(r"[^\w\s-]+")


@dataclass(frozen=True)
class Theme:
    """One theme: the phrases that name it, its share of the papers in [0, 1], and the ids of its papers.

    `ids` are those of all its papers among the SAMPLE, the most typical first.
    """

    words: tuple[str, ...]
    share: float
    ids: tuple[str, ...]


_Row = tuple[Sequence[str], float, Sequence[str]]  # of a theme, as it is kept
Spoken = dict[tuple[str, str], int]  # how often each phrase is written in each way
_KEPT: PerState[list[_Row]] = PerState("themes", __file__)
_NAMED: PerState[dict[str, Sequence[str]]] = PerState("names", __file__)


def themes(library: Library) -> list[Theme]:
    """The themes, the largest first; worked out once for each state of the library."""
    found = _KEPT(library.index, lambda: _work_out(library))
    return [Theme(tuple(words), share, tuple(ids)) for words, share, ids in found]


def most_named(library: Library) -> dict[str, Sequence[str]]:
    """Names of systems, data sets and the like with the ids of the papers that give them, the most given first.

    Of at most SAMPLE papers; names in more than COMMON of them name the field, not a thing in it.
    """
    return _NAMED(library.index, lambda: _who_names(library))


def _who_names(library: Library) -> dict[str, Sequence[str]]:
    ids, _ = spread(library.index.forward_index, SAMPLE)
    givers: dict[str, list[str]] = {}
    for paper in library.catalogue.papers(ids):
        for name in sorted(set(NAME.findall(f"{paper.title}. {paper.abstract}"))):
            if len(name) > 2 and not _ADJECTIVE.search(name):
                givers.setdefault(name, []).append(paper.id)
    for name in [name for name in givers if f"{name}s" in givers]:  # "LLM" and "LLMs"
        givers[name] = list(dict.fromkeys([*givers[name], *givers.pop(f"{name}s")]))
    often = [(name, of) for name, of in givers.items() if FEWEST <= len(of) < COMMON * len(ids)]
    return dict(sorted(often, key=lambda pair: (-len(pair[1]), pair[0])))


def _work_out(library: Library) -> list[_Row]:
    from sklearn.cluster import KMeans

    ids, means = spread(library.index.forward_index, SAMPLE)
    if len(ids) < 4:
        return []
    clusters = min(10, max(2, int(np.sqrt(len(ids) / 2))))
    model = KMeans(clusters, n_init=3, random_state=0).fit(means)
    papers = library.catalogue.papers(ids)
    spoken: Spoken = {}
    held = [_phrases(f"{p.title}. {p.abstract}", spoken) for p in papers]
    everywhere = Counter(phrase for phrases in held for phrase in phrases)
    titled = Counter(phrase for p in papers for phrase in _phrases(p.title, spoken))
    topical = {phrase: (titled[phrase] + 0.5) / (n + 0.5 / BARE) for phrase, n in everywhere.items()}
    found: list[_Row] = []
    for c in np.argsort(-np.bincount(model.labels_, minlength=clusters), kind="stable"):
        mine = np.flatnonzero(model.labels_ == c)
        near = mine[np.argsort(np.linalg.norm(means[mine] - model.cluster_centers_[c], axis=1))]
        here = Counter(phrase for i in mine for phrase in held[i])
        named = _names(here, len(mine), everywhere, len(ids), topical)
        found.append((named, len(mine) / len(ids), [papers[i].id for i in near]))
    written = _mostly_written(spoken, {phrase for phrases, _, _ in found for phrase in phrases})
    return [([written[phrase] for phrase in phrases], share, mine) for phrases, share, mine in found]


def _phrases(text: str, spoken: Spoken) -> set[str]:
    """The words of a text and runs of two or three, by their stems; `spoken` counts how each is written."""
    found = set()
    for part in _BREAK.split(text):
        words = [_word(word) for word in part.split()]
        for n, at in product(range(1, LONGEST + 1), range(len(words))):
            run = words[at : at + n]
            if len(run) == n and run[0].bears and run[-1].bears and all(w.bears or w.joins for w in run):
                phrase, written = " ".join([w.stem for w in run]), " ".join([w.written for w in run])
                found.add(phrase)
                spoken[phrase, written] = spoken.get((phrase, written), 0) + 1
    return found


class _Word(NamedTuple):
    """A word: whether it says something by itself, or joins two that do; its stem, how it is written in a name."""

    bears: bool
    joins: bool
    stem: str
    written: str


@lru_cache(100_000)  # most words of 3,000 abstracts
def _word(word: str) -> _Word:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    bears = bool(_WORD.fullmatch(word)) and word.lower() not in ENGLISH_STOP_WORDS
    written = word if word[1:] != word[1:].lower() else word.lower()  # "MoE", but not "Video"
    return _Word(bears, word == "of", _stem(word), written)


def _mostly_written(spoken: Spoken, phrases: set[str]) -> dict[str, str]:
    """How each of the phrases is written most often."""
    forms: dict[str, Counter[str]] = {phrase: Counter() for phrase in phrases}
    for (phrase, written), n in spoken.items():
        if phrase in forms:
            forms[phrase][written] = n
    return {phrase: counts.most_common(1)[0][0] for phrase, counts in forms.items()}


def _names(
    here: Counter[str], size: int, everywhere: Counter[str], total: int, topical: Mapping[str, float]
) -> list[str]:
    """The phrases of a theme of `size` papers that say most of it, none with a word of another.

    `topical` tells how often a phrase stands in a title where it stands at all: "scenarios" hardly ever does.
    """
    weight: dict[str, float] = {}
    for phrase, n in here.items():
        among, overall = n / size, everywhere[phrase] / total
        if n >= max(2, TYPICAL * size) and (overall < COMMON or total < 1 / COMMON**2) and among > overall:
            weight[phrase] = among * float(np.log(among / overall)) * topical[phrase] * (PAIR if " " in phrase else 1)
    parts = {
        part
        for phrase, n in here.items()
        for part in (phrase.rpartition(" ")[0], phrase.partition(" ")[2])
        if " " in phrase and n >= PART * here[part] and topical[phrase] >= PART * topical.get(part, 0)
    }
    taken: list[str] = []
    for phrase in sorted(weight.keys() - parts, key=lambda phrase: (-weight[phrase], phrase)):
        if not any(set(phrase.split()) & set(other.split()) for other in taken):
            taken.append(phrase)
    return taken[:NAMES]


def _stem(word: str) -> str:
    return re.sub(r"(?<=\w{3})(?:s|ing|ed)$", "", word.lower())

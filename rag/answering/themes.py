"""The main themes of a collection: clusters of its papers' vectors, named by the words that set each one apart.

The names come by class-based TF-IDF (Grootendorst 2022): a cluster's papers are one document, and a word counts as
it is frequent there and rare in the other clusters. The only file that knows scikit-learn's clustering.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rag.library import Library
from rag.retrieval.per_state import PerState, spread
from rag.types import Paper

SAMPLE = 3000  # papers clustered: themes do not change with more, and reading 100,000 takes a minute
NAMES = 3  # words that name a theme
COMMON = 0.2  # share of the papers from which a word names no theme


@dataclass(frozen=True)
class Theme:
    """One theme: the words that name it, its share of the papers in [0, 1], and its most typical papers."""

    words: tuple[str, ...]
    share: float
    papers: tuple[Paper, ...]


_KEPT: PerState[list[Theme]] = PerState()


def themes(library: Library) -> list[Theme]:
    """The themes, the largest first; worked out once for each state of the library."""
    return _KEPT(library.index, lambda: _work_out(library))


def _work_out(library: Library) -> list[Theme]:
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import CountVectorizer

    ids, means = spread(library.index.forward_index, SAMPLE)
    if len(ids) < 4:
        return []
    clusters = min(10, max(2, int(np.sqrt(len(ids) / 2))))
    model = KMeans(clusters, n_init=3, random_state=0).fit(means)
    papers = library.catalogue.papers(ids)
    texts = [f"{p.title} {p.abstract}" for p in papers]
    counter = CountVectorizer(
        stop_words="english", ngram_range=(1, 2), min_df=2, max_df=COMMON, token_pattern=r"(?u)\b[A-Za-z][\w-]{2,}\b"
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # no word in two papers
        return []
    words = np.array(counter.get_feature_names_out())
    by_cluster = np.stack([np.asarray(counts[model.labels_ == c].sum(axis=0)).ravel() for c in range(clusters)])
    frequency = by_cluster / np.maximum(by_cluster.sum(axis=1, keepdims=True), 1)
    weight = frequency * np.log1p(by_cluster.sum() / clusters / np.maximum(by_cluster.sum(axis=0), 1))
    found = []
    for c in np.argsort(-np.bincount(model.labels_, minlength=clusters), kind="stable"):
        mine = np.flatnonzero(model.labels_ == c)
        near = mine[np.argsort(np.linalg.norm(means[mine] - model.cluster_centers_[c], axis=1))[:2]]
        named = _distinct([str(w) for w in words[np.argsort(-weight[c])[:12]]])
        found.append(Theme(named, len(mine) / len(ids), tuple(papers[i] for i in near)))
    return found


def _distinct(words: list[str]) -> tuple[str, ...]:
    """The first words that do not repeat one another's stems: not "attention", "attention heads" and "heads"."""
    taken: list[str] = []
    for word in words:
        stems = {re.sub(r"(?:s|ing|ed)$", "", w) for w in word.split()}
        if not any(stems & {re.sub(r"(?:s|ing|ed)$", "", w) for w in t.split()} for t in taken):
            taken.append(word)
    return tuple(taken[:NAMES])

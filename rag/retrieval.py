"""Question to papers: dense and BM25 candidates, fused, re-ranked by MaxSim over token vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Vectors
from rag.shelf import Record
from rag.tokens import TITLE, QueryTokens, max_by_group, query_tokens, similarities
from rag.types import Hit

if TYPE_CHECKING:
    from rag.library import Library

CANDIDATES = 50  # papers from each side, and papers re-ranked
PASSAGES = 100  # passages asked of Chroma for them
DENSE_WEIGHT = 0.7
LATE_WEIGHT = 0.5
TITLE_SHARE = 0.7  # a sentence seldom repeats the name in its title: how much of the title's match it is given
EXACT_UP_TO = 2000  # papers that a filter leaves, up to which all their vectors are compared


@dataclass(frozen=True)
class Late:
    """MaxSim scores of one paper: IDF-weighted means in about [0, 1], and what they are made of.

    `score` is the paper's; `sentences` (s,) one a sentence of the abstract, read with the title in mind; `matches`
    (question tokens, s) the best similarity of each question token in each sentence; `title` (question tokens,)
    the same in the title.
    """

    score: float
    sentences: Vectors
    matches: Vectors
    title: Vectors

    @property
    def coverage(self) -> Vectors:
        """The best similarity of each question token anywhere in the paper, (question tokens,)."""
        best: Vectors = np.maximum(self.matches.max(axis=1), self.title)
        return best


@dataclass(frozen=True)
class Match:
    """A candidate paper with its scores as they are, and `score`, by which it is ranked, the higher the better."""

    record: Record
    cosine: float
    bm25: float
    late: Late
    score: float

    @property
    def hit(self) -> Hit:
        sentence = self.record.sentences[int(self.late.sentences.argmax())]
        holding = [p for p in self.record.passages if p.start <= sentence.start < p.end]
        return Hit(self.record.paper, holding[0], sentence, self.score)


@dataclass(frozen=True)
class Retrieved:
    """The matches for a query, best first, and the query's tokens."""

    query: str
    tokens: QueryTokens
    matches: list[Match]


def retrieve(library: Library, query: str, k: int, where: Mapping[str, Any] | None = None) -> Retrieved:
    """The k best papers for a query. Scores are comparable within one result only."""
    library.refresh()
    encoded = library.embedder.encode_query(query)
    tokens = query_tokens(query, encoded, library.frequency, max(len(library), 1))
    allowed = library.shelf.ids(*condition(where)) if where else None
    candidates = _candidates(library, query, encoded.vector, max(CANDIDATES, k), allowed)
    records = library.shelf.records(candidates)
    if not records:
        return Retrieved(query, tokens, [])
    # Both scores for every candidate, also those that only one side proposed: else fusion compares unlike things.
    words = library.lexical.scores(query, candidates)
    cosines = np.array([float((r.vectors @ encoded.vector).max()) for r in records])
    bm25 = np.array([words.get(r.paper.id, 0.0) for r in records])
    fused = fuse(cosines, bm25)
    best = np.argsort(-fused, kind="stable")[: max(CANDIDATES, k)]
    late = late_scores(tokens, [records[i] for i in best])
    lates = np.array([x.score for x in late])
    final = (1 - LATE_WEIGHT) * fused[best] + LATE_WEIGHT * lates / max(float(lates.max()), 1e-9)
    matches = [
        Match(records[i], float(cosines[i]), float(bm25[i]), late[at], float(final[at])) for at, i in enumerate(best)
    ]
    matches.sort(key=lambda m: (-m.score, m.record.paper.id))
    return Retrieved(query, tokens, matches[:k])


def fuse(cosines: NDArray[Any], bm25: NDArray[Any]) -> NDArray[Any]:
    """Convex combination with fixed floors, cosine from -1 and BM25 from 0 (Bruch et al. 2023), in [0, 1]."""
    dense = (cosines + 1) / (cosines.max() + 1)
    fused: NDArray[Any] = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * bm25 / max(float(bm25.max()), 1e-9)
    return fused


def late_scores(query: QueryTokens, records: Sequence[Record]) -> list[Late]:
    """MaxSim of the question against each paper and each of its sentences."""
    if not records:
        return []
    codes = np.concatenate([r.tokens.codes for r in records])
    groups = np.concatenate([r.tokens.sentences.astype(np.int64) + (i << 16) for i, r in enumerate(records)])
    numbers, maxima = max_by_group(similarities(query, codes), groups)
    results = []
    for i, record in enumerate(records):
        mine = (numbers >> 16) == i
        matches = np.zeros((len(query.weights), len(record.sentences)), np.float32)
        title = np.zeros(len(query.weights), np.float32)
        for number, column in zip(numbers[mine] & TITLE, maxima[:, mine].T, strict=True):
            if number == TITLE:
                title = column
            elif number < len(record.sentences):
                matches[:, number] = column
        best = np.maximum(matches.max(axis=1), title)
        sentences = query.weights @ np.maximum(matches, TITLE_SHARE * title[:, None])
        results.append(Late(float(query.weights @ best), sentences, matches, title))
    return results


def _candidates(library: Library, query: str, vector: Vectors, n: int, allowed: Sequence[str] | None) -> list[str]:
    """Ids of the papers that dense and BM25 propose, n from each."""
    if allowed is not None and len(allowed) <= EXACT_UP_TO:
        ids, vectors = library.shelf.vectors(allowed)
        nearest = [ids[i] for i in np.argsort(-(vectors @ vector), kind="stable")] if ids else []
        words = sorted(library.lexical.scores(query, list(allowed)).items(), key=lambda item: -item[1])
        return _unique([*_unique(nearest)[:n], *[i for i, _ in words[:n]]])
    share = 1.0 if allowed is None else len(allowed) / max(len(library), 1)
    wanted = None if allowed is None else set(allowed)
    deeper = int(np.ceil(2 / share)) if wanted is not None else 1
    passages = library.store.search(vector, max(PASSAGES, 2 * n) * deeper)
    nearest = _unique([i.rpartition("#")[0] for i, _ in passages])
    words = library.lexical.search(query, n * deeper)
    dense = [i for i in nearest if wanted is None or i in wanted][:n]
    return _unique([*dense, *[i for i, _ in words if wanted is None or i in wanted][:n]])


def _unique(items: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(items))


def condition(where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A filter as SQL over the shelf's columns. Raises ValueError for a name that cannot be filtered by."""
    clauses: list[str] = []
    values: list[Any] = []
    found: list[list[Any]]
    for name, wanted in where.items():
        options = list(wanted) if isinstance(wanted, (list, tuple, set)) else [wanted]
        if name == "year":
            part, found = "year = ?", [[int(o)] for o in options]
        elif name == "category":
            part, found = "instr(categories, ?) > 0", [[f" {o} "] for o in options]
        elif name == "source":  # a file, or the folder it was read from
            part = "source = ? OR source LIKE ? ESCAPE '\\'"
            found = [[str(o), _like(str(o).rstrip("/")) + "/%"] for o in options]
        else:
            raise ValueError(f"cannot filter by {name!r}: year, category and source can be")
        clauses.append("(" + (" OR ".join([part] * len(options)) or "0") + ")")
        values += [value for group in found for value in group]
    return " AND ".join(clauses) or "1", values


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

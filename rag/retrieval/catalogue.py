"""The collection as a catalogue: which papers name a thing, who wrote what, when, and how many there are.

Everything is asked of indexes that exist anyway (SQLite's and Tantivy's), so it stays fast at 100,000 papers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from rag.indexing.index import Index
from rag.retrieval.per_state import PerState
from rag.retrieval.query import condition
from rag.text.entities import folded, introduces, mentions, named_in
from rag.text.words import content_words
from rag.types import Paper

NAMING = 50  # papers that are read to see whether one names a thing
TITLES = 8  # papers whose titles share the most with a question, looked at for one that it names
FEW = 3  # papers that name what one of them introduced
COMMON = 8  # papers that are read to see whether a word is used in small letters
LIKE_IT = 20  # papers that are read for words spelt like another
NEW_SHOWN = 100
# What papers can be listed by, as SQL; those without a year come last.
ORDERS = {
    "id": "id",
    "title": "title COLLATE NOCASE, id",
    "newest": "year IS NULL, year DESC, title COLLATE NOCASE",
    "source": "source, title COLLATE NOCASE",
    # An arXiv id tells the month too.
    "latest": "year IS NULL, year DESC, id DESC",
    "earliest": "year IS NULL, year ASC, id ASC",
}
_COUNTED: PerState[dict[str, list[tuple[Any, int]]]] = PerState("counts", __file__)
# Categories lie in one column as " cs.CL cs.AI "; made JSON so that SQLite takes them apart.
_COUNTS = {
    "year": "SELECT year, COUNT(*) FROM papers WHERE year IS NOT NULL GROUP BY year ORDER BY year",
    "category": """SELECT value, COUNT(*)
FROM papers, json_each('[' || replace(json_quote(trim(categories)), ' ', '","') || ']')
WHERE trim(categories) != '' GROUP BY value ORDER BY value""",
    "source": "SELECT source, COUNT(*) FROM papers GROUP BY source ORDER BY source",
}


class Catalogue:
    """What an index's records tell without a search by meaning."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def naming(self, name: str) -> list[Paper]:
        """Papers that name the thing: in the title first, the shortest one in front, then in the abstract.

        A compound that none has is what it is made of: "CLIP-like" is CLIP.
        """
        if papers := self._naming(name):
            return papers
        parts = [self._naming(part) for part in named_in(name)]
        return parts[0] if all(parts) and parts else []

    def _naming(self, name: str) -> list[Paper]:
        found = self.papers(self._proposed(name))
        titled = sorted((p for p in found if mentions(name, p.title)), key=lambda p: len(p.title.partition(":")[0]))
        return [*titled, *(p for p in found if p not in titled and mentions(name, p.abstract))]

    def entitled(self, question: str) -> tuple[str, Paper] | None:
        """The longest title, or title up to its colon, that stands in the question, and its paper; None for none.

        A title that begins with a word which other papers use, too, does not stand there by that word alone.
        """
        found: list[tuple[str, Paper]] = []
        for paper in self.papers(self._index.bm25.in_titles(question, TITLES)):
            before, colon, _ = paper.title.partition(":")
            for name in (paper.title, before if colon else ""):
                if not content_words(name, of_papers=True) or paper.withdrawn:
                    continue
                if mentions(name, question) and (name in question or not self.is_common(name)):
                    found.append((name, paper))
        return max(found, key=lambda f: len(f[0]), default=None)

    def is_common(self, name: str) -> bool:
        """Whether it is one word that papers use in small letters: "TOUCH" of a touch sensor."""
        if not name.isalpha():
            return False
        word = re.compile(rf"\b{name.lower()}s?\b")
        found = self.papers(self._index.bm25.containing(name, COMMON))
        return sum(bool(word.search(p.abstract)) for p in found) > 1

    def titled(self, name: str) -> list[Paper]:
        """Papers whose title names the thing, the shortest title in front: "Uni-Perceiver" before its version 2."""
        found = self.papers(self._index.bm25.containing(name, NAMING, "title"))
        titled = [p for p in found if mentions(name, p.title)]
        return sorted(titled, key=lambda p: len(p.title.partition(":")[0]))

    def subject_of(self, name: str, papers: Sequence[Paper]) -> Paper | None:
        """The paper that is about the thing: its title begins with it, or is the only one that has it.

        Where no title has it, it is the only one that introduces it, and hardly another names it. What several titles
        or many abstracts have is a topic: "RAG".
        """
        titled = [p for p in papers if mentions(name, p.title, alone=True) and not p.withdrawn]
        called = [p for p in titled if mentions(p.title.partition(":")[0], name)]
        fronted = [p for p in titled if mentions(name, p.title.partition(":")[0])]
        few_name_it = not titled and len(papers) <= FEW
        own = [p for p in papers if introduces(name, p.abstract) and not p.withdrawn] if few_name_it else []
        return next((few[0] for few in (called[:1], fronted, titled, own) if len(few) == 1), None)

    def has_word(self, word: str) -> bool:
        """Whether any paper has the word, in any of its inflections."""
        return bool(self._index.bm25.containing(word, 1))

    def spelt_like(self, word: str, distance: int) -> str:
        """The word of the collection that is nearest in spelling, as it is written there; "" for none so near."""
        papers = self.papers(self._index.bm25.spelt_like(word, distance, LIKE_IT))
        words = {w.strip(".,;:()'\"") for p in papers for w in f"{p.title} {p.abstract}".split()}
        by_fold = {w.lower(): w for w in sorted(words) if w[:1].lower() == word[:1].lower()}
        best = process.extractOne(
            word.lower(), list(by_fold), scorer=DamerauLevenshtein.distance, score_cutoff=distance
        )
        return by_fold[best[0]] if best else ""

    def _proposed(self, name: str) -> list[str]:
        return self._index.bm25.containing(name, NAMING)

    # -- counts and lists ---------------------------------------------------------------------------------------

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """Papers that the filter keeps."""
        sql, values = condition(where or {})
        return int(self._rows(f"SELECT COUNT(*) FROM papers WHERE {sql}", values)[0][0])

    def by_year(self) -> dict[int, int]:
        """Papers by year, the earliest first; those without a year are left out."""
        return self._counted("year")

    def newest(self, n: int, where: Mapping[str, Any] | None = None, oldest: bool = False) -> list[Paper]:
        """The n newest papers, or the oldest, of those that the filter keeps."""
        return self.listed("earliest" if oldest else "latest", n, where)

    def by_category(self) -> dict[str, int]:
        """Papers by category; one that has several counts in each."""
        return self._counted("category")

    def by_source(self) -> dict[str, int]:
        """Papers by the file they were read from."""
        return self._counted("source")

    def _counted(self, name: str) -> dict[Any, int]:
        """Papers by that, counted once for each state of the library."""
        return dict(_COUNTED(self._index, lambda: {name: self._rows(sql) for name, sql in _COUNTS.items()})[name])

    def listed(self, order: str, n: int, where: Mapping[str, Any] | None = None, start: int = 0) -> list[Paper]:
        """n papers of those that the filter keeps, in one of the ORDERS, from `start` (from 0)."""
        sql, values = condition(where or {})
        ordered = f"SELECT id FROM papers WHERE {sql} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
        rows = self._rows(ordered, [*values, n, start])
        return self.papers([i for (i,) in rows])

    def beginning(self, words: str, n: int, where: Mapping[str, Any] | None = None) -> list[Paper]:
        """At most n papers whose titles begin so, the shortest first; large and small letters are the same."""
        sql, values = condition(where or {})
        begins = "substr(title, 1, length(?)) = ? COLLATE NOCASE"
        rows = self._rows(
            f"SELECT id FROM papers WHERE ({sql}) AND {begins} ORDER BY length(title) LIMIT ?",
            [*values, words, words, n],
        )
        return self.papers([i for (i,) in rows])

    def sharing_a_word(self, words: str, paper_ids: Sequence[str]) -> set[str]:
        """Those of the papers that have one of the words, in any inflection."""
        return set(self._index.bm25.scores(words, paper_ids))

    def authors(self, n: int) -> list[tuple[str, int]]:
        """The n authors of most papers, by their names in small letters."""
        return self._rows("SELECT name, COUNT(*) FROM authors GROUP BY name ORDER BY 2 DESC, 1 LIMIT ?", [n])

    def count_authors(self) -> int:
        """How many authors there are, by their names."""
        return int(self._rows("SELECT COUNT(DISTINCT name) FROM authors")[0][0])

    def has_author(self, name: str) -> bool:
        """Whether a paper is by somebody of that name."""
        return bool(folded(name)) and self.count({"author": name}) > 0

    def new_ids(self) -> tuple[str, int, list[str]]:
        """When papers last came in, how many, and the ids of the first of them; ("", 0, []) if it is not known."""
        last: dict[str, Any] = {}
        for entry in self._index.ledger:
            last = entry if entry.get("added") else last
        ids = [str(i) for i in last.get("new", ())][:NEW_SHOWN]
        return str(last.get("at", "")), int(last.get("added", 0)), ids

    def papers(self, ids: list[str]) -> list[Paper]:
        """Those papers, in that order."""
        return self._index.forward_index.papers_of(ids)

    def _rows(self, sql: str, values: list[Any] | None = None) -> list[Any]:
        return self._index.forward_index.query(sql, values or [])

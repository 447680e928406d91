"""BM25 over titles and abstracts. The only file that knows tantivy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.text.entities import spaced
from rag.types import Paper

_ENDING = re.compile(r"(?:ers?|ing|ions?|ed|es|s|e)$")
_BOOSTS = {"title": 0.5, "body": 1.0}  # the body repeats the title


class Bm25Index:
    """A stemmed index with a document a paper. Derived: it can be rebuilt at any time."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("title", tokenizer_name="en_stem")
        builder.add_text_field("body", tokenizer_name="en_stem")
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(builder.build(), path=str(folder))
        filters = (tantivy.Filter.remove_long(40), tantivy.Filter.lowercase(), tantivy.Filter.stemmer("english"))
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for one in filters:  # what tantivy's own en_stem does to the fields
            analyzer = analyzer.filter(one)
        self._analyzer = analyzer.build()

    def count(self) -> int:
        """Papers."""
        return int(self._index.searcher().num_docs)

    def ids(self) -> set[str]:
        """The papers' ids."""
        return {i for i, _ in self._run(self._tantivy.Query.all_query(), self.count())}

    def write(self, papers: Iterable[Paper], removed: Iterable[str] = (), clear: bool = False) -> None:
        """Adds or replaces papers, removes others, all in one commit; `clear` empties the index first."""
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        if clear:
            writer.delete_all_documents()
        for paper_id in removed:
            writer.delete_documents_by_term("id", paper_id)
        for paper in papers:
            if not clear:
                writer.delete_documents_by_term("id", paper.id)
            document = self._tantivy.Document()
            document.add_text("id", paper.id)
            document.add_text("title", paper.title)
            document.add_text("body", f"{paper.title}\n{paper.abstract}")
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def reload(self) -> None:
        """Sees what another process has committed."""
        self._index.reload()

    def search(self, text: str, n: int) -> list[tuple[str, float]]:
        """The best papers as (paper id, BM25), best first; none where no word matches."""
        query = self._query(text)
        return self._run(query, n) if query is not None else []

    def scores(self, text: str, paper_ids: Sequence[str], n: int | None = None) -> dict[str, float]:
        """The BM25 of just those papers, or of the n best of them, best first; one that shares no word is absent."""
        query = self._query(text)
        if query is None or not paper_ids:
            return {}
        tantivy = self._tantivy
        among = tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._index.schema, "id", list(paper_ids)), 0.0
        )
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, among)])
        return dict(self._run(both, n or len(paper_ids)))

    def containing(self, phrase: str, n: int, field: str = "body") -> list[str]:
        """Ids of at most n papers that have the words of the phrase one after another, or run together.

        `field` is "body" (title and abstract) or "title".
        """
        tantivy, schema = self._tantivy, self._index.schema
        words = self._analyzer.analyze(phrase)
        if not words:
            return []
        forms = [tantivy.Query.term_query(schema, field, "".join(words))]
        for several in {tuple(words), tuple(self._analyzer.analyze(spaced(phrase)))}:
            if len(several) > 1:
                forms.append(tantivy.Query.phrase_query(schema, field, list(several)))
        return [i for i, _ in self._run(tantivy.Query.boolean_query([(tantivy.Occur.Should, f) for f in forms]), n)]

    def in_titles(self, text: str, n: int) -> list[str]:
        """Ids of the n papers whose titles share the most with the text."""
        query, occur = self._tantivy.Query, self._tantivy.Occur.Should
        terms = list(dict.fromkeys(self._analyzer.analyze(text)))[:400]
        clauses = [(occur, query.term_query(self._index.schema, "title", term)) for term in terms]
        return [i for i, _ in self._run(query.boolean_query(clauses), n)] if clauses else []

    def spelt_like(self, word: str, distance: int, n: int) -> list[str]:
        """Ids of at most n papers that have a word within that many letters of this one.

        The index knows stems, and a misspelt word has none: it is looked for with and without its ending.
        """
        tantivy, schema = self._tantivy, self._index.schema
        stem = (self._analyzer.analyze(word) or [word.lower()])[0]
        forms = {stem, word.lower(), _ENDING.sub("", word.lower()) or stem}
        fuzzy = [tantivy.Query.fuzzy_term_query(schema, "body", form, distance=distance) for form in forms]
        return [i for i, _ in self._run(tantivy.Query.boolean_query([(tantivy.Occur.Should, f) for f in fuzzy]), n)]

    def _run(self, query: Any, n: int) -> list[tuple[str, float]]:
        searcher = self._index.searcher()
        hits = searcher.search(query, max(n, 1), count=False).hits
        return [(searcher.doc(address).get_first("id"), score) for score, address in hits]

    def _query(self, text: str) -> Any:
        # From terms, not by the parser: punctuation and AND, OR, NOT are syntax to it, and it refuses some text.
        terms = list(dict.fromkeys(self._analyzer.analyze(text)))[:400]
        query, occur = self._tantivy.Query, self._tantivy.Occur.Should
        clauses = [
            (occur, query.boost_query(query.term_query(self._index.schema, field, term), boost))
            for term in terms
            for field, boost in _BOOSTS.items()
        ]
        return query.boolean_query(clauses) if clauses else None

"""The library as a llama-index retriever, for people who build with llama-index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.library import Library


class PaperRetriever(BaseRetriever):
    """Gives the k best papers for a query as nodes: the best passage as text, the paper in the metadata."""

    def __init__(self, library: Library, k: int = 10, where: Mapping[str, Any] | None = None) -> None:
        self._library, self._k, self._where = library, k, where
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=hit.passage.id,
                    text=hit.passage.text,
                    metadata={
                        "paper_id": hit.paper.id,
                        "title": hit.paper.title,
                        "year": hit.paper.year,
                        "url": hit.paper.url,
                        "sentence": hit.sentence.text,
                    },
                ),
                score=hit.score,
            )
            for hit in self._library.search(query_bundle.query_str, self._k, self._where)
        ]

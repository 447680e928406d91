"""The five-line LlamaIndex starter over Chroma, with the same weights, for comparison.

Needs: pip install llama-index-embeddings-huggingface llama-index-vector-stores-chroma
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from rag.models.embedding import _wheel_folder
from rag.types import Paper


def model() -> HuggingFaceEmbedding:
    return HuggingFaceEmbedding(str(_wheel_folder()), device="cpu")


def _store(folder: Path) -> ChromaVectorStore:
    client = chromadb.PersistentClient(str(folder), chromadb.config.Settings(anonymized_telemetry=False))
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("papers", embedding_function=None))


def index(papers: Iterable[Paper], folder: Path) -> VectorStoreIndex:
    """As the starter does it: documents in, everything else by default."""
    documents = [Document(text=f"{p.title}\n{p.abstract}", metadata={"id": p.id}) for p in papers]
    context = StorageContext.from_defaults(vector_store=_store(folder))
    return VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=model())


def stored(papers: Iterable[tuple[Paper, Any]], folder: Path) -> VectorStoreIndex:
    """The same index from papers with vectors at hand, to ask it."""
    store = _store(folder)
    nodes = [TextNode(text=p.abstract, metadata={"id": p.id}, embedding=vector.tolist()) for p, vector in papers]
    for start in range(0, len(nodes), 5000):
        store.add(nodes[start : start + 5000])
    return VectorStoreIndex.from_vector_store(store, embed_model=model())

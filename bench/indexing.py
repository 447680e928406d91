"""Indexing: askpapers, sentence-transformers and collection.add, and the LlamaIndex starter; one after another.

python -m bench.indexing [--corpus BEIR_FOLDER] [--papers N] [--no-starter]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from bench.common import child, real, table
from rag.types import Paper


def ours(papers: list[Paper], folder: Path) -> None:
    from rag.library import Library

    Library.open(folder, runtime="openvino").sync(papers)


def plain(papers: list[Paper], folder: Path) -> None:
    import chromadb
    from sentence_transformers import SentenceTransformer

    from rag.models.embedding import _wheel_folder

    model = SentenceTransformer(str(_wheel_folder()), device="cpu")
    rows = chromadb.PersistentClient(str(folder)).create_collection("papers", embedding_function=None)
    texts = [f"{p.title}\n{p.abstract}" for p in papers]
    rows.add([p.id for p in papers], model.encode(texts, batch_size=32), documents=texts)


def starter(papers: list[Paper], folder: Path) -> None:
    from bench.llamaindex_starter import index

    index(papers, folder)


WAYS = {"askpapers": ours, "sentence-transformers, fp32": plain, "LlamaIndex starter": starter}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--papers", type=int, default=200)
    arguments.add_argument("--no-starter", action="store_true")
    arguments.add_argument("--only", choices=list(WAYS), help="run this one here, and print its seconds")
    given = arguments.parse_args()
    if given.only:
        papers = real(given.corpus, given.papers)
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu = time.perf_counter(), time.process_time()
            WAYS[given.only](papers, Path(folder) / "index")
            print(json.dumps({"seconds": time.perf_counter() - wall, "used": time.process_time() - cpu}))
        return
    corpus = ["--corpus", str(given.corpus)] if given.corpus else []
    n = len(real(given.corpus, given.papers))
    rows, base = [], None
    for way in WAYS:
        if given.no_starter and way == "LlamaIndex starter":
            continue
        took = child("-m", "bench.indexing", "--only", way, "--papers", str(given.papers), *corpus)
        base = base or took
        ratios = (took["seconds"] / base["seconds"], took["used"] / base["used"])
        rows.append((way, n / took["seconds"], n / took["used"], *ratios, round(took["mb"])))
    table(("way", "papers/s", "papers/CPU s", "seconds, times ours", "CPU seconds, times ours", "peak MB"), rows)


if __name__ == "__main__":
    main()

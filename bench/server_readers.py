"""A Chroma server with a library's papers, and reading processes at it: their throughput against one, and their memory.

The home is copied; `chroma run` serves the copy's Chroma, the rest becomes the readers' replica: nothing is fetched.
Beside it: the same processes at the folder itself, each with a graph of its own.

python -m bench.server_readers HOME [--readers 1 4] [--seconds 20] [--corpus BEIR_FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.common import ROOT, questions, table, used
from bench.reader_memory import held
from rag.indexing.chroma_server import Server
from rag.indexing.forward_index import ForwardIndex
from rag.indexing.vector_store import VectorStore
from rag.library import Library
from tests.rag.conftest import Chroma

DIMENSION = 384


def make_replica(home: Path, server: Server) -> None:
    """Notes in the home's derived stores that they are what is on the server."""
    store = VectorStore(server, None, create=False)
    stored = ForwardIndex(home / "derived.sqlite", DIMENSION)
    for name, value in (("server", server.url), ("collection", store.id), ("generation", str(store.generation()))):
        stored.set_state(name, value)
    stored.close()
    store.close()


def ask(home: Path, url: str, seconds: float, corpus: Path | None) -> dict[str, float]:
    """Opens the library, asks once, and when told to begin as often as it can: what came of it."""
    asked = questions(corpus, 200)
    library = Library.open(home, runtime="openvino", create=False, server=Server.parse(url) if url else None)
    library.search(asked[0], 10)
    print("ready", flush=True)
    sys.stdin.readline()
    spent, begun, cpu = list[float](), time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds:
        started = time.perf_counter()
        library.search(asked[len(spent) % len(asked)], 10)
        spent.append(time.perf_counter() - started)
    ms = 1000 * float(np.median(spent))
    return {"n": len(spent), "p50": ms, "cpu": time.process_time() - cpu, "private": held()["private"]}


def measure(home: Path, url: str, readers: int, given: argparse.Namespace, server: int | None) -> tuple[object, ...]:
    """A row: searches a second of all readers, CPU of both sides, memory."""
    command = [sys.executable, "-m", "bench.server_readers", str(home), "--ask", url or "folder"]
    command += ["--seconds", str(given.seconds), *(["--corpus", str(given.corpus)] if given.corpus else [])]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) for _ in range(readers)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    before = used(server)[0] if server else 0.0
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    got = [json.loads(process.communicate()[0]) for process in processes]
    searches = sum(g["n"] for g in got)
    spent, mb = (used(server)[0] - before, used(server)[1]) if server else (0.0, 0)
    own = 1000 * sum(g["cpu"] for g in got) / searches
    private = round(max(g["private"] for g in got))
    p50 = float(np.median([g["p50"] for g in got]))
    return readers, searches / given.seconds, p50, own, 1000 * spent / searches, private, mb


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--readers", type=int, nargs="+", default=[1, 4])
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--ask", metavar="URL", help="be one of the readers")
    given = arguments.parse_args()
    if given.ask:
        print(json.dumps(ask(given.home, given.ask.replace("folder", ""), given.seconds, given.corpus)))
        return
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory(dir=given.home.parent) as folder:
        home, truth = Path(folder) / "home", Path(folder) / "truth"
        shutil.copytree(given.home, home)
        rows += [("folder", *measure(home, "", readers, given, None)) for readers in given.readers]
        shutil.move(home / "chroma", truth)
        chroma = Chroma(truth)
        make_replica(home, Server.parse(chroma.url))
        process = chroma.process.pid
        rows += [("server", *measure(home, chroma.url, readers, given, process)) for readers in given.readers]
        chroma.kill()
    each = "CPU ms a search, reader"
    table(("Chroma", "readers", "searches/s", "p50 ms", each, "server", "private MB a reader", "MB the server"), rows)


if __name__ == "__main__":
    os.environ.pop("ASKPAPERS_CHROMA_URL", None)
    main()

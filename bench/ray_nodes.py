"""Embedding on two Ray nodes, each in a network of its own on this machine, one of them killed while it embeds.

Needs root, iproute2 and `askpapers[ray]`. All papers must be in the index, each as if it had been embedded here.

python -m bench.ray_nodes [--papers 900]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from bench.common import ROOT, shuffled, table
from rag.indexing.records import encode
from rag.library import Library

NODES = {"askpapers-a": "10.77.0.1", "askpapers-b": "10.77.0.2"}
PORT = 6399
LOOKED_AT = 40  # papers embedded again and compared


def sh(command: str) -> str:
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout


def inside(node: str, command: list[str], **given: str) -> subprocess.Popen[str]:
    """Starts a command in the node's network."""
    environment = {**os.environ, "RAY_ADDRESS": f"{NODES['askpapers-a']}:{PORT}", **given}
    # What Ray says goes nowhere: its daemons would keep the pipe open.
    told = None if command[0] == sys.executable else subprocess.DEVNULL
    within = ["ip", "netns", "exec", node, *command]
    return subprocess.Popen(within, env=environment, stdout=told, stderr=told, text=True, cwd=ROOT)


@contextmanager
def networks() -> Iterator[None]:
    """Two network namespaces that see each other by a cable, and nothing else."""
    for node in NODES:
        sh(f"ip netns add {node}")
    try:
        sh("ip link add ask-a type veth peer name ask-b")
        for (node, address), end in zip(NODES.items(), ("ask-a", "ask-b"), strict=True):
            sh(f"ip link set {end} netns {node} && ip -n {node} addr add {address}/24 dev {end}")
            sh(f"ip -n {node} link set {end} up && ip -n {node} link set lo up")
        yield
    finally:
        for node in NODES:
            kill(node)
            sh(f"ip netns del {node}")


def kill(node: str) -> int:
    """Ends all that runs in the node's network, without a word; gives how many processes that were."""
    pids = [int(pid) for pid in sh(f"ip netns pids {node}").split()]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(pids)


def start_nodes() -> None:
    """Ray's head in the first network, a node of its cluster in the second."""
    ray = [str(Path(sys.executable).with_name("ray")), "start", "--num-cpus", "1", "--disable-usage-stats"]
    ray += ["--object-store-memory", "200000000"]
    (head, first), (node, second) = NODES.items()
    begin = ["--head", "--port", str(PORT), "--include-dashboard=false", "--node-ip-address", first]
    assert inside(head, [*ray, *begin]).wait() == 0
    join = ["--address", f"{first}:{PORT}", "--node-ip-address", second]
    assert inside(node, [*ray, *join]).wait() == 0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--papers", type=int, default=900)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, networks():
        home, source = Path(folder) / "home", Path(folder) / "papers.jsonl"
        made = list(shuffled(None, 0, given.papers))
        rows = [{"id": p.id, "title": p.title, "abstract": p.abstract, "authors": list(p.authors)} for p in made]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        start_nodes()
        started = time.perf_counter()
        command = [sys.executable, "-m", "rag", "index", "--ray", str(source), "--home", str(home)]
        index = inside("askpapers-a", command, RAY_worker_niceness="0")
        there = workers("askpapers-b", home, index)
        held = written(home)
        sh("ip -n askpapers-b link set ask-b down")  # as when a machine is lost: nobody says that it is gone
        killed = kill("askpapers-b")
        code = index.wait()
        seconds = time.perf_counter() - started
        table(
            ("papers", "seconds", "written when the node was killed", "processes killed", "exit code", "indexed right"),
            [(given.papers, seconds, held, f"{killed} ({there} embedding)", code, right(home, given.papers))],
        )


def workers(node: str, home: Path, index: subprocess.Popen[str]) -> int:
    """Waits until something is written, and gives how many workers the node then has."""
    while not written(home) and index.poll() is None:
        time.sleep(0.1)
    names = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in sh(f"ip netns pids {node}").split()]
    return sum(name.startswith(b"ray::Worker") for name in names)


def written(home: Path) -> int:
    """Papers in the index so far."""
    import sqlite3

    with suppress(sqlite3.Error):
        file = sqlite3.connect(f"file:{home / 'derived.sqlite'}?mode=ro", uri=True)
        return int(file.execute("SELECT COUNT(*) FROM papers").fetchone()[0])
    return 0


def right(home: Path, papers: int) -> bool:
    """Whether all are in both stores alike, and some of them as they are when embedded here."""
    library = Library.open(home, runtime="openvino", create=False)
    known = library.index.forward_index.hashes()
    some = random.Random(0).sample(sorted(known), LOOKED_AT)
    stored = library.index.forward_index.records(some)
    fresh = encode(library.embedder, [r.paper for r in stored])
    near = [float((a.vectors * b.vectors).sum(1).min()) for a, b in zip(stored, fresh, strict=True)]
    same = all(np.array_equal(a.tokens.ids, b.tokens.ids) for a, b in zip(stored, fresh, strict=True))
    return len(known) == papers and library.index.vector_store.hashes() == known and same and min(near) > 0.9999


if __name__ == "__main__":
    main()

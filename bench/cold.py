"""A cold `askpapers ask` (extractive), against the same with everything imported first; and a page until it answers.

python -m bench.cold [--home HOME]
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.common import ROOT, child, real, table, used

PORT = 8161
QUESTION = "What does BiFormer do at the coarse level before its fine-grained attention?"
EAGER = "import torch, sentence_transformers, chromadb, llama_index.core, gradio"
RUN = (
    "import sys; sys.argv = ['askpapers', 'ask', {question!r}, '--home', {home!r}]; "
    "from rag.cli.main import main; main()"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="an index; by default one of 60 papers is made")
    arguments.add_argument("--times", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        if not given.home:
            from rag.library import Library

            Library.open(home).sync(real(None, 60))
        run = RUN.format(question=QUESTION, home=str(home))
        rows, base = [], 0.0
        for way, code in (("askpapers ask", run), ("the same, everything imported first", f"{EAGER}; {run}")):
            runs = [child("-c", code) for _ in range(given.times)]
            wall, cpu, mb = (statistics.median(r[name] for r in runs) for name in ("wall", "cpu", "mb"))
            base = base or cpu
            rows.append((way, wall, cpu, round(mb), cpu / base))
        pages = [page(home) for _ in range(given.times)]
        wall, cpu = (statistics.median(p[i] for p in pages) for i in (0, 1))
        rows.append(("askpapers serve, until the page answers", wall, cpu, 0, cpu / base))
    table(("way", "seconds", "CPU seconds", "peak MB", "CPU, times ours"), rows)


def page(home: Path) -> tuple[float, float]:
    """Seconds from the start of the process until the page is there, and the CPU seconds of it."""
    command = [sys.executable, "-m", "rag", "serve", "--home", str(home), "--port", str(PORT), "--llm", "extractive"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = next(line for line in process.stderr if re.match("http", line)).strip()
        urllib.request.urlopen(address, timeout=60).read()
        return time.perf_counter() - begun, used(process.pid)[0]
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

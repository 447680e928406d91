"""The page served by a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def server_process(home: Path, port: int, llm: str = "extractive") -> subprocess.Popen[str]:
    """`serve` with the fake embedder; its first line is the address."""
    code = (
        "from tests.conftest import FakeEmbedder; from rag import Assistant, Library; from ui.app import serve;"
        f"library = Library.open({str(home)!r}, embedder=FakeEmbedder());"
        f"serve(Assistant(library, {llm!r}), port={port}, on_ready=lambda address: print(address, flush=True))"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)

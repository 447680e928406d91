"""The default path in processes that cannot reach past this machine, and leave a trace if they try."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from bench.page_client import Visitor
from tests.conftest import PAPERS, ROOT

GUARD = Path(__file__).parent / "offline"
QUESTION = "Which theory inspired HippoRAG, the retrieval framework?"


class Offline:
    """Runs askpapers on an index of the four papers."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "reached.txt"
        paths = os.pathsep.join([str(GUARD), str(ROOT)])
        self.env = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_OFFLINE"))}
        self.env |= {"PYTHONPATH": paths, "OFFLINE_LOG": str(self.log), "ASKPAPERS_HOME": str(folder / "home")}
        self.papers = folder / "papers.jsonl"
        rows = ({"id": p.id, "title": p.title, "abstract": p.abstract} for p in PAPERS)
        self.papers.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def start(self, *command: object, module: str = "rag", under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        whole = [*under, sys.executable, "-m", module, *map(str, command)]
        pipe = subprocess.PIPE
        return subprocess.Popen(whole, cwd=ROOT, env=self.env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def run(self, *command: object, said: str = "", module: str = "rag", under: tuple[str, ...] = ()) -> str:
        """What it printed; nothing was reached past this machine."""
        with self.start(*command, module=module, under=under) as process:
            out, err = process.communicate(said, timeout=300)
        assert process.returncode == 0, err
        self.check()
        return out + err

    def check(self) -> None:
        """The guard was there, and saw nothing."""
        assert set(self.log.read_text().splitlines()) == {"started"}


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    return Offline(tmp_path)


def test_the_guard_bites(offline: Offline) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], env=offline.env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "192.0.2.1" in offline.log.read_text()


def test_index_and_ask_reach_nobody(offline: Offline) -> None:
    assert "4 added" in offline.run("index", offline.papers)
    assert "hippocampal" in offline.run("ask", QUESTION)


@pytest.mark.slow
def test_chat_serve_and_eval_reach_nobody(offline: Offline, tmp_path: Path) -> None:
    offline.run("index", offline.papers)
    assert "hippocampal" in offline.run("chat", said=f"{QUESTION}\n\n")
    case = {"id": "q", "type": "factoid", "question": QUESTION, "answerable": True, "gold_titles": [PAPERS[2].title]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(case) + "\n")
    offline.run("eval", "run", "--questions", tmp_path / "questions.jsonl", "--out", tmp_path / "report")
    with offline.start("serve", "--port", 7960) as server:
        try:
            assert server.stderr
            address = next(line for line in server.stderr if line.startswith("http")).strip()
            visitor = Visitor(address)
            assert "hippocampal" in json.dumps(list(visitor.ask(QUESTION)))
            visitor.close()
            with urlopen(address) as page:
                assert b"askpapers" in page.read()
        finally:
            server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode == 0
    offline.check()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_libraries_that_are_not_python_reach_nobody_either(offline: Offline, tmp_path: Path) -> None:
    commands: list[list[Any]] = [["index", offline.papers], ["ask", QUESTION]]
    for number, command in enumerate(commands):
        calls = tmp_path / f"calls{number}"
        offline.run(*command, under=("strace", "-f", "-qq", "-o", str(calls), "-e", "trace=connect,sendto,sendmsg"))
        told = re.findall(r"AF_INET6?.*?(?:inet_addr|inet_pton)\((?:AF_INET6, )?\"([^\"]+)", calls.read_text())
        assert not [address for address in told if not address.startswith(("127.", "::1"))]

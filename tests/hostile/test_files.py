"""What is kept is for its owner alone, also where files are usually open to all: every file 0600, every folder 0700."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.page_client import Visitor
from eval import evaluate
from rag.answering.assistant import Assistant
from rag.cli.main import ask
from rag.indexing.folder import open_to_others
from tests.conftest import PAPERS
from tests.crashing import opened
from tests.eval.conftest import QUESTIONS
from tests.hostile.test_network import QUESTION, Offline
from ui.conversations import Conversations

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_files(home: Path) -> list[str]:
    """Everything in the folder, itself too, that has other rights than it should."""
    wanted = {path: 0o700 if path.is_dir() else 0o600 for path in (home, *home.rglob("*"))}
    assert len(wanted) > 5
    return [str(path) for path, mode in wanted.items() if path.stat().st_mode & 0o777 != mode]


def test_conversations_are_closed_from_the_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before SQLite writes a byte: what it puts beside a file takes that file's rights."""
    seen: list[int] = []

    def connect(path: Path, **options: Any) -> sqlite3.Connection:
        seen.append(path.stat().st_mode & 0o777)
        return sqlite3.Connection(path, **options)

    monkeypatch.setattr("ui.conversations.sqlite3.connect", connect)
    with closing(Conversations(tmp_path / "conversations.sqlite")) as kept:
        kept.ask(kept.start("me", "Why?"), "Why?")
        beside = sorted(tmp_path.glob("conversations.sqlite*"))
        assert [path.name[20:] for path in beside] == ["", "-shm", "-wal"]
        assert {path.stat().st_mode & 0o777 for path in beside} == set(seen) == {0o600}


def test_index_answer_trace_conversation_and_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (tmp_path / "questions.jsonl").write_text(json.dumps(QUESTIONS[2]) + "\n")
    with closing(opened(home)) as library:
        library.sync(PAPERS)
        monkeypatch.setattr("rag.cli.options.open_library", lambda *_: library)
        ask(QUESTION, home=home, trace=home / "trace.jsonl")
        assert (home / "trace.jsonl").stat().st_size
        with closing(Conversations(home / "conversations.sqlite")):
            evaluate(Assistant(library), tmp_path / "questions.jsonl", out=home / "evaluations" / "1", progress=False)
            assert home / "evaluations" in open_to_others(home), "askpapers doctor looks there too"
            library.remove(["t-ads"])
            assert open_files(home) == []


@pytest.mark.slow
def test_a_served_page(tmp_path: Path) -> None:
    """The real server: a question, a file added, an evaluation; its folder may lie in one whose name has a dot."""
    offline = Offline(tmp_path)
    home = tmp_path / ".data" / "home"
    offline.env["ASKPAPERS_HOME"] = str(home)
    home.parent.mkdir()
    offline.run("index", offline.papers)
    with offline.start("serve", "--port", 7860 + os.getpid() % 1000) as server:
        try:
            assert server.stderr
            address = next(line for line in server.stderr if line.startswith("http")).strip()
            with closing(Visitor(address)) as visitor:
                assert "hippocampal" in json.dumps(list(visitor.ask(QUESTION)))
                added = json.dumps({"title": "Sent", "abstract": "It was sent."})
                assert "1 added" in pressed(visitor, "files", added, [""])
                question = json.dumps({**QUESTIONS[2], "split": "dev"})
                assert "1 question" in pressed(visitor, "questions", question, ["", *visitor._settings])
            made = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
            assert {"conversations.sqlite", "evaluations", "uploads", "chroma", "ledger.jsonl"} <= made
            assert open_files(home) == []
        finally:
            server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert open_files(home) == []


def pressed(visitor: Visitor, field: str, content: str, rest: list[Any]) -> str:
    """What the server says to the button that takes a file of that content."""
    config = visitor._http.get("config").json()
    (taken,) = [part["id"] for part in config["components"] if part["props"].get("elem_id") == field]
    event = next(e for e in config["dependencies"] if e["inputs"][:1] == [taken])
    (path,) = visitor._http.post(f"{visitor._api}/upload", files=[("files", ("a.jsonl", content))]).json()
    given: Any = {"path": path, "orig_name": "a.jsonl", "meta": {"_type": "gradio.FileData"}}
    body = {"data": [[given] if field == "files" else given, *rest], "fn_index": event["id"], "session_hash": field}
    assert visitor._http.post(f"{visitor._api}/queue/join", json=body).status_code == 200
    with visitor._http.stream("GET", f"{visitor._api}/queue/data", params={"session_hash": field}) as stream:
        return "\n".join(stream.iter_lines())

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main as cli
from tests.conftest import ROOT, FakeEmbedder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Runs `askpapers ARGS` in this process with the fake embedder: (exit code, stdout, stderr)."""
    monkeypatch.setattr("rag.library.load_embedder", lambda *given: FakeEmbedder())
    monkeypatch.setenv("ASKPAPERS_HOME", str(tmp_path / "home"))

    def call(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["askpapers", *map(str, args)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def indexed(run: Any, tmp_path: Path) -> Any:
    rows = [
        {
            "id": "a",
            "title": "HippoRAG memory",
            "abstract": "HippoRAG is inspired by hippocampal theory.",
            "year": 2024,
        },
        {"id": "b", "title": "Ad memory", "abstract": "People with ad-blockers remember fewer ads.", "year": 2023},
    ]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nnot json\n")
    code, out, err = run("index", tmp_path / "p.jsonl")
    assert (code, out) == (0, "")
    assert "3 records: 2 added, 0 updated, 0 unchanged, 0 duplicates, 1 rejected" in err
    assert "p.jsonl:3: " in err
    return run


def test_a_withdrawn_paper_is_marked_wherever_hits_are_listed(run: Any, tmp_path: Path) -> None:
    row = {"id": "w", "title": "On ads", "abstract": "Withdrawn.", "year": 2023}
    (tmp_path / "w.jsonl").write_text(json.dumps(row))
    run("index", tmp_path / "w.jsonl")
    (found,) = json.loads(run("search", "ads", "--json")[1])
    assert (found["title"], found["year"], found["sentence"]) == ("On ads (withdrawn)", 2023, "Withdrawn.")
    assert "1. On ads (withdrawn)" in run("search", "ads")[1]


def test_ask_prints_the_answer_and_nothing_else(indexed: Any) -> None:
    code, out, err = indexed("ask", "Which theory inspired HippoRAG?")
    assert code == 0
    assert "hippocampal theory. [1]" in out
    assert "[1] HippoRAG memory" in out
    assert err == ""


def test_ask_as_json_has_the_documented_shape(indexed: Any) -> None:
    code, out, _ = indexed("ask", "Which theory inspired HippoRAG?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["outcome"] == "answered"
    assert {"question", "answer", "claims", "citations", "related", "model", "timings"} <= set(answer)
    assert answer["claims"][0]["citations"] == [1]
    assert answer["claims"][0]["support"] == 1.0
    first = answer["citations"][0]
    assert set(first) == {"number", "paper_id", "title", "url", "sentences", "offsets"}
    assert first["paper_id"] == "a"
    assert answer["related"] == []


def test_abstaining_exits_with_3(indexed: Any) -> None:
    code, out, _ = indexed("ask", "sourdough pizza recipe")
    assert code == 3
    assert "Nothing in this collection" in out


def test_search(indexed: Any) -> None:
    code, out, _ = indexed("search", "hippocampal theory", "--json", "-k", 1)
    assert code == 0
    assert [set(h) for h in json.loads(out)] == [{"paper_id", "title", "url", "year", "sentence", "score"}]
    assert json.loads(indexed("search", "memory", "--json", "--year", 2023)[1])[0]["paper_id"] == "b"
    assert "1. HippoRAG memory" in indexed("search", "hippocampal theory")[1]


def test_status(indexed: Any, tmp_path: Path) -> None:
    state = json.loads(indexed("status", "--json")[1])
    assert (state["papers"], state["passages"], state["embedding"]) == (2, 2, "fake")
    assert state["home"] == str(tmp_path / "home")
    assert "papers: 2" in indexed("status")[1]


def test_chat_carries_the_conversation(indexed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["Which theory inspired HippoRAG?", "x" * 5000, ""])
    monkeypatch.setattr("builtins.input", lambda prompt="": next(lines))
    code, out, err = indexed("chat")
    assert code == 0
    assert "hippocampal theory. [1]" in out
    assert "5,000 characters" in err


def test_chat_ends_when_told_to(indexed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["Exit"])
    monkeypatch.setattr("builtins.input", lambda prompt="": next(lines))
    assert indexed("chat")[:2] == (0, "")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["index", "nowhere.bib"], 1, "nowhere.bib"),
        (["ask", "why?"], 1, "askpapers index"),
        (["status"], 1, "askpapers index"),
        (["ask"], 2, "Missing argument"),
        (["frobnicate"], 2, "frobnicate"),
        (["search", "x", "-k", "0"], 2, "-k"),
        (["ask", "why?", "--llm", "nonsense"], 1, "askpapers index"),
    ],
)
def test_mistakes_are_one_line(run: Any, args: list[str], code: int, said: str) -> None:
    got, out, err = run(*args)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_mistakes_once_indexed(indexed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert indexed("ask", " ")[::2] == (1, "askpapers: the question is blank: type one\n")
    code, _, err = indexed("ask", "why?", "--llm", "nonsense")
    assert code == 1
    assert "ASKPAPERS_LLM='nonsense'" in err
    monkeypatch.setenv("ASKPAPERS_LMM", "x")
    assert "did you mean ASKPAPERS_LLM?" in indexed("status")[2]


def test_indexing_nothing_but_rubbish_fails(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n")
    code, _, err = run("index", tmp_path / "x.jsonl")
    assert code == 1
    assert "x.jsonl:1: " in err


def test_help_loads_nothing_heavy() -> None:
    heavy = {"torch", "sentence_transformers", "gradio", "llama_index", "chromadb", "openvino", "numpy", "pydantic"}
    code = (
        "import sys; from rag.cli.main import app; app(['--help'], standalone_mode=False); "
        f"print({heavy} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_cold_extractive_answer_loads_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from rag import Assistant, Library; library = Library.open(sys.argv[1]);"
        "from rag.types import Paper; library.sync([Paper('a', 'HippoRAG', 'It is inspired by the hippocampus.')]);"
        "assert Assistant(library).ask('What inspired HippoRAG?').outcome == 'answered';"
        "print({'torch', 'sentence_transformers', 'gradio', 'llama_index', 'sklearn', 'matplotlib', 'pandas'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_chat_on_an_empty_library_indexes_what_comes_with_it(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few = tmp_path / "data" / "daily_papers"
    few.mkdir(parents=True)
    (few / "p.jsonl").write_text(json.dumps({"title": "HippoRAG", "abstract": "It is inspired by theory."}))
    monkeypatch.setattr("rag.cli.library.shipped", lambda name: tmp_path / "data" / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("What is HippoRAG inspired by?\n"))
    code, out, err = run("chat")
    assert code == 0
    assert "no papers yet: indexing those that come with askpapers" in err
    assert "It is inspired by theory." in out


def test_what_comes_with_askpapers_is_found_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rag.shipped import COLLECTION, QUESTIONS, shipped

    monkeypatch.chdir(tmp_path)
    assert shipped(QUESTIONS).is_file()
    assert len(list(shipped(COLLECTION).iterdir())) == 5


def test_the_version_and_an_option_without_effect(run: Any, tmp_path: Path) -> None:
    assert run("--version")[1].startswith("askpapers ")
    (tmp_path / "file").touch()
    _, _, err = run("serve", "--write", "--home", tmp_path / "file")
    assert err.splitlines()[0] == "--write has no effect without --mcp, whose clients it lets add papers"

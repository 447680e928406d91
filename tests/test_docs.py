"""The examples of README.md and docs/ are run, or parsed where they cannot be; what the docs name exists."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import eval
import rag
from docs import make_cli, make_formats
from eval.answers import to_reply
from eval.cli import app as eval_app
from rag.cli.main import app
from tests.conftest import ROOT, FakeEmbedder

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
README, EVALUATION = ROOT / "README.md", ROOT / "docs" / "evaluation.md"
PLUGGING_IN = ROOT / "docs" / "plugging-in.md"  # tests/test_plugging_in.py runs it
NOT_OURS = {
    "pip": "would install",
    "pipx": "would install",
    "ray": "starts a cluster; tests/rag/indexing/test_ray_embedding.py does so",
    "open": "shows a file",
}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def commands() -> Iterator[list[str]]:
    """The words of every command shown, without variables set in front and comments behind."""
    for page in PAGES:
        for line in "".join(blocks(page, "console")).splitlines():
            assert line.startswith("$ "), f"{page}: {line}"
            words = shlex.split(line[2:], comments=True)
            yield [w for i, w in enumerate(words) if i or not re.match(r"[A-Z_]+=", w)]


def parsed(command: Any, name: str, words: list[str]) -> None:
    """Raises a usage error unless the words are a command with options that it has."""
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
    command.make_context(name, words)


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    for page in PAGES:
        kinds = {kind for kind, _ in _BLOCK.findall(page.read_text(encoding="utf-8"))}
        checked = {"yaml"} if page.name == "ci.md" else set()  # by tests/eval/test_gate_files.py
        assert kinds <= {"python", "console", "json", "mermaid", "text"} | checked, page
        if page not in (README, EVALUATION, PLUGGING_IN):
            assert not kinds & {"python", "json"}, f"{page}: run it here"


def test_every_command_shown_can_be_given() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in commands():
        if words[0] == "askpapers":
            parsed(typer.main.get_command(app), "askpapers", words[1:])
        elif words[:3] == ["python", "-m", "eval"]:
            parsed(typer.main.get_command(eval_app), "eval", words[3:])
        elif words[0] == "make":
            assert words[1] in targets
        else:
            assert words[0] in NOT_OURS, words


def test_the_readme_shows_every_command() -> None:
    shown = set(re.findall(r"askpapers (\w+)", "".join(blocks(README, "console"))))
    assert shown == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the first page of the collection: all five are read by the tests of the library."""
    (code,) = blocks(README, "python")
    few = tmp_path / "data" / "daily_papers"
    few.mkdir(parents=True)
    first = sorted((ROOT / "data" / "daily_papers").iterdir())[0]
    (few / first.name).symlink_to(first)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code, names)
    assert 40 <= names["report"].added < 100
    assert names["answer"].outcome == "answered"
    assert names["event"].outcome == "answered"


def test_the_evaluations_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(EVALUATION, "python")
    lines = (ROOT / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    few = [line for line in lines if json.loads(line).get("split") == "dev"][:4]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "questions.jsonl").write_text("".join(few), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rag.library.load_embedder", lambda *given: FakeEmbedder())
    library = rag.Library.open("home")
    titles = {title for line in few for title in json.loads(line)["gold_titles"]}
    library.sync(p for p in rag.read_papers(ROOT / "data" / "daily_papers") if p.title in titles)
    eval.evaluate(rag.Assistant(library), "data/questions.jsonl", out="build/before", progress=False)
    library.close()
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["report"].figure("gold_f1").n == sum(json.loads(line)["answerable"] for line in few)


def test_the_form_of_answers_shown_is_read() -> None:
    (row,) = map(json.loads, blocks(EVALUATION, "json"))
    assert [len(s.sources) for s in to_reply({**row, "ctxs": row["ctxs"] * 3}).statements] == [1, 2]


def test_the_commands_help_is_that_of_the_page() -> None:
    assert make_cli.page() == make_cli.PAGE.read_text(encoding="utf-8"), "run: make docs"


def test_every_setting_named_exists() -> None:
    from rag.settings import PREFIX, Settings

    named = set(re.findall(r"ASKPAPERS_[A-Z_]+", README.read_text(encoding="utf-8")))
    assert {PREFIX + name.upper() for name in Settings.model_fields} == named


def test_every_file_and_page_named_exists() -> None:
    for name in re.findall(r"^\| (`.*?) \|", README.read_text(encoding="utf-8").split("## File map")[1], re.MULTILINE):
        paths = re.findall(r"`([\w./]+)`", name)
        folder = paths[0].rpartition("/")[0] if "/" in paths[0] else ""
        for path in paths:
            assert (ROOT / path).exists() or (ROOT / folder / path).exists(), path
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([\w-]+))?\)", text):
            file = page.parent / target if target else page
            assert file.exists(), f"{page}: {target}"
            assert not anchor or anchor in anchors(file), f"{page}: {target}#{anchor}"
        for path in re.findall(r"(?<![\w/-])(?:tests|rag|eval|ui|bench|data)/[\w/]+\.\w+", text):
            assert (ROOT / path).exists(), f"{page}: {path}"
        for script in re.findall(r"python -m bench\.(\w+)", text):
            assert (ROOT / "bench" / f"{script}.py").exists(), f"{page}: {script}"


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}


def test_the_formats_are_those_of_the_readers() -> None:
    assert make_formats.page() == make_formats.PAGE.read_text(encoding="utf-8"), "run: make docs"

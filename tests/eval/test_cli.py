"""The commands, by their exit codes and what they print."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eval.cases import read_cases
from eval.cli import app, main
from rag.library import Library


@pytest.fixture(autouse=True)
def _library(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.cli.options.open_library", lambda settings: library)
    monkeypatch.setattr("eval.cli.open_library", lambda settings: library)
    monkeypatch.setattr("eval.questions_cli.open_library", lambda settings: library)


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_run_report_compare_and_gate(questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = invoke("run", "--questions", questions, "--out", out, "--no-baselines", "--checking", "off")
    assert ran.exit_code == 0, ran.output
    assert "gold_f1" in ran.output
    assert json.loads((out / "run.json").read_text())["settings"]["checking"] == "off"
    (out / "report.md").unlink()
    assert invoke("report", out).exit_code == 0
    assert (out / "report.md").exists()
    assert invoke("compare", out, out, "--out", tmp_path / "c").exit_code == 0
    assert (tmp_path / "c" / "compare.html").exists()
    passed = invoke("gate", "--baseline", out / "report.json", "--run", out, "--min", "gold_f1=0.9")
    assert (passed.exit_code, passed.output) == (0, "passed\n")
    failed = invoke("gate", "--baseline", out, "--run", out, "--min", "gold_f1=1.5")
    assert (failed.exit_code, failed.output) == (1, "worse: gold_f1: 1.0, not as good as 1.5\n")
    scored = invoke("score", out / "answers.jsonl", "--out", tmp_path / "s")
    assert scored.exit_code == 0, scored.output


def test_new_and_check(tmp_path: Path, questions: Path) -> None:
    made = invoke("new", "-n", 2)
    rows = [json.loads(line) for line in made.output.splitlines()]
    assert len(rows) == 2
    path = tmp_path / "new.jsonl"
    path.write_text("".join(json.dumps({**row, "question": f"What of {row['id']}?"}) + "\n" for row in rows))
    assert (invoke("check", path).exit_code, len(read_cases(path))) == (0, 2)
    assert invoke("check", questions).output == "4 questions hold\n"
    path.write_text(path.read_text().replace(rows[0]["gold_titles"][0], "Nothing"))
    wrong = invoke("check", path)
    assert wrong.exit_code == 1
    assert f"{path}:1: new001: no paper 'Nothing'" in wrong.output


def test_meta_and_label(tmp_path: Path) -> None:
    assert invoke("meta", "--own", 3, "--out", tmp_path).exit_code == 0
    row = {"id": "1", "group": "1", "claim": "It wins.", "sentences": ["It wins."]}
    (tmp_path / "claims.jsonl").write_text(json.dumps(row))
    for who in ("ann", "bob"):
        said = CliRunner().invoke(app, ["label", str(tmp_path / "claims.jsonl"), "--who", who], input="s\n")
        assert said.exit_code == 0, said.output
    assert "ann and bob: kappa undefined" in said.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--questions", "none.jsonl"], "eval: none.jsonl: cannot be read"),
        (["report", "none"], "eval: none: no report there"),
        (["gate", "--baseline", "a", "--run", "b", "--min", "x"], "eval: --min x: give it as metric=value"),
    ],
)
def test_a_mistake_is_one_line(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["eval", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith(said)


def test_help_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys, eval.cli; print(sorted({'torch', 'sklearn', 'matplotlib', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

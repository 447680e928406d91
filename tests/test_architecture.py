"""Who imports whom: the diagram in docs/design.md is the contract's, and the contract fails when it is broken."""

from __future__ import annotations

import ast
import builtins
import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import eval.comparison
import rag.errors
from tests.conftest import ROOT

PACKAGES = ("rag", "eval", "ui")


def layers() -> list[set[str]]:
    """Those of .importlinter, the highest first."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    lines = contract["importlinter:contract:layers"]["layers"].split("\n")
    return [set(line.replace(" ", "").split("|")) for line in lines if line.strip()]


def test_the_diagram_is_that_of_the_contract() -> None:
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"```mermaid\n(.*?)```", design, re.DOTALL)
    arrows = [
        [set(re.split(r"\s*&\s*", side.strip())) for side in line.split("-->")] for line in drawn.split("\n")[1:-1]
    ]
    assert arrows == [[above, below] for above, below in zip(layers(), layers()[1:], strict=False)]


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("rag/text/sentences.py", "from rag.library import Library", "The way of the data"),
        ("rag/text/sentences.py", "from ui import app", "Only the command line imports the page"),
        ("eval/jsonl.py", "from eval.cases import Case", "No circles among siblings"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str, broken: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    command = [
        sys.executable,
        "-c",
        "import importlinter.cli as c; c.lint_imports_command()",
        "--no-logo",
        "--no-cache",
    ]
    environment = {"PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(rf"^{broken}.* BROKEN$", done.stdout, re.MULTILINE), done.stdout


def test_no_file_is_long() -> None:
    files = [path for package in (*PACKAGES, "bench", "tests", "docs") for path in (ROOT / package).rglob("*.py")]
    assert {str(f) for f in files if len(f.read_text(encoding="utf-8").splitlines()) > 300} == set()


def test_the_errors_that_docstrings_promise_exist() -> None:
    known = {*vars(rag.errors), *vars(builtins), *vars(eval.comparison)}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                for promised in re.findall(r"\bRaises ([^.]*)", ast.get_docstring(node) or ""):
                    assert set(re.findall(r"\b[A-Z]\w*Error\b", promised)) <= known, f"{path}: {promised}"

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rag.cli.test_cli import indexed, run  # noqa: F401  # fixtures

TEXT = "HippoRAG is inspired by hippocampal theory [1].\n\n[1] HippoRAG memory\n"


def test_check(indexed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    file = tmp_path / "draft.md"
    file.write_text(TEXT)
    code, out, _ = indexed("check", file)
    assert code == 0
    assert "✓ HippoRAG is inspired" in out
    file.write_text(TEXT.replace("inspired", "9000x inspired"))
    assert indexed("check", file)[0] == 1
    assert json.loads(indexed("check", file, "--json")[1])["counts"] == {"doubtful": 1, "citations_stands": 1}
    assert indexed("check", file, "--format", "html")[1].startswith("<!doctype html>")
    assert indexed("check", file, "--format", "markdown")[1].startswith("# Checked")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert indexed("check", "-")[0] == 0
    bib = tmp_path / "r.bib"
    bib.write_text("@article{hippo, title={HippoRAG memory}}")
    file.write_text("HippoRAG is inspired by hippocampal theory [@hippo].")
    assert indexed("check", file, "--bib", bib)[0] == 0


def test_what_cannot_be_checked_exits_with_2(run: Any, indexed: Any, tmp_path: Path) -> None:  # noqa: F811
    large = tmp_path / "large.md"
    large.write_text("A sentence. " * 900_000)
    for given in ("nowhere.md", large):
        code, out, err = indexed("check", given)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
    assert indexed("check", large, "--format", "pdf")[0] == 2
    assert indexed("verify", large)[0] == 2


def test_verify(indexed: Any, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "answer.json"
    file.write_text(indexed("ask", "Which theory inspired HippoRAG?", "--json")[1])
    code, out, _ = indexed("verify", file)
    assert code == 0
    assert "1 of 1 citations stand" in out
    assert json.loads(indexed("verify", file, "--json")[1])["stands"]
    indexed("remove", "a")
    assert indexed("verify", file)[0] == 1


def test_disagree(indexed: Any, tmp_path: Path) -> None:  # noqa: F811
    code, out, _ = indexed("disagree", "People with ad-blockers remember more ads.")
    assert code == 0
    assert "cannot tell who disagrees" in out
    assert json.loads(indexed("disagree", "People with ad-blockers remember more ads.", "--json")[1])["about"]
    file = tmp_path / "answer.json"
    file.write_text(indexed("ask", "Which theory inspired HippoRAG?", "--json")[1])
    assert json.loads(indexed("disagree", file, "--json")[1])[0]["about"][0]["paper_id"] == "a"
    assert indexed("disagree", tmp_path / "none.json")[0] == 1

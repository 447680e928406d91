"""Models side by side, on a real server that plays two of them."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.models import Models, Price, compare_models
from eval.pacing import Pace
from rag.answering.assistant import Assistant
from rag.errors import LLMError, SettingsError
from rag.library import Library
from tests.llm_server import Script, serving

USED = {"prompt_tokens": 1000, "completion_tokens": 100}


def reply(messages: list[dict[str, str]]) -> str:
    """Says nothing of use."""
    return "Zebras grazed in heavy rain all day."


def side_by_side(library: Library, questions: Path, out: Path, script: Script, **how: object) -> Models:
    with serving(script) as server:
        assistants = {
            "extractive": Assistant(library),
            "poor": Assistant(library, server.url, mode="words", checking="off", judge="coverage"),
        }
        return compare_models(assistants, questions, out, baselines=False, progress=False, **how)  # type: ignore[arg-type]


def test_one_table_with_paired_gains_and_prices(library: Library, questions: Path, tmp_path: Path) -> None:
    script = Script(reply=reply, usage=USED)
    models = side_by_side(library, questions, tmp_path, script, prices={"poor": Price(1.0, 10.0)})
    first, poor = models.lines
    assert (first.right[0], first.dollars, first.gain) == (1.0, 0.0, None)
    assert poor.gain is not None
    assert (poor.gain.value, poor.gain.n) == (-0.75, 4)
    assert poor.dollars == pytest.approx(100 * 0.75 * 0.002, rel=0.2)  # three of four are asked of the model
    text = (tmp_path / "models.md").read_text()
    assert "extractive gets most right, 100% of 4 questions; 1 of 1 others get fewer beyond chance." in text
    assert "-0.75 [" in text
    assert (tmp_path / "poor" / "report.html").exists()
    assert len(json.loads((tmp_path / "models.json").read_text())) == 2
    assert "<img" in (tmp_path / "models.html").read_text()


def test_gone_on_with_where_it_stopped(library: Library, questions: Path, tmp_path: Path) -> None:
    script = Script(reply=reply)
    with serving(script) as server:
        for _ in range(2):
            assistants = {llm: Assistant(library, server.url, mode="words", judge="coverage") for llm in ("a b", "a:b")}
            models = compare_models(assistants, questions, tmp_path, baselines=False, progress=False, rate=1e6)
        asked = len(script.requests)
    assert [line.folder for line in models.lines] == ["a-b", "a-b-2"]
    assert asked > 0
    assert models.lines[1].dollars is None  # no price is known


def test_servers_answer_side_by_side_and_one_that_fails_stops_no_other(
    library: Library, questions: Path, tmp_path: Path
) -> None:
    both = threading.Barrier(2, timeout=20)  # passed only if the two are asked at the same time

    def meet(messages: list[dict[str, str]]) -> str:
        if met:
            return reply(messages)
        both.wait()
        met.append(1)
        return reply(messages)

    met: list[int] = []
    one, two = Script(reply=meet), Script(reply=meet)
    with serving(one) as first, serving(two) as second:
        urls = {"one": first.url, "two": second.url, "gone": "http://127.0.0.1:9/v1#m"}
        assistants = {n: Assistant(library, url, mode="words", judge="coverage") for n, url in urls.items()}
        with pytest.raises(LLMError, match="0 of 4 answers are kept, run again to go on"):
            compare_models(assistants, questions, tmp_path, baselines=False, progress=False)
    for name in ("one", "two"):
        assert (tmp_path / name / "report.json").exists()


def test_a_pace_that_is_stopped_lets_nothing_begin() -> None:
    pace = Pace(60, sleep=lambda _: None)
    pace.wait()
    pace.stop()
    with pytest.raises(LLMError, match="stopped"):
        pace.wait()


def test_a_rate_is_kept() -> None:
    clock = [0.0]
    begun: list[float] = []
    pace = Pace(30, sleep=lambda seconds: clock.__setitem__(0, clock[0] + seconds), now=lambda: clock[0])
    for work in (0.5, 5.0, 0.0, 0.0):
        pace.wait()
        begun.append(clock[0])
        clock[0] += work
    assert begun == [0.0, 2.0, 7.0, 9.0]


def test_prices_are_typed() -> None:
    assert Price.parse("http://h/v1#m=0.15/0.6") == ("http://h/v1#m", Price(0.15, 0.6))
    assert Price.parse("m=2") == ("m", Price(2.0, 2.0))
    with pytest.raises(SettingsError, match="give it as MODEL=READ/WRITTEN"):
        Price.parse("m=cheap")


def test_on_the_command_line(
    library: Library, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.cli.options.open_library", lambda settings: library)
    with serving(Script(reply=reply)) as server:
        words = ["run", "--questions", str(questions), "--llm", "extractive", "--llm", server.url, "--no-baselines"]
        done = CliRunner().invoke(app, [*words, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "# Models side by side" in done.stdout
    assert f"| {server.url} |" in done.stdout

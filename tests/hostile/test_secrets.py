"""A key that stands out, through everything that goes wrong: it is nowhere to be read afterwards."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from eval import evaluate
from rag.answering.assistant import Assistant
from rag.errors import LLMError, SettingsError
from rag.library import Library
from rag.models.providers import load_llm
from rag.settings import Settings
from tests.eval.conftest import QUESTIONS
from tests.llm_server import Script, serving
from ui import cards, render
from ui.chat import follow

KEY = "sk-canary-5d41402abc4b2a76"
PASSWORD = "hunter2-canary"
QUESTION = "Which theory inspired HippoRAG, the retrieval framework?"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ASKPAPERS_LLM_KEY", KEY)
    monkeypatch.setattr("rag.models.providers.RETRIES", 0)


def everything(value: Any) -> str:
    """All ways in which an object is usually written out."""
    dumped = value.model_dump() if hasattr(value, "model_dump") else ""
    told = value.to_dict() if hasattr(value, "to_dict") else ""
    return f"{value!r} {value} {vars(value)} {dumped} {told}"


@pytest.mark.parametrize(
    "script",
    [
        {"status": 401, "error": f"Incorrect API key provided: {KEY}"},
        {"status": 403, "error": KEY},
        {"status": 400, "error": f"bad header Authorization: Bearer {KEY}"},
        {"status": 500, "error": f"internal error for {KEY}"},
        {"cut": True},
        {"delay": 1.0},
    ],
    ids=lambda script: str(next(iter(script.values())))[:8],
)
def test_errors_tell_no_key(
    library: Library,
    script: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("rag.models.providers.TIMEOUT", 0.3)
    with serving(Script("HippoRAG is", **script)) as server:
        assistant = Assistant(library, server.url.replace("//", f"//ada:{PASSWORD}@"))
        shown = []
        try:
            shown.append(everything(assistant.ask(QUESTION)))
        except LLMError as error:
            shown.append(f"{error} {error!r}")
        *_, last = follow(assistant, QUESTION, [], None, threading.Event(), lambda _: None)
        shown.append(repr(last) + render.broken_off("failed", "", last.error))
        objects = f"{assistant!r} {vars(assistant)}"
    out, err = capfd.readouterr()
    for text in (*shown, objects, caplog.text, out, err):
        assert KEY not in text
    for text in (*shown, out, err):  # httpx's own log, which nobody sees unasked, names the whole address
        assert PASSWORD not in text


def test_the_key_is_sent_and_the_model_does_not_show_it(library: Library) -> None:
    with serving(Script("Yes", logprobs={"Yes": -0.1})) as server:
        llm = load_llm(server.url)
        assert llm is not None
        assert llm.complete("s", "u", "write") == "Yes"
        assert llm.probability_of_yes("s", "u", "judge") == 1.0
        openai = load_llm("openai:m")
        assert openai is not None
        assert openai.llm._get_credential_kwargs()["api_key"] == KEY
    assert KEY not in everything(llm) + everything(llm.llm)
    assert server.authorisations == [f"Bearer {KEY}"] * 2


def test_answers_traces_pages_and_reports_hold_no_key(library: Library, tmp_path: Path) -> None:
    reply = "HippoRAG is a retrieval framework inspired by hippocampal indexing theory. [1.2]"
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(QUESTIONS[2]) + "\n")
    with serving(Script(reply)) as server:
        assistant = Assistant(library, server.url)
        answer = assistant.ask(QUESTION)
        evaluate(assistant, questions, out=tmp_path / "report", progress=False)
    assert answer.claims
    written = [p.read_text(encoding="utf-8", errors="replace") for p in (tmp_path / "report").rglob("*") if p.is_file()]
    assert written
    for text in (*written, everything(answer), render.answer("t", answer), cards.of_answer("t", answer)):
        assert KEY not in text


def test_settings_and_their_errors_show_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load_llm(f"http://ada:{PASSWORD}@127.0.0.1:1/v1")
    assert PASSWORD not in str(caught.value)
    assert KEY not in repr(Settings.load())
    monkeypatch.setenv("ASKPAPERS_LLM_KEY", f"{KEY}\n")  # what a file read without care gives: no header can hold it
    model = load_llm("http://127.0.0.1:1/v1#m")
    assert model is not None
    with pytest.raises(LLMError) as failed:
        model.complete("s", "u", "write")
    assert KEY not in str(failed.value)

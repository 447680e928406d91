"""A judge that counts words, and questions over the four papers of the shared library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.answering.judges import Support
from rag.errors import LLMError

STREAMING = "Efficient Streaming Language Models with Attention Sinks"
DUO = "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming Heads"
HIPPO = "HippoRAG: Neurobiologically Inspired Long-Term Memory"
ADS = "Long-Term Ad Memorability"

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "type": "factoid",
        "question": "Which speedup does StreamingLLM give over the sliding window baseline?",
        "gold_titles": [STREAMING],
        "key_facts": ["22.2x||22.2 times"],
        "answerable": True,
    },
    {
        "id": "q2",
        "type": "factoid",
        "question": "How much faster is decoding with DuoAttention for Llama models?",
        "gold_titles": [DUO],
        "key_facts": ["2.18"],
        "answerable": True,
        "split": "test",
    },
    {
        "id": "q3",
        "type": "named",
        "question": "By how much does HippoRAG beat other methods on multi-hop questions?",
        "gold_titles": [HIPPO],
        "key_facts": ["20%"],
        "answerable": True,
    },
    {
        "id": "q4",
        "type": "unanswerable_far",
        "question": "Zebra pasture rainfall yesterday?",
        "answerable": False,
    },
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS), encoding="utf-8")
    return path


class FakeJudge:
    """Supported when every word of the sentence is in the evidence. It fails on `fails` and remembers `asked`."""

    def __init__(self, level: int = 0, name: str = "words", fails: Sequence[str] = ()) -> None:
        self.level, self.name, self.fails = level, name, fails
        self.asked: list[tuple[tuple[str, ...], str]] = []

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        self.asked.append((tuple(evidence), sentence))
        if sentence in self.fails:
            raise LLMError("cannot reach the judge")
        words = set(sentence.lower().rstrip(".").split())
        shares = [len(words & set(e.lower().rstrip(".").split())) / len(words) for e in evidence]
        every = set(" ".join(e.lower().rstrip(".") for e in evidence).split())
        share = len(words & every) / len(words)
        return Support(share, "supported" if share == 1 else "unsupported", shares.index(max(shares)), self.level)


@pytest.fixture(autouse=True)
def plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty plots: drawing takes most of a second a report. test_page draws them."""
    monkeypatch.setattr("eval.plots._svg", lambda *rest, **named: "")


@pytest.fixture(autouse=True)
def no_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked in other words unless a test wants it."""
    monkeypatch.setattr("eval.forms.QUOTING", 0)
    monkeypatch.setattr("eval.forms.MODEL", 0)


@pytest.fixture
def judge() -> FakeJudge:
    return FakeJudge()


@pytest.fixture
def make_judge() -> type[FakeJudge]:
    return FakeJudge

"""A model that says what a test has scripted, and answers made by hand."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback

from rag.types import Answer, Citation, Claim, Paper, Sentence


class Scripted(CustomLLM):
    """Replies `reply(sentences)` piece by piece, `sentences` being (id, text) of what it was sent.

    It waits for `go` before each piece, so that a test can look at an answer half made.
    """

    reply: Callable[[list[tuple[str, str]]], list[str]]
    go: Any = None

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8192, num_output=256, model_name="scripted", is_chat_model=False)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text="".join(self.pieces(prompt)))

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Iterator[CompletionResponse]:
        said = ""
        for piece in self.pieces(prompt):
            if self.go is not None:
                assert self.go.acquire(timeout=20)
            said += piece
            yield CompletionResponse(text=said, delta=piece)

    def pieces(self, prompt: str) -> list[str]:
        return self.reply(re.findall(r"^\[(\d+\.\d+)\] (.*)$", prompt, re.MULTILINE))


def echo(sentences: list[tuple[str, str]]) -> list[str]:
    """Repeats the first two sentences with their ids: they support themselves."""
    return [f"{text} [{made}] " for made, text in sentences[:2]]


@pytest.fixture
def model() -> Scripted:
    return Scripted(reply=echo)


@pytest.fixture
def gated() -> Scripted:
    return Scripted(reply=echo, go=threading.Semaphore(0))


ABSTRACT = "We introduce StreamingLLM. It keeps attention sinks at cost $O(n)$. It gives up to 22.2x speedup."


@pytest.fixture
def paper() -> Paper:
    return Paper("2309.17453", "Attention Sinks", ABSTRACT, ("Xiao", "Han"), 2023, "https://arxiv.org/abs/2309.17453")


@pytest.fixture
def answer(paper: Paper) -> Answer:
    """Two supported claims that cite one paper."""
    first = Sentence(1, 27, 67, ABSTRACT[27:67])
    second = Sentence(2, 68, 97, ABSTRACT[68:97])
    return Answer(
        question="How fast is it?",
        outcome="answered",
        claims=(
            Claim("It keeps sinks.", (1,), 0.9, 0, "supported", evidence=("1.2",)),
            Claim("It is 22.2x faster.", (1,), 0.8, 0, "supported", evidence=("1.3",)),
        ),
        citations=(Citation(1, paper, (first, second)),),
        standalone="How fast is StreamingLLM?",
        model="scripted",
        timings={"total": 1.25},
    )

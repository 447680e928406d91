"""A model that says what a test has scripted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback


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
        sent = prompt.rsplit("<sentences>", 1)[-1]  # before it come examples
        return self.reply(re.findall(r"^\[(\d+\.\d+)\] (.*)$", sent, re.MULTILINE))


def echo(sentences: list[tuple[str, str]]) -> list[str]:
    """Repeats the first three sentences with their ids: they support themselves."""
    return [f"{text} [{made}] " for made, text in sentences[:3]]

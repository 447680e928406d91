"""A language model as askpapers uses it: any llama-index LLM, what was found out about it, what it was asked."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.clean import without_unseen
from rag.errors import LLMError
from rag.models.examination import JUDGE, passes
from rag.models.llm_errors import explain
from rag.models.metering import Meter, Purpose
from rag.models.thinking import without_thoughts

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

EXTRACTIVE = "extractive"  # the name of answering without a model
MAX_TOKENS = 400  # of a reply: a handful of sentences
MAX_SAID = 8_000  # characters of a reply that are read: a server that sends more ignores MAX_TOKENS
PING_TIMEOUT = 20.0  # seconds
# What a server may refuse to be sent, told by its name in the error; it is then left out and asked again.
_REFUSABLE = ("stream_options", "top_logprobs", "logprobs", "max_tokens", "temperature", "system", "stream")


@dataclass
class _Knowledge:
    """What was found out about a model, once for all its metered copies."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    found_out: dict[str, Any] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    thinks: bool = False
    thinks_first: bool = False  # and its template opens the thought, so that the text begins inside it


class ChatModel:
    """Asks one model, and notes each call in a meter. Safe to share between threads."""

    def __init__(self, llm: LLM, ask_window: Callable[[], int] | None = None) -> None:
        """`llm` is any llama-index LLM. `ask_window` finds out its context window, its own metadata if not given."""
        from llama_index.llms.openai import OpenAI

        from rag.models.openai_compatible import Compatible

        self.llm = llm
        self.name = str(llm.metadata.model_name)
        self._ask_window = ask_window or (lambda: int(llm.metadata.context_window))
        self.address = str(getattr(llm, "api_base", None) or getattr(llm, "base_url", None) or "")
        self._compatible = llm if isinstance(llm, Compatible) else None
        # Only OpenAI-compatible servers tell the log-probabilities of a token; one token is all that is wanted then.
        self._tells_tokens = isinstance(llm, OpenAI)
        self._brief = llm.model_copy(update={"max_tokens": 1}) if self._tells_tokens and not self._compatible else llm
        self._knowledge = _Knowledge()
        self._meter = Meter()

    @property
    def thinks(self) -> bool:
        """Whether it was seen to think before it answers."""
        return self._knowledge.thinks

    def once(self, name: str, find_out: Callable[[], Any]) -> Any:
        """What `find_out` gives, asked once for all metered copies of the model. Raises what it raises."""
        knowledge = self._knowledge
        with knowledge.lock:
            if name not in knowledge.found_out:
                knowledge.found_out[name] = find_out()
        return knowledge.found_out[name]

    @property
    def context_window(self) -> int:
        """Tokens that a prompt and its reply may have together; asked of the server once."""
        window: int = self.once("window", self._ask_window)
        return window

    def metered(self, meter: Meter) -> ChatModel:
        """The same model, whose calls are noted in that meter; what is found out about it is shared."""
        other = copy(self)
        other._meter = meter
        return other

    @property
    def fit_to_judge(self) -> bool | None:
        """Whether it passes a short examination, None if it tells no probabilities; examined once. Raises LLMError."""
        fit: bool | None = self.once(
            "judge", lambda: passes(lambda asked: self.probability_of_yes(JUDGE, asked, "examine"))
        )
        return fit

    def stream(
        self,
        system: str,
        user: str,
        purpose: Purpose = "write",
        max_tokens: int = MAX_TOKENS,
        on_thought: Callable[[str], None] = lambda thought: None,
    ) -> Generator[str, None, str]:
        """The reply piece by piece, thoughts left out; returns why it ended as the server tells it ("stop", "length").

        It ends after MAX_SAID characters, and holds no character that `rag.clean` takes out. Raises LLMError in one
        line that names the server and the setting.
        """
        reason, said = "", 0

        def thought_of(thought: str) -> None:
            self._knowledge.thinks = True
            on_thought(thought)

        raw = self._raw_stream(system, user, purpose, max_tokens, on_thought)

        def texts() -> Iterator[str]:
            nonlocal reason
            for text, ended in raw:
                reason = ended or reason
                yield text

        try:
            for text in without_thoughts(texts(), self._knowledge.thinks_first, thought_of, self._note_thoughts):
                text = without_unseen(text)[: MAX_SAID - said]
                yield text
                said += len(text)
                if said >= MAX_SAID:
                    break
        finally:
            raw.close()
        return reason

    def _note_thoughts(self) -> None:
        self._knowledge.thinks = self._knowledge.thinks_first = True

    def _raw_stream(
        self, system: str, user: str, purpose: Purpose, max_tokens: int, on_thought: Callable[[str], None]
    ) -> Generator[tuple[str, str], None, None]:
        """(text, why it ended or "") of each piece, as the server sends them."""
        if "stream" in self._knowledge.refused:
            yield self.complete(system, user, purpose, max_tokens), ""
            return
        begun = said = called = False
        with self._call(purpose) as noted:
            try:
                options = self._options(max_tokens, stream_options={"include_usage": True})
                for piece in self.llm.stream_chat(self._messages(system, user), **options):
                    begun = True
                    noted(piece.raw)
                    if thought := piece.additional_kwargs.get("thinking_delta"):
                        self._knowledge.thinks = True
                        on_thought(thought)
                    said = said or bool(piece.delta)
                    called = called or bool(piece.message.additional_kwargs.get("tool_calls"))
                    yield piece.delta or "", _ended(piece.raw)
                if called and not said:
                    raise LLMError(f"the model {self.name} replied with a tool call, not with text (ASKPAPERS_LLM)")
                return
            except Exception as error:
                if begun or not self._left_out(error):
                    raise
        yield from self._raw_stream(system, user, purpose, max_tokens, on_thought)

    def complete(self, system: str, user: str, purpose: Purpose, max_tokens: int = MAX_TOKENS) -> str:
        """The whole reply, thoughts left out. Raises LLMError."""
        with self._call(purpose) as noted:
            try:
                reply = self.llm.chat(self._messages(system, user), **self._options(max_tokens))
                noted(reply.raw)
            except Exception as error:
                if not self._left_out(error):
                    raise
                reply = None
        if reply is None:
            return self.complete(system, user, purpose, max_tokens)
        text = without_unseen(str(reply.message.content or ""))
        if "</think>" in text and "<think>" not in text:
            self._note_thoughts()
            text = text.rpartition("</think>")[2]
        return "".join(without_thoughts([text], False, lambda thought: None, lambda: None)).strip()[:MAX_SAID]

    def probability_of_yes(self, system: str, user: str, purpose: Purpose) -> float | None:
        """p(Yes) / (p(Yes) + p(No)) as the first token of the reply; None where the server does not tell them.

        Raises LLMError.
        """
        if not self._tells_tokens or "logprobs" in self._knowledge.refused:
            return None
        with self._call(purpose) as noted:
            try:
                options = self._options(1, logprobs=True, top_logprobs=20)
                reply = self._brief.chat(self._messages(system, user), **options)
                noted(reply.raw)
            except Exception as error:
                # Some servers refuse to be asked for them.
                if getattr(error, "status_code", None) not in (400, 422) or "context" in str(error).lower():
                    raise
                if not self._left_out(error):
                    self._knowledge.refused.add("logprobs")
                reply = None
        if reply is None:
            return self.probability_of_yes(system, user, purpose)
        given = getattr(reply.raw.choices[0], "logprobs", None)
        tokens = given.content[0].top_logprobs if given and given.content else []
        yes, no = (sum(math.exp(t.logprob) for t in tokens if t.token.strip().lower() == w) for w in ("yes", "no"))
        return yes / (yes + no) if yes + no > 0 else None

    def ping(self) -> None:
        """Asks a server for one token. Raises LLMError when it does not give it. A model in this process is there."""
        if self._tells_tokens:
            short = self.llm.model_copy(update={"max_tokens": 1, "max_retries": 0, "timeout": PING_TIMEOUT})
            try:
                short.chat(self._messages("", "Hi"))
            except Exception as error:
                raise self._error(error, PING_TIMEOUT) from error

    @contextmanager
    def _call(self, purpose: Purpose) -> Iterator[Callable[[Any], None]]:
        """Times a call and notes its tokens, told by the raw reply; what goes wrong becomes an LLMError."""
        started, told = time.perf_counter(), None

        def noted(raw: Any) -> None:
            nonlocal told
            told = (raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)) or told

        try:
            yield noted
        except LLMError:
            raise
        except Exception as error:
            raise self._error(error, float(getattr(self.llm, "timeout", 0) or 0)) from error
        finally:
            self._meter.add(purpose, self.name, self.address, told, time.perf_counter() - started)

    def _error(self, error: Exception, seconds: float) -> LLMError:
        secret = self._compatible.secret if self._compatible else ""
        return LLMError(explain(self.address or self.name, self.name, error, seconds, secret))

    def _left_out(self, error: Exception) -> bool:
        """Whether the server refused a part of the request that can be left out; it is from now on."""
        if self._compatible is None or getattr(error, "status_code", None) not in (400, 422):
            return False
        said = str(error).lower()
        if "context" in said:  # the prompt is too long: the same again would be, too
            return False
        refused = self._knowledge.refused
        name = next((n for n in _REFUSABLE if n in said and n not in refused), "")
        if not name or ("logprobs" in name):
            return False
        refused.add(name)
        self._compatible.refuse(name)
        return True

    def _options(self, max_tokens: int, **more: Any) -> dict[str, Any]:
        """What is sent beside the messages: nothing to a model of another kind, whose own settings hold."""
        if self._compatible:
            return {"max_tokens": max_tokens, **more}
        return more if self._tells_tokens else {}

    def _messages(self, system: str, user: str) -> list[ChatMessage]:
        from llama_index.core.base.llms.types import ChatMessage, MessageRole

        if "system" in self._knowledge.refused:
            return [ChatMessage(role=MessageRole.USER, content=f"{system}\n\n{user}")]
        return [
            ChatMessage(role=MessageRole.SYSTEM, content=system),
            ChatMessage(role=MessageRole.USER, content=user),
        ]


def name_of(model: ChatModel | None) -> str:
    """The model's name as answers show it."""
    return EXTRACTIVE if model is None else model.name


def _ended(raw: Any) -> str:
    """Why the server says that the reply ended, "" while it goes on."""
    if isinstance(raw, dict) and "done_reason" in raw:  # Ollama's own API
        return str(raw["done_reason"] or "")
    choices = (raw.get("choices") if isinstance(raw, dict) else getattr(raw, "choices", None)) or []
    return str(getattr(choices[0], "finish_reason", None) or "") if choices else ""

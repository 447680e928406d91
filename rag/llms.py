"""The language model: one setting, or any llama-index LLM object."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from rag.errors import LLMError, SettingsError

EXTRACTIVE = "extractive"
_TIMEOUT = 120.0  # seconds without an answer
_CONTEXT = 8192  # tokens assumed of a server that does not say


def load_llm(spec: Any) -> Any:
    """A llama-index LLM for a setting, None for `extractive`; an LLM object is passed through.

    Raises SettingsError for a setting that cannot be used.
    """
    if not isinstance(spec, str):
        return spec
    if spec == EXTRACTIVE:
        return None
    if spec.startswith(("http://", "https://")):
        base, _, model = spec.partition("#")
        if not model:
            raise SettingsError(f"ASKPAPERS_LLM={spec}: add the model's name after a '#': {spec}#MODEL")
        from llama_index.llms.openai_like import OpenAILike

        return OpenAILike(
            model=model,
            api_base=base,
            api_key=os.environ.get("OPENAI_API_KEY") or "none",
            is_chat_model=True,
            context_window=_CONTEXT,
            max_retries=2,
            timeout=_TIMEOUT,
            temperature=0.0,
        )
    raise SettingsError(f"ASKPAPERS_LLM={spec!r} is not one of: extractive, http://host:port/v1#model")


def name_of(llm: Any) -> str:
    """The model's name as answers show it."""
    return EXTRACTIVE if llm is None else str(llm.metadata.model_name)


def stream_text(llm: Any, system: str, user: str) -> Iterator[str]:
    """The model's reply, piece by piece. Raises LLMError in one line that names the server and the setting."""
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    messages = [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=user)]
    try:
        for piece in llm.stream_chat(messages):
            yield piece.delta or ""
    except Exception as error:
        raise LLMError(explain(llm, error)) from error


def explain(llm: Any, error: Exception) -> str:
    """One line on what went wrong with a model's server, and the setting that mends it; never a key."""
    where = getattr(llm, "api_base", None) or name_of(llm)
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return f"{where} refused the key (HTTP {status}): set OPENAI_API_KEY"
    if status == 404:
        return f"{where} has no model {name_of(llm)!r} (HTTP 404): set ASKPAPERS_LLM to one it has"
    if status == 429:
        return f"{where} is over its rate limit (HTTP 429): try again later"
    if status:
        return f"{where} failed (HTTP {status}): look at the server, or set ASKPAPERS_LLM to another"
    if "Timeout" in type(error).__name__:
        return f"{where} did not answer within {_TIMEOUT:.0f} seconds (ASKPAPERS_LLM)"
    if "Connection" in type(error).__name__ or "Connect" in type(error).__name__:
        return f"cannot reach {where}: start the server, or set ASKPAPERS_LLM"
    first_line = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return f"the model {name_of(llm)} failed: {first_line} (ASKPAPERS_LLM)"

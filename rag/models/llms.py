"""The language model: one setting, or any llama-index LLM object."""

from __future__ import annotations

import importlib.util
import math
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rag.clean import clean, without_unseen
from rag.errors import LLMError, SettingsError

EXTRACTIVE = "extractive"
_KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
FORMS = "extractive, openai:MODEL, anthropic:MODEL, ollama:MODEL, http://host:port/v1#MODEL, gguf:PATH, hf:NAME"
TIMEOUT = 120.0  # seconds without an answer
RETRIES = 2  # of a request that the server was too busy for; Retry-After is honoured
CONTEXT = 4096  # tokens assumed of a server that does not say; prompts stay well below
MAX_TOKENS = 400  # of a reply: a handful of sentences
MAX_SAID = 8_000  # characters of a reply that are read: a server that sends more ignores MAX_TOKENS


def load_llm(spec: Any) -> Any:
    """A llama-index LLM for a setting, None for `extractive`; an LLM object is passed through.

    Raises SettingsError, in one line that says what is missing and how to mend it.
    """
    if not isinstance(spec, str):
        return spec
    kind, _, rest = spec.partition(":")
    if spec == EXTRACTIVE:
        return None
    if kind in ("http", "https"):
        base, _, model = spec.partition("#")
        if not model:
            shown = _without_login(spec)
            raise SettingsError(f"ASKPAPERS_LLM={shown}: add the model's name after a '#': {shown}#MODEL")
        return _compatible(model, base, os.environ.get("OPENAI_API_KEY", ""))
    if kind not in _LOADERS or not rest:
        raise SettingsError(f"ASKPAPERS_LLM={spec!r} is not one of: {FORMS}")
    return _LOADERS[kind](rest)


def _openai(model: str) -> Any:
    base = os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE") or "https://api.openai.com/v1"
    return _compatible(model, base, _key("OPENAI_API_KEY", f"openai:{model}"))


def _anthropic(model: str) -> Any:
    # Anthropic's OpenAI-compatible endpoint: llama-index's own integration cannot be installed beside its core.
    base = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com").rstrip("/") + "/v1"
    return _compatible(model, base, _key("ANTHROPIC_API_KEY", f"anthropic:{model}"))


def ollama_base() -> str:
    """Ollama's address from OLLAMA_HOST, which may lack the scheme."""
    host = os.environ.get("OLLAMA_HOST") or "127.0.0.1:11434"
    return (host if "://" in host else f"http://{host}").rstrip("/") + "/v1"


def _ollama(model: str) -> Any:
    return _compatible(model, ollama_base(), "")


def _gguf(path: str) -> Any:
    file = Path(path).expanduser()
    if not file.is_file():
        raise SettingsError(f"ASKPAPERS_LLM=gguf:{path}: no such file")
    with file.open("rb") as start:
        if start.read(4) != b"GGUF":
            raise SettingsError(f"ASKPAPERS_LLM=gguf:{path}: not a GGUF model")
    if importlib.util.find_spec("xllamacpp") is None:
        raise SettingsError("ASKPAPERS_LLM=gguf:... needs llama.cpp: pip install 'askpapers[gguf]'")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel = 2 * CONTEXT, 2  # the context is shared between the two
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.verbosity = 0
    server = xllamacpp.Server(params)
    llm = _compatible(file.stem, f"{server.listening_address}/v1", "")
    object.__setattr__(llm, "_server", server)  # lives as long as the model
    return llm


def _hf(name: str) -> Any:
    if importlib.util.find_spec("llama_index.llms.huggingface") is None:
        raise SettingsError("ASKPAPERS_LLM=hf:... needs transformers for llama-index: pip install 'askpapers[hf]'")
    from llama_index.llms.huggingface import HuggingFaceLLM

    try:
        return HuggingFaceLLM(
            model_name=name,
            tokenizer_name=name,
            context_window=CONTEXT,
            max_new_tokens=MAX_TOKENS,
            is_chat_model=True,
            generate_kwargs={"do_sample": False},
        )
    except Exception as error:
        raise SettingsError(f"ASKPAPERS_LLM=hf:{name} cannot be loaded: {_first_line(error)}") from None


_LOADERS = {"openai": _openai, "anthropic": _anthropic, "ollama": _ollama, "gguf": _gguf, "hf": _hf}


def _key(variable: str, spec: str) -> str:
    key = os.environ.get(variable, "")
    if not key:
        raise SettingsError(f"ASKPAPERS_LLM={spec} needs a key: export {variable}=...")
    return key


def _compatible(model: str, base: str, key: str) -> Any:
    from rag.models.openai_compatible import Compatible

    return Compatible(
        model=model,
        api_base=base,
        api_key=key or "none",
        is_chat_model=True,
        context_window=CONTEXT,
        max_tokens=MAX_TOKENS,
        max_retries=RETRIES,
        timeout=TIMEOUT,
        temperature=0.0,
    )


def name_of(llm: Any) -> str:
    """The model's name as answers show it."""
    return EXTRACTIVE if llm is None else str(llm.metadata.model_name)


def stream_text(llm: Any, system: str, user: str, usage: dict[str, int] | None = None) -> Generator[str, None, None]:
    """The model's reply, piece by piece; tokens are counted into `usage` where the server tells them.

    It ends after MAX_SAID characters, and holds no character that `rag.clean` takes out.

    Raises LLMError in one line that names the server and the setting.
    """
    options = {"stream_options": {"include_usage": True}} if _is_compatible(llm) else {}
    try:
        said = 0
        for piece in llm.stream_chat(_messages(system, user), **options):
            _count(piece.raw, usage)
            text = without_unseen(piece.delta or "")[:MAX_SAID]
            yield text
            said += len(text) or 1
            if said >= MAX_SAID:
                return
    except Exception as error:
        raise LLMError(explain(llm, error)) from error


def complete(llm: Any, system: str, user: str, usage: dict[str, int] | None = None) -> str:
    """The model's whole reply. Raises LLMError."""
    try:
        reply = llm.chat(_messages(system, user))
    except Exception as error:
        raise LLMError(explain(llm, error)) from error
    _count(reply.raw, usage)
    return without_unseen(str(reply.message.content or ""))[:MAX_SAID]


def probability_of_yes(llm: Any, system: str, user: str, usage: dict[str, int] | None = None) -> float | None:
    """p(Yes) / (p(Yes) + p(No)) as the first token of the reply; None where the server does not tell them.

    Raises LLMError.
    """
    if not _is_compatible(llm):
        return None
    short = llm.model_copy(update={"max_tokens": 1})  # its own setting wins over one in the call
    try:
        reply = short.chat(_messages(system, user), logprobs=True, top_logprobs=20)
    except Exception as error:
        if getattr(error, "status_code", None) in (400, 422):  # some servers refuse to be asked for them
            return None
        raise LLMError(explain(llm, error)) from error
    _count(reply.raw, usage)
    given = getattr(reply.raw.choices[0], "logprobs", None)
    found = given.content[0].top_logprobs if given and given.content else []
    yes, no = (sum(math.exp(t.logprob) for t in found if t.token.strip().lower() == word) for word in ("yes", "no"))
    return yes / (yes + no) if yes + no > 0 else None


def reach(llm: Any) -> None:
    """Asks a server for one token. Raises LLMError when it does not give it. A model inside this process is there."""
    if _is_compatible(llm):
        try:
            llm.model_copy(update={"max_tokens": 1, "max_retries": 0, "timeout": 20.0}).chat(_messages("", "Hi"))
        except Exception as error:
            raise LLMError(explain(llm, error)) from error


def _is_compatible(llm: Any) -> bool:
    return "OpenAILike" in (kind.__name__ for kind in type(llm).__mro__)


def _messages(system: str, user: str) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=user)]


def _count(raw: Any, usage: dict[str, int] | None) -> None:
    """Adds the tokens of one reply, as OpenAI-compatible servers tell them."""
    told = raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)
    if usage is not None and told is not None:
        for name in ("prompt_tokens", "completion_tokens"):
            usage[name] = usage.get(name, 0) + int(getattr(told, name, 0) or 0)


def explain(llm: Any, error: Exception) -> str:
    """One line on what went wrong with a model's server, and the setting that mends it; never a key."""
    where = _without_login(getattr(llm, "api_base", None) or name_of(llm))
    status = getattr(error, "status_code", None)
    kind = type(error).__name__
    if status in (401, 403):
        return f"{where} refused the key (HTTP {status}): set OPENAI_API_KEY (anthropic: ANTHROPIC_API_KEY)"
    if status == 404:
        return f"{where} has no model {name_of(llm)!r} (HTTP 404): set ASKPAPERS_LLM to one it has"
    if status == 429:
        return f"{where} is over its rate limit (HTTP 429): try again later"
    if status == 400 and "context" in str(error).lower():
        return f"{where}: the sources do not fit the model's context: lower ASKPAPERS_SOURCES"
    if status:
        return f"{where} failed (HTTP {status}): look at the server, or set ASKPAPERS_LLM to another"
    if "Timeout" in kind:
        return f"{where} did not answer within {TIMEOUT:.0f} seconds: look at the server, or set ASKPAPERS_LLM"
    if "Connect" in kind or "Protocol" in kind:
        return f"cannot reach {where}, or it hung up: start the server, or set ASKPAPERS_LLM"
    return f"the model {name_of(llm)} failed: {_first_line(error)} (ASKPAPERS_LLM)"


def _first_line(error: Exception) -> str:
    """What the error says, without the keys that libraries and servers repeat in it."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    for variable in _KEYS:
        if key := os.environ.get(variable):
            said = said.replace(key, "***")
    return clean(said)[:200]


def _without_login(address: str) -> str:
    """An address without the user and password that it may carry."""
    return re.sub(r"//[^/@]*@", "//***@", address)


def usable() -> list[tuple[str, str]]:
    """Each form of the setting, and whether it can be used now or what it lacks."""
    rows = [(EXTRACTIVE, "usable")]
    for kind, variable in zip(("openai", "anthropic"), _KEYS, strict=True):
        rows.append((f"{kind}:MODEL", "usable" if os.environ.get(variable) else f"export {variable}=..."))
    rows.append(("ollama:MODEL", _ollama_state()))
    rows.append(("http://host:port/v1#MODEL", "usable with any OpenAI-compatible server"))
    for form, package, extra in (("gguf:PATH", "xllamacpp", "gguf"), ("hf:NAME", "llama_index.llms.huggingface", "hf")):
        try:
            there = importlib.util.find_spec(package) is not None
        except ModuleNotFoundError:
            there = False
        rows.append((form, "usable" if there else f"pip install 'askpapers[{extra}]'"))
    return rows


def _ollama_state() -> str:
    import json
    from urllib.request import urlopen

    try:
        with urlopen(ollama_base().removesuffix("/v1") + "/api/tags", timeout=1) as reply:
            models = [m["name"] for m in json.load(reply)["models"]]
        return f"usable: {', '.join(models)}" if models else "no model yet: ollama pull MODEL"
    except (OSError, ValueError, KeyError):
        return "not running: ollama serve"

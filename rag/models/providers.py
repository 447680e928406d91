"""Language models by a setting: which forms there are, what each needs, and which can be used now."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import SettingsError
from rag.models.context import DEFAULT, ollama_window, window_of
from rag.models.llm_errors import first_line, without_login
from rag.models.llms import EXTRACTIVE, MAX_TOKENS, ChatModel

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

FORMS = "extractive, openai:MODEL, anthropic:MODEL, ollama:MODEL, http://host:port/v1#MODEL, gguf:PATH, hf:NAME"
TIMEOUT = 120.0  # seconds without an answer
RETRIES = 2  # of a request that the server was too busy for; Retry-After is honoured
OLLAMA_CONTEXT = 16_384  # tokens asked of Ollama at most, unless set: it takes memory for all of them
_HOSTED = 128_000  # tokens that the models of OpenAI and Anthropic take at least, which tell none
_OPENAI = "https://api.openai.com/v1"


def load_llm(llm: str | LLM | ChatModel, key: str = "", context: int = 0) -> ChatModel | None:
    """The model for a setting, None for `extractive`; a llama-index LLM is wrapped, a ChatModel passed through.

    `key` is for an `http(s)://` server, ASKPAPERS_LLM_KEY if not given. `context` is the model's context window in
    tokens, 0 to find out. Raises SettingsError, in one line that says
    what is missing and how to mend it.
    """
    if isinstance(llm, ChatModel):
        return llm
    if not isinstance(llm, str):
        return ChatModel(llm, (lambda: context) if context else None)
    kind, _, rest = llm.partition(":")
    if llm == EXTRACTIVE:
        return None
    if kind in ("http", "https"):
        return _server(llm, key, context)
    if kind not in _LOADERS or not rest:
        raise SettingsError(f"ASKPAPERS_LLM={llm!r} is not one of: {FORMS}")
    return _LOADERS[kind](rest, context)


def _server(spec: str, key: str, context: int) -> ChatModel:
    """Any OpenAI-compatible server. The OpenAI key is for OpenAI's own, and for the one of OPENAI_BASE_URL, only."""
    base, _, model = spec.partition("#")
    if not model:
        shown = without_login(spec)
        raise SettingsError(f"ASKPAPERS_LLM={shown}: add the model's name after a '#': {shown}#MODEL")
    key = key or os.environ.get("ASKPAPERS_LLM_KEY", "")
    if not key and _origin(base) in (_origin(_OPENAI), _origin(_openai_base())):
        key = os.environ.get("OPENAI_API_KEY", "")
    return _compatible(model, base, key, context)


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port


def _openai_base() -> str:
    return os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE") or _OPENAI


def _openai(model: str, context: int) -> ChatModel:
    key = _key("OPENAI_API_KEY", f"openai:{model}")
    return _compatible(model, _openai_base(), key, context, _HOSTED)


def _anthropic(model: str, context: int) -> ChatModel:
    # Anthropic's OpenAI-compatible endpoint: llama-index's own integration cannot be installed beside its core.
    base = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com").rstrip("/") + "/v1"
    return _compatible(model, base, _key("ANTHROPIC_API_KEY", f"anthropic:{model}"), context, _HOSTED)


def ollama_base() -> str:
    """Ollama's address from OLLAMA_HOST, which may lack the scheme."""
    host = os.environ.get("OLLAMA_HOST") or "127.0.0.1:11434"
    return (host if "://" in host else f"http://{host}").rstrip("/")


def _ollama(model: str, context: int) -> ChatModel:
    """Ollama by its own API: its OpenAI-compatible one cuts long prompts without a word."""
    from llama_index.llms.ollama import Ollama

    base = ollama_base()
    size = context or min(ollama_window(base, model) or DEFAULT, OLLAMA_CONTEXT)
    llm = Ollama(model=model, base_url=base, temperature=0.0, context_window=size, request_timeout=TIMEOUT)
    return ChatModel(llm)


def _gguf(path: str, context: int) -> ChatModel:
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
    size = context or DEFAULT
    params.n_ctx, params.n_parallel = 2 * size, 2  # the context is shared between the two
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.verbosity = 0
    server = xllamacpp.Server(params)
    model = _compatible(file.stem, f"{server.listening_address}/v1", "", size)
    object.__setattr__(model.llm, "_server", server)  # lives as long as the model
    return model


def _hf(name: str, context: int) -> ChatModel:
    if importlib.util.find_spec("llama_index.llms.huggingface") is None:
        raise SettingsError("ASKPAPERS_LLM=hf:... needs transformers for llama-index: pip install 'askpapers[hf]'")
    from llama_index.llms.huggingface import HuggingFaceLLM

    try:
        llm = HuggingFaceLLM(
            model_name=name,
            tokenizer_name=name,
            context_window=context or DEFAULT,
            max_new_tokens=MAX_TOKENS,
            is_chat_model=True,
            generate_kwargs={"do_sample": False},
        )
    except Exception as error:
        raise SettingsError(f"ASKPAPERS_LLM=hf:{name} cannot be loaded: {first_line(error)}") from None
    return ChatModel(llm)


_LOADERS: dict[str, Callable[[str, int], ChatModel]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "ollama": _ollama,
    "gguf": _gguf,
    "hf": _hf,
}


def _key(variable: str, spec: str) -> str:
    key = os.environ.get(variable, "")
    if not key:
        raise SettingsError(f"ASKPAPERS_LLM={spec} needs a key: export {variable}=...")
    return key


def _compatible(model: str, base: str, key: str, context: int, otherwise: int = DEFAULT) -> ChatModel:
    from rag.models.openai_compatible import Compatible

    llm = Compatible(
        model=model,
        api_base=base,
        api_key=key or "none",
        is_chat_model=True,
        context_window=context or otherwise,
        max_tokens=MAX_TOKENS,
        max_retries=RETRIES,
        timeout=TIMEOUT,
        temperature=0.0,
    )
    return ChatModel(llm, lambda: context or window_of(base, model, key) or otherwise)


def usable() -> list[tuple[str, str]]:
    """Each form of the setting, and whether it can be used now or what it lacks."""
    rows = [(EXTRACTIVE, "usable")]
    for kind, variable in (("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")):
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
        with urlopen(ollama_base() + "/api/tags", timeout=1) as reply:
            models = [m["name"] for m in json.load(reply)["models"]]
        return f"usable: {', '.join(models)}" if models else "no model yet: ollama pull MODEL"
    except (OSError, ValueError, KeyError):
        return "not running: ollama serve"

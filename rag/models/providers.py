"""Language models by a setting: which forms there are, what each needs, and which can be used now."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import SettingsError
from rag.models.llm_errors import first_line, without_login
from rag.models.llms import EXTRACTIVE, MAX_TOKENS, ChatModel

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

FORMS = "extractive, openai:MODEL, anthropic:MODEL, ollama:MODEL, http://host:port/v1#MODEL, gguf:PATH, hf:NAME"
TIMEOUT = 120.0  # seconds without an answer
RETRIES = 2  # of a request that the server was too busy for; Retry-After is honoured
CONTEXT = 4096  # tokens assumed of a server that does not say; prompts stay well below
_OPENAI = "https://api.openai.com/v1"


def load_llm(llm: str | LLM | ChatModel, key: str = "") -> ChatModel | None:
    """The model for a setting, None for `extractive`; a llama-index LLM is wrapped, a ChatModel passed through.

    `key` is for an `http(s)://` server, ASKPAPERS_LLM_KEY if not given. Raises SettingsError, in one line that says
    what is missing and how to mend it.
    """
    if isinstance(llm, ChatModel):
        return llm
    if not isinstance(llm, str):
        return ChatModel(llm)
    kind, _, rest = llm.partition(":")
    if llm == EXTRACTIVE:
        return None
    if kind in ("http", "https"):
        return ChatModel(_server(llm, key))
    if kind not in _LOADERS or not rest:
        raise SettingsError(f"ASKPAPERS_LLM={llm!r} is not one of: {FORMS}")
    return ChatModel(_LOADERS[kind](rest))


def _server(spec: str, key: str) -> LLM:
    """Any OpenAI-compatible server. The OpenAI key is for OpenAI's own, and for the one of OPENAI_BASE_URL, only."""
    base, _, model = spec.partition("#")
    if not model:
        shown = without_login(spec)
        raise SettingsError(f"ASKPAPERS_LLM={shown}: add the model's name after a '#': {shown}#MODEL")
    key = key or os.environ.get("ASKPAPERS_LLM_KEY", "")
    if not key and _origin(base) in (_origin(_OPENAI), _origin(_openai_base())):
        key = os.environ.get("OPENAI_API_KEY", "")
    return _compatible(model, base, key)


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port


def _openai_base() -> str:
    return os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE") or _OPENAI


def _openai(model: str) -> LLM:
    return _compatible(model, _openai_base(), _key("OPENAI_API_KEY", f"openai:{model}"))


def _anthropic(model: str) -> LLM:
    # Anthropic's OpenAI-compatible endpoint: llama-index's own integration cannot be installed beside its core.
    base = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com").rstrip("/") + "/v1"
    return _compatible(model, base, _key("ANTHROPIC_API_KEY", f"anthropic:{model}"))


def ollama_base() -> str:
    """Ollama's address from OLLAMA_HOST, which may lack the scheme."""
    host = os.environ.get("OLLAMA_HOST") or "127.0.0.1:11434"
    return (host if "://" in host else f"http://{host}").rstrip("/") + "/v1"


def _ollama(model: str) -> LLM:
    return _compatible(model, ollama_base(), "")


def _gguf(path: str) -> LLM:
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


def _hf(name: str) -> LLM:
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
        raise SettingsError(f"ASKPAPERS_LLM=hf:{name} cannot be loaded: {first_line(error)}") from None


_LOADERS: dict[str, Callable[[str], LLM]] = {
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


def _compatible(model: str, base: str, key: str) -> LLM:
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
        with urlopen(ollama_base().removesuffix("/v1") + "/api/tags", timeout=1) as reply:
            models = [m["name"] for m in json.load(reply)["models"]]
        return f"usable: {', '.join(models)}" if models else "no model yet: ollama pull MODEL"
    except (OSError, ValueError, KeyError):
        return "not running: ollama serve"

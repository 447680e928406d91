"""Which language models this machine serves now: Ollama, llama.cpp and LM Studio, asked on loopback only."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, build_opener

from rag.models.providers import ollama_base

_SECONDS = 1.0  # to wait for a server that may not run
_MAX_BYTES = 1_000_000  # of a list of models
# What serves the OpenAI way, at its usual address.
_COMPATIBLE = {"llama.cpp": "http://127.0.0.1:8080/v1", "LM Studio": "http://127.0.0.1:1234/v1"}


@dataclass(frozen=True)
class Offer:
    """A model that can be used now: who serves it, its name, and its address ("ollama" or a URL)."""

    server: str
    model: str
    address: str

    @property
    def setting(self) -> str:
        """The value of ASKPAPERS_LLM that uses it."""
        return setting(self.address, self.model)


def setting(address: str, model: str) -> str:
    """ASKPAPERS_LLM for a model at an address: a URL, or one of ollama, openai, anthropic, gguf, hf."""
    address, model = address.strip(), model.strip()
    return f"{address}#{model}" if "://" in address else f"{address}:{model}"


def offers() -> list[Offer]:
    """The models of the servers that run on this machine, none where none runs. Takes at most some seconds."""
    asked: list[tuple[str, str, str, Callable[[Any], list[str]]]] = [
        ("Ollama", "ollama", f"{ollama_base()}/api/tags", lambda told: [m["name"] for m in told["models"]]),
        *(
            (name, address, f"{address}/models", lambda told: [m["id"] for m in told["data"]])
            for name, address in _COMPATIBLE.items()
        ),
    ]
    with ThreadPoolExecutor(len(asked)) as pool:
        told = pool.map(lambda row: _models(row[2], row[3]), asked)
        return [
            Offer(server, model, address)
            for (server, address, _, _), models in zip(asked, told, strict=True)
            for model in models
        ]


def _models(address: str, names: Callable[[Any], list[str]]) -> list[str]:
    # No proxy: what is asked is this machine.
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=_SECONDS) as reply:
            return [str(name) for name in names(json.loads(reply.read(_MAX_BYTES)))]
    except (OSError, ValueError, KeyError, TypeError):
        return []

"""How long a prompt a model's server takes: asked of the server, where it tells."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

DEFAULT = 8192  # tokens, where nobody tells
_TIMEOUT = 2.0  # seconds


def window_of(address: str, model: str, key: str = "") -> int | None:
    """The context window in tokens of a model behind an OpenAI-compatible address, None where the server says none.

    vLLM and LM Studio tell it in the list of models (`max_model_len`, `max_context_length`), llama.cpp at `/props`
    (`n_ctx`, that of one slot), OpenRouter as `context_length`.
    """
    base = address.rstrip("/")
    listed = _get(f"{base}/models", key)
    rows = listed.get("data", []) if isinstance(listed, dict) else []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("id") == model:
            for name in ("max_model_len", "context_length", "max_context_length"):
                if size := _size(row.get(name)):
                    return size
    props = _get(base.removesuffix("/v1") + "/props", key)
    settings = props.get("default_generation_settings", {}) if isinstance(props, dict) else {}
    return _size(settings.get("n_ctx")) if isinstance(settings, dict) else None


def ollama_window(base: str, model: str) -> int | None:
    """The longest context that a model of an Ollama server was trained for, in tokens, None where it is not told."""
    told = _get(f"{base}/api/show", "", {"model": model})
    info = told.get("model_info", {}) if isinstance(told, dict) else {}
    sizes = [_size(v) for k, v in info.items() if k.endswith(".context_length")] if isinstance(info, dict) else []
    return next(filter(None, sizes), None)


def _get(url: str, key: str, body: dict[str, str] | None = None) -> Any:
    """What the server answers as JSON, None where it does not."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    try:
        data = json.dumps(body).encode() if body else None
        with urlopen(Request(url, data, headers), timeout=_TIMEOUT) as reply:
            return json.load(reply)
    except HTTPError as error:
        error.close()  # which is a reply, too, and holds its connection
    except (OSError, ValueError):
        pass
    return None


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None

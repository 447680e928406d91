"""What went wrong with a model's server, in one line that names the server and the setting; never a key."""

from __future__ import annotations

import os
import re

from rag.clean import clean

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ASKPAPERS_LLM_KEY")


def explain(where: str, model: str, error: Exception, seconds: float, secret: str = "") -> str:
    """One line on an error of a model.

    `where` is its server's address or its name, `seconds` its time-out, `secret` a key that must not be repeated.
    """
    where = without_login(where)
    status = getattr(error, "status_code", None)
    timed_out, cut_off = _connection_faults()
    if status in (401, 403):
        keys = "OPENAI_API_KEY, ANTHROPIC_API_KEY or, for another server, ASKPAPERS_LLM_KEY"
        return f"{where} refused the key (HTTP {status}): set {keys}"
    if status == 404:
        return f"{where} has no model {model!r} (HTTP 404): set ASKPAPERS_LLM to one it has"
    if status == 429:
        return f"{where} is over its rate limit (HTTP 429): try again later"
    if status == 400 and "context" in str(error).lower():
        return f"{where}: the prompt does not fit the model's context window: take a model with a larger one"
    if status:
        return f"{where} failed (HTTP {status}): look at the server, or set ASKPAPERS_LLM to another"
    if isinstance(error, timed_out):
        return f"{where} did not answer within {seconds:.0f} seconds: look at the server, or set ASKPAPERS_LLM"
    if isinstance(error, cut_off):
        return f"cannot reach {where}, or it hung up: start the server, or set ASKPAPERS_LLM"
    return f"the model {model} failed: {first_line(error, secret)} (ASKPAPERS_LLM)"


def _connection_faults() -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """What time-outs are raised as, and broken or refused connections; imported only once something went wrong."""
    import httpx
    import openai

    return (TimeoutError, httpx.TimeoutException, openai.APITimeoutError), (
        ConnectionError,
        httpx.TransportError,
        openai.APIConnectionError,
    )


def first_line(error: Exception, secret: str = "") -> str:
    """What the error says, without the keys that libraries and servers repeat in it."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    for key in filter(None, [secret, *map(os.environ.get, KEYS)]):
        said = said.replace(key, "***")
    return clean(said)[:200]


def without_login(address: str) -> str:
    """An address without the user and password that it may carry."""
    return re.sub(r"//[^/@]*@", "//***@", address)

"""What an answer cost, by the public price lists that come with genai-prices; nothing is looked up on the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def dollars(llm: Any, usage: Mapping[str, int]) -> float | None:
    """US dollars for the tokens used; None where no price is known, as for a server of one's own."""
    base = getattr(llm, "api_base", None)
    if not base or not usage.get("prompt_tokens"):
        return None
    from genai_prices import Usage, calc_price

    used = Usage(input_tokens=usage["prompt_tokens"], output_tokens=usage.get("completion_tokens", 0))
    try:
        return float(calc_price(used, llm.metadata.model_name, provider_api_url=base).total_price)
    except LookupError:
        return None

"""What a call cost, by the public price lists that come with genai-prices; nothing is looked up on the network."""

from __future__ import annotations


def dollars(address: str, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
    """US dollars for the tokens used at a server; None where no price is known, as for a server of one's own."""
    if not address or not prompt_tokens:
        return None
    from genai_prices import Usage, calc_price

    used = Usage(input_tokens=prompt_tokens, output_tokens=completion_tokens)
    try:
        return float(calc_price(used, model, provider_api_url=address).total_price)
    except LookupError:
        return None

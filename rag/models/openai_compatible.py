"""A model behind an OpenAI-compatible server, whose key is nowhere to be read: not printed, not dumped, not traced."""

from __future__ import annotations

from typing import Any

from llama_index.llms.openai_like import OpenAILike
from pydantic import PrivateAttr, SecretStr


class Compatible(OpenAILike):
    """As OpenAILike, which holds its key as a field like any other."""

    _key: SecretStr = PrivateAttr(SecretStr(""))

    def __init__(self, *, api_key: str, **rest: Any) -> None:
        super().__init__(api_key="none", **rest)
        self._key = SecretStr(api_key)

    def _get_credential_kwargs(self, **rest: Any) -> dict[str, Any]:
        return {**super()._get_credential_kwargs(**rest), "api_key": self._key.get_secret_value()}

"""A model behind an OpenAI-compatible server: its key is nowhere to be read, what the server refuses is left out."""

from __future__ import annotations

from typing import Any

from llama_index.llms.openai_like import OpenAILike
from pydantic import PrivateAttr, SecretStr


class Compatible(OpenAILike):
    """As OpenAILike, which holds its key as a field like any other, and sends what some servers refuse."""

    _key: SecretStr = PrivateAttr(SecretStr(""))
    _refused: set[str] = PrivateAttr(default_factory=set)

    def __init__(self, *, api_key: str, **rest: Any) -> None:
        super().__init__(api_key="none", **rest)
        self._key = SecretStr(api_key)

    @property
    def secret(self) -> str:
        """The key, so that it can be taken out of what is shown."""
        return self._key.get_secret_value()

    def refuse(self, name: str) -> None:
        """Leaves a parameter out of all requests from now on; `max_tokens` goes by its newer name then."""
        self._refused.add(name)

    def _get_credential_kwargs(self, **rest: Any) -> dict[str, Any]:
        return {**super()._get_credential_kwargs(**rest), "api_key": self.secret}

    def _get_model_kwargs(self, **given: Any) -> dict[str, Any]:
        options = {**super()._get_model_kwargs(**given), **given}  # a call's max_tokens wins over the model's
        if "max_tokens" in self._refused and "max_tokens" in options:
            options["max_completion_tokens"] = options["max_tokens"]
        return {name: value for name, value in options.items() if name not in self._refused}

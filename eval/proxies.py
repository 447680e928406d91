"""What passes everything on to a ChatModel and does something beside: paces it, or remembers what went through."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from rag.models.llms import ChatModel
from rag.models.metering import Meter

Beside = TypeVar("Beside")
Self = TypeVar("Self", bound="ModelProxy[Any]")


class ModelProxy(Generic[Beside]):
    """A ChatModel with something `beside` it, which all metered twins of it share."""

    def __init__(self, model: ChatModel, beside: Beside) -> None:
        self._model, self._beside = model, beside

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def metered(self: Self, meter: Meter) -> Self:
        """The same, with its calls noted in that meter."""
        return type(self)(self._model.metered(meter), self._beside)

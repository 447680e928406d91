"""A model that remembers what it was sent to answer from and what it wrote: what the answer does not tell."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from eval.proxies import ModelProxy


@dataclass
class Heard:
    """What one answer's model was sent to write from, and its raw reply; both empty where none was asked."""

    sent: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, str] | None:
        """As it is kept beside the answer; None where no model wrote."""
        if not self.sent:
            return None
        return {"sent": "\n\n".join(self.sent), "written": "".join(self.written)}


class Overheard(ModelProxy[Heard]):
    """Passes everything on to a ChatModel, and notes the messages and replies of answers."""

    def stream(self, system: str, user: str, *rest: Any, **named: Any) -> Generator[str, None, str]:
        """As ChatModel.stream. Raises LLMError."""
        self._beside.sent.append(user)
        with closing(self._model.stream(system, user, *rest, **named)) as stream:
            while True:
                try:
                    piece = next(stream)
                except StopIteration as end:
                    return str(end.value or "")
                self._beside.written.append(piece)
                yield piece

"""The thoughts that reasoning models put into their text, told from the answer while it streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

_OPEN, _CLOSE = "<think>", "</think>"


def without_thoughts(
    pieces: Iterable[str], thinks_first: bool, on_thought: Callable[[str], None], on_unopened: Callable[[], None]
) -> Iterator[str]:
    """The answer's text without `<think>...</think>`, wherever the pieces are cut.

    `thinks_first` tells that the text begins inside a thought: some chat templates write the opening tag themselves.
    `on_thought` is given what was thought, piece by piece. `on_unopened` is called when a thought ends that was never
    opened: all that was given out before was thought too.
    """
    thinking, waiting = thinks_first, ""
    for piece in pieces:
        waiting += piece
        while waiting:
            tag = _CLOSE if thinking else _next_tag(waiting)
            at = waiting.find(tag)
            if at < 0:
                keep = max(_overlap(waiting, t) for t in ((_CLOSE,) if thinking else (_OPEN, _CLOSE)))
                text, waiting = waiting[: len(waiting) - keep], waiting[len(waiting) - keep :]
            else:
                text, waiting = waiting[:at], waiting[at + len(tag) :]
            if text and thinking:
                on_thought(text)
            elif text:
                yield text
            if at < 0:
                break
            if tag == _CLOSE and not thinking:
                on_unopened()
            thinking = tag == _OPEN
    if waiting and not thinking:
        yield waiting


def _next_tag(text: str) -> str:
    """The tag that comes first in the text."""
    opening, closing = text.find(_OPEN), text.find(_CLOSE)
    return _CLOSE if closing >= 0 and (opening < 0 or closing < opening) else _OPEN


def _overlap(text: str, tag: str) -> int:
    """How many of the last characters may be the beginning of the tag."""
    return next((n for n in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:n])), 0)

"""Passages: runs of whole sentences of an abstract that fit the embedding model's window, the first with the title."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.text.sentences import split_sentences
from rag.types import Paper, Passage, Sentence

CHUNKER = "sentences-250/1"  # part of the fingerprint: raise the version when passages change
TARGET_TOKENS = 250  # of a passage, the title included; docs/log.md has what others give
TITLE_TOKENS = 64  # a longer title is cut in front of its passage, never in the paper

Counter = Callable[[str], int]


def passages_of(
    paper: Paper, count: Counter, sentences: Sequence[Sentence] | None = None, window: int = TARGET_TOKENS
) -> list[Passage]:
    """The passages of a paper, covering its whole abstract in order.

    `count` gives the embedding model's tokens of a text, `window` how many it reads. A sentence that alone exceeds it
    is cut between words, so that nothing is ever lost to the model's silent truncation.
    """
    whole = min(TARGET_TOKENS, window)
    first = whole - count(_title(paper, count, whole))
    spans: list[tuple[int, int]] = []
    used = 0
    for sentence in sentences if sentences is not None else split_sentences(paper.abstract):
        size = count(sentence.text)
        room = first if not spans else whole  # of a further passage
        if spans and used + size <= (first if len(spans) == 1 else whole):
            spans[-1] = (spans[-1][0], sentence.end)
            used += size
        elif size <= room:
            spans.append((sentence.start, sentence.end))
            used = size
        else:
            pieces = _cut(sentence, room, count)
            spans.extend(pieces)
            used = count(paper.abstract[slice(*pieces[-1])])
    return [Passage(paper.id, i, start, end, paper.abstract[start:end]) for i, (start, end) in enumerate(spans)]


def passage_text(paper: Paper, passage: Passage, count: Counter, window: int = TARGET_TOKENS) -> str:
    """What is embedded for a passage: its text, that of the first with the title in front."""
    return passage.text if passage.index else _title(paper, count, min(TARGET_TOKENS, window)) + passage.text


def _title(paper: Paper, count: Counter, window: int) -> str:
    """The title as it stands in front of a passage, a long one cut."""
    title, most = paper.title, min(TITLE_TOKENS, window // 2)
    while count(title) > most:
        shorter = title[: int(len(title) * most / count(title))].rsplit(" ", 1)[0]
        title = shorter if len(shorter) < len(title) else title[: len(title) // 2]
    return f"{title}\n"


def _cut(sentence: Sentence, room: int, count: Counter) -> list[tuple[int, int]]:
    """Spans of a sentence too long for one passage, cut between words (within one, if it alone is too long)."""
    spans = []
    start, text = 0, sentence.text
    while start < len(text):
        end = _longest_fit(text, start, room, count)
        spans.append((sentence.start + start, sentence.start + end))
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return spans


def _longest_fit(text: str, start: int, room: int, count: Counter) -> int:
    """The largest end, at a word's end where there is one, for which text[start:end] has at most `room` tokens."""
    low, high = start + 1, min(len(text), start + room * 24)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[start:middle]) <= room else (low, middle - 1)
    if low < len(text) and not text[low].isspace():
        space = text.rfind(" ", start + 1, low)
        return space if space > start else low
    return low

"""Where sentences end. Spans are exact: text[start:end] is the sentence, always."""

from __future__ import annotations

import re
from bisect import bisect_right

from rag.types import Sentence

# A full stop after one of these ends no sentence unless what follows cannot be its continuation.
_ABBREVIATIONS = frozenset(
    "e.g i.e et al vs cf resp approx fig figs eq eqs sec vol dr mr mrs ms prof st jr inc w.r.t i.i.d a.k.a u.s u.k "
    "ca viz incl".split()
)
_MAY_END = frozenset("al etc inc u.s u.k".split())  # a capital after one of these does start a sentence, mostly
_END = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*")
_MATH = re.compile(r"\$[^$\n]{1,400}?\$")
_AFTER = re.compile(r"\s*([\"'“‘(\[$\\{]*)([\s\S]?)")
_LONGEST = 20  # characters of a word before a full stop that are looked at; abbreviations are shorter
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*\Z")


def _ends_here(text: str, mark: re.Match[str], listed: frozenset[int]) -> bool:
    """Whether the punctuation of `mark` ends a sentence. `listed` are the offsets of `_listing_starts`."""
    after = _AFTER.match(text, mark.end())
    opening, following = after.groups() if after else ("", "")
    if not (opening or following):
        return False  # the end of the text closes the last sentence by itself
    if mark.group()[0] in "。！？":
        return True
    if not mark.group().startswith("."):
        return not (opening or following)[0].islower()
    if not following or following.islower():
        return False
    last = _LAST_WORD.search(text, max(0, mark.start() - _LONGEST), mark.start())
    word = last.group() if last else ""
    plain = word.lower().strip(".")
    if plain in _ABBREVIATIONS:
        return plain in _MAY_END and following.isupper()
    if plain == "no" and following.isdigit():
        return False  # "No. 5"
    if len(word) == 1 and word.isupper() and word not in "AI":
        return False  # an initial: "J. Smith"
    # "4 and 2.) that" and "1. First": a bare number that a bracket or a listing carries on
    return not (word.isdigit() and len(word) <= 2 and mark.start() - len(word) in listed)


def _listing_starts(text: str) -> frozenset[int]:
    """Offsets of bare numbers that open a listed item: at the start, or after a sentence end or colon."""
    return frozenset(m.start(1) for m in re.finditer(r"(?:\A|[.:;!?]\s+)(\d{1,2})\.\s", text))


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of `text`, in order, without the white space between them; none for blank text."""
    math = [m.span() for m in _MATH.finditer(text)]
    listed = _listing_starts(text)
    ends = [m.end() for m in _END.finditer(text) if not _inside(m.start(), math) and _ends_here(text, m, listed)]
    sentences: list[Sentence] = []
    begin = 0
    for stop in [*ends, len(text)]:
        piece = text[begin:stop]
        start = begin + len(piece) - len(piece.lstrip())
        end = begin + len(piece.rstrip())
        if end > start:
            sentences.append(Sentence(len(sentences), start, end, text[start:end]))
        begin = stop
    return sentences


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    before = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return before >= 0 and position < spans[before][1]

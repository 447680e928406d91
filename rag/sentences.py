"""Where sentences end. Spans are exact: text[start:end] is the sentence, always."""

from __future__ import annotations

import re

from rag.types import Sentence

# A full stop after one of these ends no sentence unless what follows cannot be its continuation.
_ABBREVIATIONS = frozenset(
    "e.g i.e et al vs cf resp approx fig figs eq eqs sec vol dr mr mrs ms prof st jr inc w.r.t i.i.d a.k.a u.s u.k "
    "ca viz incl".split()
)
_MAY_END = frozenset("al etc inc u.s u.k".split())  # a capital after one of these does start a sentence, mostly
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*")
_MATH = re.compile(r"\$[^$\n]{1,400}?\$")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*\Z")


def _ends_here(text: str, mark: re.Match[str]) -> bool:
    """Whether the punctuation of `mark` ends a sentence."""
    rest = text[mark.end() :].lstrip()
    if not rest:
        return False  # the end of the text closes the last sentence by itself
    if mark.group()[0] in "。！？":
        return True
    if not mark.group().startswith("."):
        return not rest[0].islower()
    following = rest.lstrip("\"'“‘([$\\{")
    if not following or following[0].islower():
        return False
    last = _LAST_WORD.search(text, 0, mark.start())
    word = last.group() if last else ""
    plain = word.lower().strip(".")
    if plain in _ABBREVIATIONS:
        return plain in _MAY_END and following[0].isupper()
    if plain == "no" and following[0].isdigit():
        return False  # "No. 5"
    if len(word) == 1 and word.isupper() and word not in "AI":
        return False  # an initial: "J. Smith"
    # "4 and 2.) that" and "1. First": a bare number that a bracket or a listing carries on
    return not (word.isdigit() and len(word) <= 2 and mark.start() - len(word) in _listing_starts(text))


def _listing_starts(text: str) -> frozenset[int]:
    """Offsets of bare numbers that open a listed item: at the start, or after a sentence end or colon."""
    return frozenset(m.start(1) for m in re.finditer(r"(?:\A|[.:;!?]\s+)(\d{1,2})\.\s", text))


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of `text`, in order, without the white space between them; none for blank text."""
    math = [m.span() for m in _MATH.finditer(text)]
    ends = [m.end() for m in _END.finditer(text) if not _inside(m.start(), math) and _ends_here(text, m)]
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
    return any(start <= position < end for start, end in spans)

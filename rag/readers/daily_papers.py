"""Hugging Face Daily Papers pages saved as text: titles and abstracts in turn, parted by blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from rag.readers.lines import MAX_LINE, Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

PAGE_HEAD = "Get trending papers in your email inbox!"
_NOISE = re.compile(
    rf"new|{re.escape(PAGE_HEAD)}|Subscribe|Daily Papers|by ?AK and the research community"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d\d?(?:, \d{4})?"
)
_TAGGED = re.compile(r"[A-Z][A-Z0-9]{1,3}\s{0,3}[-~=:|]\s|<[A-Z]{1,3}>|%[A-Z0-9]\s")
MAX_HEADLESS = 100  # paragraphs looked at to tell a page without its head
_MIN_ABSTRACT = 150  # characters, at the median, of the abstracts of such a page
_LONG = 300  # characters: more than titles have; most abstracts have far more
# Ends of sentences, the Chinese, Hindi, Arabic and Urdu ones among them.
_SENTENCE = re.compile(r"[.!?\u3002\uff01\uff1f\u0964\u061f\u06d4][\"')\]\u2019\u201d]*(?:\s|$)")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the page; a title without abstract, or an abstract without title, shifts no other pair."""
    title, at = "", 0
    for (line, text), (_, following) in pairwise(chain(_paragraphs(lines), [(0, "")])):
        if not title and len(text) <= _LONG:
            title, at = text, line
        elif _is_abstract(text, following):
            yield make_paper({"title": title, "abstract": text}, source, at or line)
            title, at = "", 0
        else:
            yield make_paper({"title": title}, source, at)
            title, at = text, line
    if title:
        yield make_paper({"title": title}, source, at)


def _is_abstract(text: str, following: str) -> bool:
    """A short text is one only if it has a sentence and what follows is not its own abstract."""
    return len(text) > _LONG or (_SENTENCE.search(text) is not None and len(following) <= _LONG)


def is_page(head: str) -> bool:
    """Whether text without the page's head is titles and abstracts in turn, and not prose."""
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", head.replace("\r", ""))]
    parts = [part for part in parts if part and not _NOISE.fullmatch(part)][:MAX_HEADLESS]
    titles, abstracts = parts[::2], parts[1::2]
    lines = [line for line in head.splitlines() if line.strip()]
    if sum(_TAGGED.match(line) is not None for line in lines) * 4 > len(lines):
        return False  # a database's format that is not read
    if len(abstracts) == 0 or sorted(map(len, abstracts))[len(abstracts) // 2] < _MIN_ABSTRACT:
        return False
    pairs = zip(titles, abstracts, strict=False)
    good = sum(len(t) <= _LONG and t[-1] not in ".:;," and _is_abstract(a, "") for t, a in pairs)
    return good >= 0.8 * len(titles)


def _paragraphs(lines: Lines) -> Iterator[tuple[int, str]]:
    """Each paragraph in one string, with its first line's number; the page's own furniture is left out."""
    start, parts, size = 0, list[str](), 0
    for text in chain(map(str.strip, lines), [""]):
        if text and not (not parts and _NOISE.fullmatch(text)):
            start = start or lines.number
            parts.append(text)
            size += len(text)
        if parts and (not text or size > MAX_LINE):
            yield start, " ".join(parts)
            start, parts, size = 0, [], 0

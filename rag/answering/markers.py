"""Citation markers as language models write them, and a stream of text cut into sentences with their markers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.text.sentences import split_sentences

_ID = r"\d{1,3}(?:\.\d{1,3})?"
_LIST = rf"\^?(?:(?:sources?|sentences?|refs?\.?|papers?|ids?)[ :]*)?{_ID}(?:\s*(?:,|;|and|&|-|–)\s*{_ID})*"
_MARKER = re.compile(rf"\s*(?:\[{{1,3}}\s*({_LIST})\s*\]{{1,3}}|【\s*({_LIST})\s*】|\(({_LIST})\))", re.IGNORECASE)
_PART = re.compile(rf"({_ID})(?:\s*[-–]\s*({_ID}))?")
_LEADING = re.compile(rf"^(?:{_MARKER.pattern})+", re.IGNORECASE)
_MAYBE_MARKER = re.compile(r"\s*(?:[\[(【][^\])】\n]{0,40})?")
_ITEM = re.compile(r"^\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+)?[\"“*_]*")
_MAX_CITED = 50  # a range such as [1-999] is not a citation


@dataclass(frozen=True)
class Draft:
    """A sentence as a model wrote it: its text without markers, and what it cites as (source, sentence or None)."""

    text: str
    cited: tuple[tuple[int, int | None], ...]


def parse(sentence: str) -> Draft:
    """Takes the markers out of a sentence: `[1]`, `[1, 2]`, `[1.2]`, `[1-3]`, `(1)`, before or after its full stop."""
    sentence = " ".join(sentence.split())  # also: long white space would be searched anew from each of its characters
    cited: list[tuple[int, int | None]] = []
    for marker in _MARKER.finditer(sentence):
        if marker.group(3) and not _is_citation(sentence, marker):
            continue
        for first, last in _PART.findall(next(g for g in marker.groups() if g)):
            cited += _span(first, last)
    text = _MARKER.sub(lambda m: m.group() if m.group(3) and not _is_citation(sentence, m) else "", sentence)
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split())).strip()
    return Draft(text, tuple(dict.fromkeys(cited)))


def _is_citation(sentence: str, marker: re.Match[str]) -> bool:
    """Whether a number in round brackets is a citation: it stands at the end of a clause, and is not a year."""
    rest = sentence[marker.end() :].lstrip()
    numbers = [float(n) for n in re.findall(_ID, marker.group(3))]
    return all(n < 100 for n in numbers) and (not rest or rest[0] in ".,;:!?([")


def _span(first: str, last: str) -> list[tuple[int, int | None]]:
    source, _, sentence = first.partition(".")
    if last and "." not in first + last and 0 <= int(last) - int(source) < _MAX_CITED:
        return [(n, None) for n in range(int(source), int(last) + 1)]
    found: list[tuple[int, int | None]] = [(int(source), int(sentence) if sentence else None)]
    return found + (_span(last, "") if last else [])


def sentences_of(pieces: Iterable[str]) -> Iterator[str]:
    """Whole sentences of a stream of text, each with the markers that follow its full stop, as soon as it is whole."""
    waiting = ""
    for piece in pieces:
        waiting += piece
        parts = _split(waiting)
        # The last sentence may go on; and while it may still turn out to be a marker of the one before, that one too.
        whole = len(parts) - (2 if parts and _MAYBE_MARKER.fullmatch(parts[-1]) else 1)
        yield from parts[: max(whole, 0)]
        waiting = "".join(parts[max(whole, 0) :])
    yield from (part for part in _split(waiting) if part.strip())


def titles_whole(sentences: Iterable[str], titles: Collection[str]) -> Iterator[str]:
    """The sentences of a reply, a title with which a line begins not cut where it asks something or has a full stop."""
    waiting = ""
    for sentence in sentences:
        waiting += sentence
        begun = _ITEM.sub("", waiting).strip()
        cut = any(title.startswith(begun) and title != begun for title in titles)
        if not (begun and cut) or waiting.endswith("\n"):
            yield waiting
            waiting = ""
    if waiting:
        yield waiting


def _split(text: str) -> list[str]:
    """Sentences, a line break ending one too; text that is still growing keeps its tail as the last part."""
    parts: list[str] = []
    for line in re.split(r"(?<=\n)", text):
        starts = [s.start for s in split_sentences(line)]
        cuts = [0, *starts[1:], len(line)]
        for begin, end in pairwise(cuts):
            part = line[begin:end]
            leading = _LEADING.match(part)
            if leading and parts and not parts[-1].endswith("\n"):
                parts[-1] += part[: leading.end()]
                part = part[leading.end() :]
            if part:
                parts.append(part)
    return parts

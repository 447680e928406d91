"""Misspelt words of a question, put right by how the collection spells them."""

from __future__ import annotations

import re
from itertools import takewhile

from rag.library import Library
from rag.text.entities import NAME
from rag.text.words import GRAMMAR

SHORTEST = 5  # letters: shorter words have too many neighbours
SHOWING = "Showing results for"  # how a note of another spelling begins
LONG = 8  # letters of a name from which two may be wrong,
LONGER = 10  # and of another word, which may be a good one that no paper has
_WORD = re.compile(r"[^\W\d_][\w]*(?:-\w+)*")
_QUOTED = re.compile(r"[\"“„].*?[\"”“]")
_ENDINGS = frozenset(["", *"s es ed d ing er r est st y t cy ce al ic ist ism ly or ion ity ies e".split()])
# Spellings that differ by country are no mistakes.
_SAME = str.maketrans({"z": "s"})


def spelt_right(library: Library, question: str) -> tuple[str, tuple[str, ...]]:
    """The question with misspelt words as the collection writes them, and what to say of it.

    A word is misspelt when no paper has it, the embedding model does not know it as one word, and a word of the papers
    is a letter away (two for long ones).
    """
    written, notes = question, []
    for word in dict.fromkeys(_WORD.findall(_QUOTED.sub(" ", question))):  # what is put in quotes is meant so
        if len(word) < SHORTEST or word.lower() in GRAMMAR or library.catalogue.has_word(word):
            continue
        if library.embedder.count(word.lower()) == 1:
            continue
        right = library.catalogue.spelt_like(word, 2 if len(word) >= (LONG if NAME.match(word) else LONGER) else 1)
        if right and _digits(right) == _digits(word) and not _inflected(word.lower(), right.lower()):
            written = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", right, written)
            notes.append(f"{SHOWING} “{right}”, not “{word}”.")
    return written, tuple(notes)


def _digits(word: str) -> str:
    """A version's number is no spelling: "GPT-5" is not a misspelt "GPT-4"."""
    return "".join(c for c in word if c.isdigit())


def _inflected(word: str, other: str) -> bool:
    """Whether two spellings are one word: by country, or with other endings ("saliency" and "salient")."""
    word, other = (w.replace("our", "or").translate(_SAME).replace("-", "") for w in (word, other))
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return common >= SHORTEST - 1 and word[common:] in _ENDINGS and other[common:] in _ENDINGS

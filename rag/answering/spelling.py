"""Misspelt words of a question, put right by how the collection spells them."""

from __future__ import annotations

import re

from rag.library import Library
from rag.text.words import GRAMMAR

SHORTEST = 5  # letters: shorter words have too many neighbours
LONG = 8  # letters from which two may be wrong
_WORD = re.compile(r"[^\W\d_][\w]*(?:-\w+)*")
_QUOTED = re.compile(r"[\"“„].*?[\"”“]")
# Spellings that differ by country are no mistakes.
_SAME = str.maketrans({"z": "s"})


def spelt_right(library: Library, question: str) -> tuple[str, tuple[str, ...]]:
    """The question with misspelt words as the collection writes them, and what to say of it.

    A word is misspelt when no paper has it, the embedding model does not know it as one word, and a word of the papers
    is one letter away (two for long ones).
    """
    written, notes = question, []
    for word in dict.fromkeys(_WORD.findall(_QUOTED.sub(" ", question))):  # what is put in quotes is meant so
        if len(word) < SHORTEST or word.lower() in GRAMMAR or library.catalogue.has_word(word):
            continue
        if library.embedder.count(word.lower()) == 1 or any(c.isdigit() for c in word):
            continue  # a version's number is no spelling: "GPT-5" is not a misspelt "GPT-4"
        right = library.catalogue.spelt_like(word, 2 if len(word) >= LONG else 1)
        if right and _plain(right) != _plain(word) and not any(c.isdigit() for c in right):
            written = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", right, written)
            notes.append(f"Showing results for “{right}”, not “{word}”.")
    return written, tuple(notes)


def _plain(word: str) -> str:
    same = word.lower().replace("our", "or").translate(_SAME).replace("-", "")
    return re.sub(r"(?:e[sd]?|ing|s|d)$", "", same)

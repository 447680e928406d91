"""Years, authors and categories that a question asks for, as a filter."""

from __future__ import annotations

import datetime
import re
from typing import Any

from rag.library import Library

_YEAR = r"(?:19|20)\d\d"
_SPAN = re.compile(rf"\b(?:from|between|in)?\s*({_YEAR})\s*(?:to|and|until|-|–)\s*({_YEAR})\b", re.IGNORECASE)
_SINCE = re.compile(
    rf"\b(?:(?:since|from|of|in)\s+)?({_YEAR})\s+(?:on|onwards?|or later|and later|or newer|and after)\b|"
    rf"\bsince\s+({_YEAR})\b",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"\b(?:after|later than|newer than)\s+({_YEAR})\b", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?:before|until|older than|up to)\s+({_YEAR})\b", re.IGNORECASE)
_IN = re.compile(rf"\b(?:(?:from|in|of|during|published in|written in)\s+)?({_YEAR})(?:'s)?\b", re.IGNORECASE)
_AGO = re.compile(r"\b(?:from |in |of )?(last|this) year\b", re.IGNORECASE)
_CATEGORY = re.compile(r"\b(?:in |from |of )?(?:category |the category )?([a-z][a-z-]+\.[A-Z]{2})\b")
_PERSON = r"[^\W\d_][\w'’.-]*(?:\s+(?:(?:van|von|de|der|la|di|al|el)\s+)*[^\W\d_][\w'’.-]*){0,3}"
_BY = (
    re.compile(rf"\b(?:written |authored |published |made )?(?:by|from|of)\s+({_PERSON})", re.IGNORECASE),
    re.compile(
        rf"\b(?:did|has|have|does)\s+({_PERSON}?)\s+(?:write|written|publish(?:ed)?|author(?:ed)?)\b", re.IGNORECASE
    ),
    re.compile(rf"\b({_PERSON}?)(?:['’]s?)\s+(?:papers|work|publications|articles)\b", re.IGNORECASE),
)
FIRST_YEAR = 1900


def read_filters(question: str, library: Library | None) -> tuple[dict[str, Any], str]:
    """The filter that the words of a question set, and the question without these words."""
    where: dict[str, Any] = {}
    rest = question
    if years := _years(rest):
        where["year"], rest = years
    if found := _CATEGORY.search(rest):
        where["category"], rest = found.group(1), _without(rest, found)
    for pattern in _BY:
        for found in pattern.finditer(rest):
            if library is not None and (name := _author(found.group(1), library)):
                where["author"] = name
                rest = rest.replace(found.group(0), found.group(0).replace(name, "", 1), 1)
                rest = re.sub(r"\b(?:by|from|of)\s*(?=[?.!,]|$)", "", rest)
                break
        if "author" in where:
            break
    return where, " ".join(rest.split())


def _years(text: str) -> tuple[list[int], str] | None:
    """The years that are meant, and the text without them."""
    this = datetime.date.today().year
    for pattern, span in (
        (_SPAN, lambda m: (int(m[1]), int(m[2]))),
        (_SINCE, lambda m: (int(m[1] or m[2]), this + 1)),
        (_AFTER, lambda m: (int(m[1]) + 1, this + 1)),
        (_BEFORE, lambda m: (FIRST_YEAR, int(m[1]) - 1)),
        (_AGO, lambda m: (this - (m[1].lower() == "last"),) * 2),
        (_IN, lambda m: (int(m[1]),) * 2),
    ):
        if found := pattern.search(text):
            first, last = span(found)
            return list(range(min(first, last), max(first, last) + 1)), _without(text, found)
    return None


def _author(words: str, library: Library) -> str:
    """The longest run of the words, from the first on, that is an author's name; "" for none."""
    parts = words.strip(" .?!,").split()
    for n in range(len(parts), 0, -1):
        name = " ".join(parts[:n])
        # A single small word must be no word of the abstracts: "by attention" names nobody, even if one is called so.
        named = n > 1 or name[0].isupper() or not library.catalogue.has_word(name)
        if named and library.catalogue.has_author(name):
            return name
    # "Papers by Song Han" are none of ours rather than papers on some Han.
    return " ".join(parts[:2]) if len(parts) == 2 and all(p[0].isupper() and p[1:].islower() for p in parts) else ""


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip()

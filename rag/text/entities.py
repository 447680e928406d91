"""Numbers and names in texts. Those that a sentence's evidence does not contain are warnings, never verdicts.

They fire on nearly every changed number and name, and falsely on about one right sentence in three.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*(?:\s*(?:%|x\b|k\b|m\b|b\b))?", re.IGNORECASE)
NAME = re.compile(r"\b(?:[A-Z][a-z]*(?:[A-Z]|\d)[\w-]*|[A-Z]{2,}[\w-]*|[A-Z][\w-]*\d[\w-]*)")
_UNITS = {"thousand": "k", "million": "m", "billion": "b", "times": "x", "percent": "%", "per cent": "%"}
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "half": "50%",
}  # fmt: skip


_NEGATIONS = frozenset("not no never without neither nor cannot none fail fails failed unable lack lacks".split())
_OPPOSITES = (
    "more less, higher lower, better worse, best worst, faster slower, larger smaller, above below, increase decrease, "
    "increases decreases, increased decreased, improve worsen, improves worsens, improved worsened, "
    "outperforms underperforms, outperform underperform, reduces raises, reduce raise, reduced raised, gain loss, "
    "gains losses, before after, longer shorter, most least, cheaper costlier, stronger weaker, positive negative"
)
_OPPOSITE = {
    one: other for pair in _OPPOSITES.split(", ") for a, b in [pair.split()] for one, other in ((a, b), (b, a))
}
_COUNTS = re.compile(
    rf"\d|\b(?:{'|'.join(_WORDS)}|zero|twice|thrice|double\w*|triple\w*|doz\w+|hundreds?|thousands?|millions?|billions?"
    r"|a third|a quarter|no|none)\b",
    re.IGNORECASE,
)


def shouted(text: str) -> bool:
    """Whether all of a text is in capitals, which then tell nothing."""
    return text.isupper() and len(text.split()) > 1


def names_of(question: str) -> list[str]:
    """The names in a question, by their capitals and digits, each once; none where it is shouted."""
    return [] if shouted(question) else list(dict.fromkeys(NAME.findall(question)))


def name_spans(question: str) -> list[tuple[int, int]]:
    """Where the names of `names_of` stand, as (start, end) of each occurrence."""
    return [] if shouted(question) else [m.span() for m in NAME.finditer(question)]


def mentions(name: str, text: str) -> bool:
    """Whether a text names something: whole words in any case, hyphens, spaces and a plural "s" making no difference.

    Versions are told apart: "GPT-5" is not in "GPT-5.1", nor "MoM" in "moment"; "RAG" is in "RAGs", not in "HippoRAG".
    """
    found = _name_pattern(name)
    return found is not None and found.search(text) is not None


@lru_cache(4096)
def _name_pattern(name: str) -> re.Pattern[str] | None:
    parts = re.findall(r"[^\W_]+(?:[.'’+][^\W_]+)*\+*", name)
    if not parts:
        return None
    stem = r"[-‐‑–_\s]?".join(map(re.escape, parts))
    stem = stem[:-1] if len(parts[-1]) > 3 and stem.endswith("s") else stem
    return re.compile(rf"(?<![^\W_]){stem}(?:['’]?s)?(?![^\W_]|\.\d)", re.IGNORECASE)


def folded(name: str) -> str:
    """A person's name in one form: small letters without accents, words parted by one space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.lower()))


def has_number(text: str) -> bool:
    """Whether a text gives a number, in digits or words."""
    return bool(_COUNTS.search(text))


def stated_count(text: str) -> int | None:
    """The first whole number in a text, in digits or as a word up to twelve; None where there is none."""
    for word in re.findall(r"[a-z]+|\d+", text.lower()):
        if word.isdigit() or _WORDS.get(word, "").isdigit():
            return int(word if word.isdigit() else _WORDS[word])
    return None


def warnings_for(sentence: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """What to warn of, such as "not in the evidence: 97%"."""
    missing = numbers_missing(sentence, evidence)
    text = " ".join(evidence)
    missing += [name for name in dict.fromkeys(NAME.findall(sentence)) if not mentions(name, text)]
    return tuple(f"not in the evidence: {item}" for item in missing)


def polarity_differs(sentence: str, evidence: str) -> bool:
    """Whether a sentence denies or compares where the evidence does not, or the other way round.

    A reason to look closer, no verdict: it fires on two of three sentences turned round, and falsely on one in five.
    """
    said, there = _words(sentence), _words(evidence)
    if bool(said & _NEGATIONS) is not bool(there & _NEGATIONS):
        return True
    return any(word in said and word not in there and _OPPOSITE[word] in there for word in _OPPOSITE)


def turned_round(sentence: str, evidence: str) -> bool:
    """Whether a sentence denies where the evidence does not, or compares the other way round.

    As `polarity_differs`, but that a denial of the evidence may be about something else: long sentences hold many.
    """
    said, there = _words(sentence), _words(evidence)
    if said & _NEGATIONS and not there & _NEGATIONS:
        return True
    return any(word in said and word not in there and _OPPOSITE[word] in there for word in _OPPOSITE)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower().replace("n't", " not").replace("n’t", " not")))


def numbers_missing(sentence: str, evidence: Sequence[str]) -> list[str]:
    """The numbers of a sentence that the evidence does not contain, in one form ("5 percent" is "5%")."""
    text = " ".join(evidence)
    # "five" there covers 5 here; a "two" here seldom counts anything, and is let pass.
    text += " ".join(["", *(digit for word, digit in _WORDS.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE))])
    there = set(_numbers(text))
    # A number without its unit is there too: "22.2" in "22.2x".
    there |= {re.sub(r"[^\d.]+$", "", n) for n in there}
    return [n for n in dict.fromkeys(_numbers(sentence)) if n not in there]


def _numbers(text: str) -> list[str]:
    """Numbers in one form: no thousands separators, "5 percent" and "5 %" as "5%"."""
    plain = text.replace("\\%", "%").replace("\u00d7", "x").lower()
    for unit, sign in _UNITS.items():
        plain = re.sub(rf"(?<=\d)\s*-?{unit}\b", sign, plain)
    found = (re.sub(r"[\s,]", "", n).rstrip(".") for n in _NUMBER.findall(plain))
    return [re.sub(r"000k?$", "k", n) if re.fullmatch(r"\d+000", n) else n for n in found]

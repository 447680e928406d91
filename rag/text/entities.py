"""Numbers and names in texts. Those that a sentence's evidence does not contain are warnings, never verdicts.

They fire on nearly every changed number and name, and falsely on about one right sentence in three.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations

_NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*(?:\s*(?:%|x\b|k\b|m\b|b\b))?", re.IGNORECASE)
NAME = re.compile(r"\b(?:[A-Z][a-z]*(?:[A-Z]|\d)[\w-]*|[A-Z]{2,}[\w-]*|[A-Z][\w-]*\d[\w-]*)(?:(?<=\d)\.\d[\w-]*)*")
# What is hung on a name and is no part of it: "CLIP-like", "VAE-free", "CRLF2-rearranged".
_HUNG_ON = re.compile(
    r"(?:[-‐‑–](?:like|type|style|based|free|aware|only|level|specific|dependent|positive|negative|high|low|rich|poor|null|"
    r"deficient|wise|[a-z]+ing|[a-z]+ed))+$"
)
_JOINED = re.compile(r"[-‐‑–](?:to|and|or|vs|versus)[-‐‑–]")
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
# What stands between such a word and a name is its kind: "we introduce a framework for planning, SeerDrive".
_INTRODUCED = (
    r"\b(?:we (?:\w+ly |also |then |further )?(?:introduce|propose|present|develop|release|create|build|built|design|"
    r"describe|call|name|term|dub)|(?:call|nam|term|dubb|introduc|propos|present)e[ds]|this (?:paper|work|study) \w+)\b"
    r"[^.;]{0,90}?(?<![\w-])"
)
_UNITS = {"thousand": "k", "million": "m", "billion": "b", "times": "x", "percent": "%", "per cent": "%"}
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "half": "50%",
}  # fmt: skip
TITLE_NAME = 3  # words before the colon of a title that count as the name of what it is about
MAX_COMBINED = 20  # numbers of the evidence that are combined with each other
_COUNTS = re.compile(
    rf"\d|\b(?:{'|'.join(_WORDS)}|zero|twice|thrice|double\w*|triple\w*|doz\w+|hundreds?|thousands?|millions?|billions?"
    r"|a third|a quarter|no|none)\b",
    re.IGNORECASE,
)


def shouted(text: str) -> bool:
    """Whether all of a text is in capitals, which then tell nothing."""
    return text.isupper() and len(text.split()) > 1


def name_in_title(title: str) -> str:
    """The name that a title gives its subject before the colon: "HippoRAG: ..."; "" where it gives none.

    It is one word, or up to TITLE_NAME of which one looks like a name: "Llama 3", but not "A long way to go".
    """
    head, colon, _ = title.partition(":")
    words = head.split()
    named = len(words) == 1 or (len(words) <= TITLE_NAME and bool(NAME.search(head)))
    return " ".join(words) if colon and named else ""


def names_of(question: str) -> list[str]:
    """The names in a question, by their capitals and digits, each once; none where it is shouted."""
    return [] if shouted(question) else list(dict.fromkeys(NAME.findall(question)))


def name_spans(question: str) -> list[tuple[int, int]]:
    """Where the names of `names_of` stand, as (start, end) of each occurrence."""
    return [] if shouted(question) else [m.span() for m in NAME.finditer(question)]


def mentions(name: str, text: str, alone: bool = False) -> bool:
    """Whether a text names something: whole words in any case, hyphens, spaces and a plural "s" making no difference.

    Versions are told apart: "GPT-5" is not in "GPT-5.1", nor "MoM" in "moment"; "RAG" is in "RAGs", not in "HippoRAG".
    "il10" is in "IL-10". Standing `alone` it is not part of a longer name: "RAG" is not, in "MultiHop-RAG".
    """
    pattern = _name_pattern(name)
    found = pattern.finditer(text) if pattern is not None else ()
    return any(not alone or "-" not in (text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1]) for m in found)


@lru_cache(4096)
def _name_pattern(name: str) -> re.Pattern[str] | None:
    parts = re.findall(r"[^\W_]+(?:[.'’+][^\W_]+)*\+*", name)
    if not parts:
        return None
    stem = r"[-‐‑–_\s]?".join(_joined(part) for part in parts)
    stem = stem[:-1] if len(parts[-1]) > 3 and stem.endswith("s") else stem
    return re.compile(rf"(?<![^\W_]){stem}(?:['’]?s)?(?![^\W_]|\.\d)", re.IGNORECASE)


def introduces(name: str, text: str) -> bool:
    """Whether a text says that the thing is its own: "we propose NAME", "a framework called NAME"."""
    pattern = _name_pattern(name)
    return pattern is not None and re.search(_INTRODUCED + pattern.pattern, text, re.IGNORECASE) is not None


def _joined(part: str) -> str:
    """A pattern for one word of a name, a hyphen or space before its digits or none; "a 100" is not A100, though."""
    letters, *digits = _LETTER_DIGIT.split(part)
    between = r"[-‐‑–]?" if len(letters) == 1 else r"[-‐‑–\s]?"
    return between.join(map(re.escape, [letters, *digits]))


def spaced(name: str) -> str:
    """A name with a space before its digits: "il10" as an index may have it from "IL-10"."""
    return _LETTER_DIGIT.sub(" ", name)


def named_in(name: str) -> list[str]:
    """The names in one that is compounded, [] where it is not: "CLIP-like" names CLIP, "VLM-to-VLA" both."""
    parts = _JOINED.split(_HUNG_ON.sub("", name))
    return [] if parts == [name] else parts


def written_out(acronym: str, text: str) -> bool:
    """Whether the letters of an acronym are the initials of words that follow each other: "CE" of "cross entropy"."""
    letters = acronym.removesuffix("s")
    if not (letters.isalpha() and letters.isupper() and 2 <= len(letters) <= 6):
        return False
    return re.search(r"\b" + r"\w*[\s-]+(?:(?:of|and|the|in|for)\s+)?".join(letters), text, re.IGNORECASE) is not None


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
    missing += [name for name in dict.fromkeys(NAME.findall(sentence)) if not _told(name, text)]
    return tuple(f"not in the evidence: {item}" for item in missing)


def _told(name: str, text: str) -> bool:
    """Whether a text mentions a name, or all that it is compounded of."""
    parts = named_in(name)
    return mentions(name, text) or (bool(parts) and all(mentions(part, text) for part in parts))


def numbers_missing(sentence: str, evidence: Sequence[str]) -> list[str]:
    """The numbers of a sentence that the evidence does not contain, in one form ("5 percent" is "5%")."""
    there = _numbers_told(" ".join(evidence))
    return [n for n in dict.fromkeys(numbers_in(sentence)) if n not in there]


@lru_cache(512)
def _numbers_told(text: str) -> frozenset[str]:
    """The numbers that a text gives, as far as others may repeat them; sentences of an answer ask for the same."""
    # "five" there covers 5 here; a "two" here seldom counts anything, and is let pass.
    text += " ".join(["", *(digit for word, digit in _WORDS.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE))])
    there = set(numbers_in(text))
    # A number without its unit is there too: "22.2" in "22.2x".
    return frozenset(there | {re.sub(r"[^\d.]+$", "", n) for n in there})


def derivable(number: str, evidence: str) -> bool:
    """Whether a number is the sum, the difference, the ratio or the relative change of two that the evidence gives.

    "0.06" is, where it gives 0.28 and 0.34. Nothing says that it is so: a reason to ask a judge.
    """
    wanted = _value(number)
    if wanted is None:
        return False
    value, unit = wanted
    places = len(number.rstrip("%xkmb").partition(".")[2])
    known = [found for found in map(_value, numbers_in(evidence)) if found is not None][:MAX_COMBINED]
    for (a, a_unit), (b, b_unit) in permutations(known, 2):
        results = [a / b, 100 * (a - b) / b] if b and unit in ("", "x", "%") else []
        results += [a + b, a - b] if a_unit == b_unit and unit in ("", a_unit) else []
        if any(round(result, places) == value for result in results):
            return True
    return False


def _value(number: str) -> tuple[float, str] | None:
    """A number in one form as its value and its unit."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([%xkmb]?)", number)
    return (float(found[1]), found[2]) if found else None


def numbers_in(text: str) -> list[str]:
    """Numbers in one form: no thousands separators, "5 percent" and "5 %" as "5%"."""
    plain = text.replace("\\%", "%").replace("\u00d7", "x").lower()
    for unit, sign in _UNITS.items():
        plain = re.sub(rf"(?<=\d)\s*-?{unit}\b", sign, plain)
    found = (re.sub(r"[\s,]", "", n).rstrip(".") for n in _NUMBER.findall(plain))
    return [re.sub(r"000k?$", "k", n) if re.fullmatch(r"\d+000", n) else n for n in found]

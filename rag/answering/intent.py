"""What kind of question it is, read from its wording: a list, a comparison, a follow-up, small talk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.text.entities import NAME

_LIST = re.compile(
    r"^(?:(?:list|name|show|find)\b|papers?\b|works?\b)|\b(?:which|what|any|the|who|some)\s+(?:\w+\s+){0,2}?"
    r"(?:papers|studies|works|systems|models|methods|approaches|surveys|benchmarks|articles|theses)\b"
    r"|\bwhat has been done\b|\bwho\b",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:compared?|comparison|versus|vs\.?|differ(?:s|ences?|ent)?|same thing|that \w+ (?:\w+ )*cannot)\b"
    r"|\bbetween\b.*\band\b",
    re.IGNORECASE,
)
_PAIR = (
    re.compile(r"\bbetween\s+(.{2,60}?)\s+and\s+(.{2,60}?)(?:[?,.;:]|\s+(?:in|for|on|when|with)\b|$)", re.IGNORECASE),
    re.compile(r"\bcompare[sd]?\s+(.{2,60}?)\s+(?:and|with|to|against)\s+(.{2,60}?)(?:[?,.;:]|$)", re.IGNORECASE),
    re.compile(r"^(.{2,60}?)\s+(?:vs\.?|versus)\s+(.{2,60}?)(?:\s+[-–:]|[?,.;:]|$)", re.IGNORECASE),
)
_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|large|big|fast|quick\w*|far|\w+er)\b|\bby what\b|\bcombien\b"
    r"|\bwie ?viele?\b|\bcuánt\w+"
    r"|\b(?:what|which) (?:share|percentage|proportion|fraction|size|rate|number|score|speed|accuracy|window)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|there|one|such|same|similar|else|he|she)\b", re.IGNORECASE
)
_CONTINUES = re.compile(
    r"^(?:and|but|so|or|also|then|what about|how about|what else|why|how come)\b"
    r"|^(?:on|in|with|for|by) (?:which|what)\b",
    re.IGNORECASE,
)
_TURNS = 2  # earlier turns whose names are carried over
_MAX_NAMES = 3

_GREETING = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|afternoon|evening)|hallo|bonjour|hola)\b[\s!.,]*$", re.IGNORECASE
)
_THANKS = re.compile(r"^(?:thanks?|thank you|thx|merci|danke)\b[\w\s!.,]{0,20}$", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:who|what) are you\b|^what (?:can|do) you do\b|^how do you work\b|^help[\s!?.]*$|^what can i ask\b",
    re.IGNORECASE,
)


def asks_for_list(question: str) -> bool:
    """Whether the question wants several papers: "Which papers ...", "What has been done on ..."."""
    return bool(_LIST.search(question))


def asks_for_number(question: str) -> bool:
    """Whether a number would answer: "How many ...", "By what ...", "What share ..."."""
    return bool(_NUMBER.search(question))


def asks_to_compare(question: str) -> bool:
    """Whether the question sets two things side by side."""
    return bool(_COMPARE.search(question))


def compared(question: str) -> tuple[str, ...]:
    """The two things that a comparison names, () where they cannot be told."""
    for pair in _PAIR:
        if found := pair.search(question):
            return _thing(found.group(1)), _thing(found.group(2))
    names = tuple(dict.fromkeys(NAME.findall(question)))
    return names if len(names) == 2 else ()


def _thing(words: str) -> str:
    """The name in a few words such as "the LoRA paper", or the words where there is not just one."""
    names = NAME.findall(words)
    alone = len(names) == 1 and not any(w[0].isupper() for w in words.replace(names[0], "").split())
    return names[0] if alone else words.strip(" '\"")


def needs_context(question: str) -> bool:
    """Whether the question cannot be understood without what was said before."""
    if _CONTINUES.search(question):
        return True
    return bool(_REFERS.search(question)) and not NAME.search(question)


def carried_over(question: str, history: Sequence[Mapping[str, str]]) -> str:
    """The question with the named things of the last turns behind it; where there are none, the last question."""
    recent = history[-2 * _TURNS :]
    names: list[str] = []
    for turn in reversed(recent):
        names += [n for n in NAME.findall(turn["content"]) if n not in names]
        if names:
            break
    asked = [turn["content"] for turn in recent if turn["role"] == "user"]
    added = ", ".join(names[:_MAX_NAMES]) or (asked[-1] if asked else "")
    return f"{question} ({added})" if added else question


def small_talk(question: str, papers: int) -> str:
    """A short helpful reply to a greeting, thanks, or "what can you do?"; "" for anything else."""
    if _THANKS.match(question):
        return "You are welcome."
    if _GREETING.match(question) or _ABOUT.search(question):
        return (
            f"I answer questions from {papers:,} paper abstracts, name the papers behind each sentence, and say when "
            'they do not answer. Try "Which papers are about ...?", "How does ... work?" or "Compare ... and ...".'
        )
    return ""

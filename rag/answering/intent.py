"""What kind of question it is, read from its wording: a list, a comparison, a number."""

from __future__ import annotations

import re

from rag.text.entities import NAME, names_of

_LIST = re.compile(
    r"^(?:(?:list|name|show|find)\b|papers?\b|works?\b)|\b(?:which|what|any|the|who|some)\s+(?:\w+\s+){0,2}?"
    r"(?:papers|studies|works|systems|models|methods|approaches|surveys|benchmarks|articles|theses)\b"
    r"|\bwhat (?:else )?(?:should|could|can|must|do|to) (?:(?:i|we) )?(?:cite|read)\b"
    r"|\b(?:any|a|another) (?:\w+ )?paper (?:that|which|who|on|about|with)\b|\bwhat has been done\b"
    r"|(?:^|[.,:;?!] )who\b|^(?:is|are) there (?:any|some)?(?:thing)? ?"
    r"(?:papers?|works?|studies|research|by|on|about)\b"
    r"|^(?:anything|something) (?:on|about|by)\b|^do you have (?:anything|something|any|papers?)\b",
    re.IGNORECASE,
)
_PAPERS = re.compile(
    r"\b(?:papers|studies|works|surveys|articles|theses|publications|literature)\b|^(?:list|show|find)\b"
    r"|\bwhat has been done\b|\b(?:any|a|another) (?:\w+ )?paper\b|\bwhat (?:else )?\w+ (?:(?:i|we) )?(?:cite|read)\b",
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


def asks_for_list(question: str) -> bool:
    """Whether the question wants several papers: "Which papers ...", "What has been done on ..."."""
    return bool(_LIST.search(question))


def asks_for_papers(question: str) -> bool:
    """Whether the list that it wants is one of papers, and no fact of one of them can be meant."""
    return bool(_PAPERS.search(question))


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
    names = tuple(names_of(question))
    return names if len(names) == 2 else ()


def _thing(words: str) -> str:
    """The name in a few words such as "the LoRA paper", or the words where there is not just one."""
    names = NAME.findall(words)
    alone = len(names) == 1 and not any(w[0].isupper() for w in words.replace(names[0], "").split())
    return names[0] if alone else words.strip(" '\"")

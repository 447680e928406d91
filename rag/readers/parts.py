"""What the parts of an abstract are called ("Background:", "METHODS"), and the abstract without it."""

from __future__ import annotations

import re

# Others ("Main outcome measures", "Setting") say what their text does not.
_PART = (
    r"(?:background(?: information)?|introduction|context|rationale|motivation|importance|significance"
    r"|objectives?|aims?|goals?|purpose"
    r"|study question|(?:materials?|patients?|subjects|participants|research design|study design|design"
    r"|data sources?|experimental (?:procedures?|approach)) and methods?|(?:search )?methods?|methodology|approach"
    r"|search strategy|selection criteria|data collection and analysis|(?:main |key )?results?"
    r"|(?:principal |recent |main |key )?findings|observations?|(?:authors?['’]s? |main )?conclusions?"
    r"|concluding remarks|interpretation|discussion|(?:clinical )?(?:implications|relevance)|summary(?: answer)?"
    r"|unlabell?ed|highlights)"
)
_NAME = rf"{_PART}(?:(?: and | & | ?/ ?|-| of (?:the )?){_PART}| of (?:the )?(?:review|study))?"
_PARTS = rf"(?-i:(?=[A-Z])){_NAME}"
# Behind a sentence; databases put a comma, or lose the space. MDPI numbers its parts.
_BEHIND = r"(?<=[.;!?)\]”\"%]),?\s*(?:\([1-9]\)\s*)?"
_ABSTRACT = re.compile(
    r"(?:publisher summary[;:.]?\s+(?-i:(?=[A-Z]))"
    r"|\[?(?:abstract|summary|a b s t r a c t|zusammenfassung|résumé|resumen)\]?\s*"
    r"(?:[:.—–-]+\s*|\s+(?-i:(?=[A-Z\d“\"']))"
    r"|(?-i:(?<=Abstract)(?=[A-Z][a-z]*\b)))"
    r"|author\(s\):[^|]{1,500}\|(?:[^|]{1,500}\|)?\s*abstract:\s*)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"(?:\([1-9]\)\s*)?(?:{_NAME}\s*[:—–]+\s*|{_PARTS}(?:\s+-\s+|\.\s+(?-i:(?=[A-Z])))|\[{_PARTS}\]:?\s*)",
    re.IGNORECASE,
)
_LATER = re.compile(
    rf"{_BEHIND}(?:{_PARTS}(?:\s*:+\s*|\s+-\s+)(?=\S)|\[{_PARTS}\]:?\s*)|(?<=[.!?)])\s+{_PARTS}\.\s+(?-i:(?=[A-Z]))",
    re.IGNORECASE,
)
# Without a sign behind it, or even a space, a name is one only in an abstract that begins with one, and has another.
_BARE = re.compile(rf"(?:^|{_BEHIND}){_PARTS}(?-i:\s+(?=[A-Z0-9“\"‘(])|(?=[A-Z][\w-]*\s))", re.IGNORECASE)


def without_names(text: str) -> str:
    """The abstract without "Abstract", and without the usual names of its parts."""
    for heading in _ABSTRACT, _FIRST:
        text = heading.sub("", text, count=1) if heading.match(text) else text
    bare = list(_BARE.finditer(text))
    if len({match[0].strip().lower() for match in bare}) > 1 and not bare[0].start():
        text = _BARE.sub(" ", text).strip()
    return _LATER.sub(" ", text)

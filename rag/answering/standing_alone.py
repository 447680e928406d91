"""Whether a question goes on from what was said before, or says itself what it is about."""

from __future__ import annotations

import re

from rag.answering.elliptical import lacks_subject
from rag.library import Library
from rag.text.entities import names_of
from rag.text.words import content_words

_REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|such|same|similar|else|he|she|both|"
    r"one(?=[?.! ]*$| (?:that|which|of|for|with|on|is|was|does|did|has|based|from|about)\b)|"
    r"the two(?! \w+ \w)|ones|there(?=[?.! ]*$))\b",
    re.IGNORECASE,
)
_ANTECEDENT = 2  # content words before a pronoun, from which it means something in the question itself
_LONG = 5  # content words of a question that says enough to be understood alone, one more where it begins "does it"
_ELLIPTIC = 3  # content words of a question that only goes on: "and on which benchmarks?"
_OF_IT = re.compile(r"\b(?:is|are|was|were|does|do|did|can|could|will|has|have) (?:it|they)\b", re.IGNORECASE)
_OPENS = re.compile(r"^(?:(?:and|but|so|or|also|then|ok(?:ay)?|now)\b[ ,]*)*(?:what about|how about)\b", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^(?:and|but|so|or|also|then|what else|why|how come|(?:only|just) (?:the|those))\b|"
    r"^(?:on|in|with|for|by) (?:which|what)\b|"
    r"^(?:is|are) there (?:any |an? |some )?\w+[?.! ]*$",
    re.IGNORECASE,
)
_WHAT_IS = re.compile(  # "so what is a retrieval head?" has a subject of its own
    r"^(?:(?:and|so|but|then|ok(?:ay)?)\b[ ,]*)*what(?:'s| is| are)(?! (?:it|that|this|they|its|their|the)\b)",
    re.IGNORECASE,
)
_WHY = re.compile(r"(?:why|how come)\b", re.IGNORECASE)
_WHOLLY = re.compile(
    r"^(?:(?:and|but|so|please|the|what|which|who|how|when|why|is|are|was|were|its|any|give me|show me|more|"
    r"authors?|year|link|url|pdf|bibtex|citation|limitations?|drawbacks?|results?|findings?|summary|contributions?|"
    r"details?|examples?|code|data|datasets?|baselines?|accuracy|speed|cost|memory|training|method|evaluation|"
    r"wrote|published|new(?:er|est)?|better|faster|explain|summari[sz]e|simpler)\b[ ,.?!]*)+$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:it|this|that|they)\b.*\b(?:than|to|with|from|against|vs\.?|versus|unlike|or|and)\b|\bcompared?\b.*\b(?:it|"
    r"this|that)\b",
    re.IGNORECASE,
)


def needs_context(question: str, library: Library | None = None) -> bool:
    """Whether the question cannot be understood without what was said before: it names no subject of its own."""
    if opened := _OPENS.match(question):
        rest = question[opened.end() :]
        return _refers(rest) or bool(_WHOLLY.match(rest.strip())) or not content_words(rest)
    question = re.sub(r"n['’]t\b", "", question)
    words = len(content_words(question, of_papers=True))
    going_on = _CONTINUES.search(question) and not _WHAT_IS.match(question)
    elliptic = going_on and words <= (1 if _WHY.match(question) else _ELLIPTIC)
    if elliptic or _WHOLLY.match(question):
        # "And what does CrabTag do?" names its own subject.
        return not _titled(question, library)
    if _BESIDE.search(question) and len(names_of(question)) == 1:
        return _refers(question)  # "Is it better than MoH?" names only the other side
    # "Is it licensed under MIT?" asks of what was shown, "Does MoH work, and is it fast?" of what it names.
    asked_of = _OF_IT.search(question)
    if _refers(question) and not names_of(question[: asked_of.start()] if asked_of else question):
        return True
    return library is not None and lacks_subject(question, library)


def says_enough(question: str) -> bool:
    """Whether it has so many content words that it is understood alone, whatever pronouns it has."""
    return len(content_words(question, of_papers=True)) >= _LONG + bool(_OF_IT.match(question))


def _refers(question: str) -> bool:
    """Whether a word refers to what was said before, not to what stands in front of it: "methods that they use"."""
    if says_enough(question):
        return False  # "Is it fair to compare the context windows of two vendors by their tokens?"
    of_it = _OF_IT.search(question)
    for found in _REFERS.finditer(question):
        before = question[: found.start()]
        relative = found.group().lower() == "that" and bool(content_words(" ".join(before.split()[-1:])))
        last = not question[found.end() :].strip("?.! ")  # "a newer version of it?"
        subject = of_it is not None and of_it.end() == found.end()  # "how much memory does it save?"
        if last or subject or (not relative and len(content_words(before, of_papers=True)) < _ANTECEDENT):
            return True
    return False


def _titled(question: str, library: Library | None) -> bool:
    """Whether it names a thing that a paper's title has, so that it has a subject of its own."""
    if library is None:
        return False
    return any(library.catalogue.titled(name) for name in names_of(question))

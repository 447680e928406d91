"""What a question that goes on from the turns before it means: their subject, and which of the papers shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rag.answering.elliptical import lacks_subject
from rag.answering.kinds import cue
from rag.answering.small_talk import small_talk
from rag.answering.standing_alone import needs_context, says_enough
from rag.library import Library
from rag.text.entities import NAME, names_of
from rag.text.words import content_words

# Earlier turns as {"role": "user" or "assistant", "content": text}; an assistant's may say which "papers" it showed.
History = Sequence[Mapping[str, Any]]

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "last": -1,
}  # fmt: skip
_ORD = "|".join(_ORDINALS)
_ORDINAL = re.compile(
    rf"\b(?:the |paper |number )({_ORD})\b(?=['’]s\b|[?.!, ]*$)|"  # not "tokens per second", "which came first"
    rf"\b({_ORD})\b(?= (?:one|paper|result|of (?:them|these|those)|(?:and|or|with|to|than) (?:the )?(?:{_ORD}))\b)|"
    rf"^(?:(?:and|please) )?({_ORD})[?.! ]*$|"
    r"^(?:please )?(?:explain|summari[sz]e|describe|open|show(?: me)?|tell me (?:more )?about) the "
    rf"({_ORD})\b",
    re.IGNORECASE,
)
_FIRST_TWO = re.compile(r"\b(?:first|top) (?:two|2)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:paper|source|number|no\.?|result) ?#?(\d{1,2})\b|\[(\d{1,2})\]", re.IGNORECASE)
_POLITE = frozenset({"please", "thanks", "one", "show", "open", "give", "tell", "take"})
_POINTING = (_ORDINAL, _FIRST_TWO, _NUMBERED)
ONES = re.compile(
    r"\bones\b|^(?:only|just) (?:the|those)\b|^how many are there\b", re.IGNORECASE
)  # narrows what was listed before
_PAIR = re.compile(
    r"\b(?:compare|between|difference|differ|versus|contrast)\b.*\b(?:them|these|those|both|two)\b|"
    r"\bwhich (?:one )?(?:of "
    r"(?:them|the two|these|those) )?(?:is|was|are|needs?|came) \w*(?:er|better|first|more|less|best)\b|^compare them|"
    r"\b(?:they|these|those|both)\b.*\bin common\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:(?:show|give|tell)(?: me)? )?(?:some |any |the )?(?:more|next|others?|rest)(?: (?:of them|papers?|"
    r"please))*[?.! ]*$",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:similar|others?|else|another|such|same|more|any|ones?|papers|both|than|instead|also|something|"
    r"(?:is|are) there)\b",
    re.IGNORECASE,
)
_AMONG = re.compile(
    r"\b(?:which|what|who)\b.*\b(?:of (?:them|these|those)|they|these|those)\b.*\b(?:newest|oldest|latest|earliest|"
    r"most recent|first)\b|^which (?:one |paper )?(?:is|was) (?:the )?(?:newest|oldest|latest|earliest|most recent)\b|"
    r"\b(?:newest|oldest|latest|earliest|most recent|first) of (?:them|these|those)\b",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"\b(?:which|who|any|some|how many|what|none|all) of (?:them|these|those)\b|"
    r"\b(?:do|does|did|are|is|were|was) (?:any|one|some|all) of (?:them|these|those)\b|"
    r"\b(?:these|those) (?:\w+ )?(?:papers|studies|articles|abstracts|works|publications)\b",
    re.IGNORECASE,
)
_SIMILAR = re.compile(
    r"\b(?:similar|related|comparable)\b|\b(?:who|anyone|anybody) else\b|\blike (?:it|this|that|these|those)\b",
    re.IGNORECASE,
)
_LIKE = re.compile(r"\b(?:papers?|works?|others?|anything|something|more)\b.*\b(?:like|similar to)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|this|that)\b", re.IGNORECASE)
MOST_EACH = 10  # papers shown that a question without a subject is put to
_TURNS = 4  # earlier questions that are looked through for what is asked about
_MAX_NAMES = 3


def carried_over(question: str, history: History, library: Library | None) -> str:
    """The question with the named things of the last one that stood alone behind it, or with all of that one.

    The answer's names are not taken: it quotes many that the question was not about.
    """
    alone = last_alone(history, library)
    added = ", ".join(names_of(alone)[:_MAX_NAMES]) or alone
    return f"{question} ({added})" if added else question


def last_alone(history: History, library: Library | None) -> str:
    """The last question that can be understood alone, else the first of those looked at; "" where there is none.

    One that no paper was shown for was of another matter, unless it names what the collection does not know.
    """
    turns = history[-2 * _TURNS :]
    asked = [
        str(turn["content"])
        for turn, reply in zip_longest(turns, turns[1:])
        if turn["role"] == "user" and (names_of(str(turn["content"])) or not _nothing_shown(reply))
    ]
    asked = [question for question in asked if not small_talk(question, 0) and cue(question) != "collection"]
    alone = (q for q in reversed(asked) if not needs_context(q, library) and not any(p.search(q) for p in _POINTING))
    return next(alone, asked[0] if asked else "")


def _nothing_shown(reply: Mapping[str, Any] | None) -> bool:
    return reply is not None and reply["role"] == "assistant" and "papers" in reply and not reply["papers"]


@dataclass(frozen=True)
class Reference:
    """The papers shown before that a question means: `pointed` at by place or as a pair, or else just the subject.

    `more` asks for further papers of the same list, `similar` for others like those, `each` is asked of all of them.
    """

    papers: tuple[str, ...] = ()
    pointed: bool = False
    more: bool = False
    similar: bool = False
    each: bool = False


def referred(question: str, history: History, library: Library | None) -> Reference:
    """What of the last answer the question means."""
    answers = list(_shown(history, library))
    if not answers:
        return Reference()
    if _MORE.match(question):
        return Reference(tuple(dict.fromkeys(paper for shown in answers for paper in shown)), more=True)
    places = (
        [1, 2] if _FIRST_TWO.search(question) else [p for a, b in _NUMBERED.findall(question) if (p := int(a or b))]
    )
    ordinals = [] if _FIRST_TWO.search(question) else _ORDINAL.findall(question)
    places += [_ORDINALS["".join(found).lower()] for found in ordinals]
    # "The second one" is of the last answer that showed two, though one of these was looked at since.
    enough = next((papers for papers in answers if len(papers) >= max([*places, 2])), [])
    if places and enough:
        meant = [enough[p - 1 if p > 0 else p] for p in places]
        if _LIKE.search(question):
            return Reference(tuple(meant), similar=True)
        # "Compare it with the first one": it is what was looked at since.
        beside = answers[0] if len(answers[0]) == len(meant) == 1 and _IT.search(question) else []
        return Reference(tuple(dict.fromkeys([*beside, *meant])), pointed=True)
    if _AMONG.search(question):
        several = next((papers for papers in answers if len(papers) > 1), answers[0])
        return Reference(tuple(several), pointed=True)
    alone = says_enough(question) or len(names_of(question)) > 1
    if _PAIR.search(question) and not alone:  # "which is better, A or B?" names its own
        return _pair(answers)
    if len(answers[0]) > 1 and _OF_THEM.search(question):
        return Reference(tuple(answers[0][:MOST_EACH]), each=True)
    elliptical = library is not None and lacks_subject(question, library, answers[0])
    if not elliptical and not needs_context(question, library):
        return Reference()
    if _SIMILAR.search(question) and not content_words(_SIMILAR.sub(" ", question), of_papers=True):
        return Reference(tuple(answers[0]), similar=True)
    if elliptical and len(answers[0]) > 1:  # "which datasets were used?", "give me the bibtex"
        of_records = cue(question) == "bibliographic"
        return Reference(tuple(answers[0][:MOST_EACH]), pointed=of_records, each=not of_records)
    # Where one paper was shown last, "does it need training?" is about that very paper.
    return Reference(tuple(answers[0][:1]), pointed=len(answers[0]) == 1 and not _OTHERS.search(question))


def only_points(question: str) -> bool:
    """Whether it asks nothing but for a paper by its place: "the second one, please"."""
    rest = question
    for pointing in _POINTING:
        rest = pointing.sub(" ", rest)
    return rest != question and not [w for w in content_words(rest, of_papers=True) if w not in _POLITE]


def _pair(answers: list[list[str]]) -> Reference:
    """The two papers that "compare them" means: of the last answer, or where that showed one, of the last two."""
    both = answers[0] if len(answers[0]) > 1 else list(dict.fromkeys(p for a in reversed(answers[:2]) for p in a[:1]))
    return Reference(tuple(both[:2]), pointed=True) if len(both) > 1 else Reference()


def _shown(history: History, library: Library | None) -> Iterator[list[str]]:
    """Papers of each turn that showed some, the last first: as it says, else those whose titles its text names."""
    for turn in reversed(history):
        if turn["role"] != "assistant":
            continue
        if papers := turn.get("papers"):
            yield list(papers)
            continue
        if library is not None and (names := NAME.findall(turn["content"])):
            found = [paper for name in dict.fromkeys(names) for paper in library.catalogue.titled(name)[:1]]
            if found:
                yield list(dict.fromkeys(p.id for p in found))

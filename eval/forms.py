"""The same request in ten wordings: is it answered alike, from the same paper, and rightly?

People do not ask as labelled questions do. So some papers of the collection are asked about in ten everyday ways, and
some labelled questions are put in ten wordings that change nothing of what is asked (metamorphic testing).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eval.cases import Case, normal
from eval.metrics import Reply
from eval.stats import SEED, estimate, interval
from eval.subjects import subjects_of
from rag.answering.languages import unread_language
from rag.models.token_vectors import is_stopword

if TYPE_CHECKING:
    from rag.library import Library

QUOTING = 12  # papers and labelled questions each, for an answerer that quotes
MODEL = 1  # for a model, which takes seconds or cents an answer
_SEPARATOR = "@"  # in the id of a case, before the number of its wording

ABOUT: tuple[str, ...] = (
    "What is {}?",
    "tell me about {}",
    "Explain {} to me, please.",
    "{}",
    "Could you summarise the {} paper for me?",
    "what does {} do",
    "i'd like to know what {} is about",
    "Give me the gist of {}.",
    "How does {} work?",
    "hi, whats {} good for? thanks",
)


def _lower(question: str) -> str:
    return question.rstrip(" ?.!").lower()


def _misspelt(question: str) -> str:
    """Two letters in the middle of its longest plain word change places."""
    words = re.findall(r"\b[a-z]{6,}\b", question)
    if not words:
        return question
    word = max(words, key=len)
    at = len(word) // 2
    return question.replace(word, word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :], 1)


def _keywords(question: str) -> str:
    kept = [w for w in re.findall(r"[\w@%.+-]*\w", question) if not is_stopword(w)]
    return " ".join(kept) if len(kept) > 2 else question


def _small(question: str) -> str:
    """The question as it goes on in mid-sentence; names keep their capitals."""
    first, _, rest = question.partition(" ")
    return f"{first.lower() if first[1:].islower() else first} {rest}"


# Each changes the wording of a question and nothing of what is asked.
REWORDED: dict[str, Callable[[str], str]] = {
    "as it stands": lambda q: q,
    "small letters, no mark": _lower,
    "polite": lambda q: f"Could you please tell me: {_small(q)}",
    "greeting": lambda q: f"Hello! {q} Thank you.",
    "curious": lambda q: f"I was wondering, {_small(q)}",
    "misspelt": _misspelt,
    "keywords": _keywords,
    "brief": lambda q: f"{q} Keep it short.",
    "from somebody else": lambda q: f"My supervisor wants to know: {_small(q)}",
    "according to papers": lambda q: f"According to the papers, {_small(q)}",
}
FAMILIES = {"about": "asked about a paper", "reworded": "a labelled question reworded"}


@dataclass(frozen=True)
class FormsReport:
    """The cases of forms, and what was answered to each."""

    cases: Sequence[Case]
    replies: Sequence[Reply]


def forms_wanted(forms: int | None, has_model: bool) -> int:
    """How many papers, and labelled questions, are asked in ten wordings: as said, else by what an answer costs."""
    return forms if forms is not None else MODEL if has_model else QUOTING


def form_cases(library: Library, cases: Sequence[Case], n: int) -> list[Case]:
    """Ten wordings each of requests about n papers, and of n of the questions; drawn by lot, the same every time."""
    dice = random.Random(SEED)
    subjects = _subjects(library)
    made = []
    for name, paper_id, title in dice.sample(subjects, min(n, len(subjects))):
        base = Case(f"about:{paper_id}", "about", "", gold_titles=(title,))
        made += [_worded(base, at, form.format(name)) for at, form in enumerate(ABOUT)]
    usable = [c for c in cases if not c.history and not unread_language(c.question, library.embedder)]
    for case in dice.sample(usable, min(n, len(usable))):
        base = replace(case, id=f"reworded:{case.id}", type="reworded", place="")
        made += [_worded(base, at, reword(case.question)) for at, reword in enumerate(REWORDED.values())]
    return made


def _worded(base: Case, at: int, question: str) -> Case:
    return replace(base, id=f"{base.id}{_SEPARATOR}{at}", question=question)


def _subjects(library: Library) -> list[tuple[str, str, str]]:
    """(name, id, title) of what papers are about: those whose title gives a name, all where these are few."""
    subjects = subjects_of(library)
    named = [s for s in subjects if s.named]
    return [(s.name, s.paper.id, s.title) for s in (named if len(named) >= QUOTING else subjects)]


def weigh_forms(asked: FormsReport) -> dict[str, Any]:
    """What became of them.

    `alike` is the share of wordings answered as most of their request are: refused, or answered from the same paper
    first; `right` the share answered from a labelled paper, or rightly refused, and `spread` its lowest and highest by
    wording. Each figure has its interval over requests. {} where nothing was asked.
    """
    groups: dict[str, list[tuple[Case, Reply]]] = {}
    for case, reply in zip(asked.cases, asked.replies, strict=True):
        groups.setdefault(case.id.rpartition(_SEPARATOR)[0], []).append((case, reply))
    if not groups:
        return {}
    alike = {name: _alike([reply for _, reply in pairs]) for name, pairs in groups.items()}
    right = {name: [_right(*pair) for pair in pairs] for name, pairs in groups.items()}
    by_wording = _by_wording(groups, right)
    shares = [w["right"] for w in by_wording]
    return {
        "requests": len(groups),
        "wordings": by_wording,
        **_mean("alike", list(alike.values())),
        **_mean("right", [sum(r) / len(r) for r in right.values()]),
        "spread": [min(shares), max(shares)],
        "worst": [_told(name, groups[name], alike[name], right[name]) for name in _worst(alike, right)],
    }


def _mean(name: str, values: Sequence[float]) -> dict[str, Any]:
    ones = [1.0] * len(values)
    return {name: estimate(values, ones), f"{name}_interval": list(interval(values, ones))}


def _signature(reply: Reply) -> str:
    """What must not change with the wording: refused, or the paper that the answer begins with."""
    return "" if reply.abstained else normal(reply.cited[0]) if reply.cited else "nothing cited"


def _alike(replies: Sequence[Reply]) -> float:
    return Counter(map(_signature, replies)).most_common(1)[0][1] / len(replies)


def _right(case: Case, reply: Reply) -> bool:
    if not case.answerable or reply.abstained:
        return reply.abstained and not case.answerable
    return bool({normal(t) for t in case.gold_titles} & {normal(t) for t in reply.cited})


def _by_wording(
    groups: Mapping[str, Sequence[tuple[Case, Reply]]], right: Mapping[str, Sequence[bool]]
) -> list[dict[str, Any]]:
    """The share right of each wording, over the requests of its family."""
    found = []
    for family, told in FAMILIES.items():
        names = [name for name in groups if name.startswith(f"{family}:")]
        for at, wording in enumerate(ABOUT if family == "about" else REWORDED) if names else ():
            share = sum(right[name][at] for name in names) / len(names)
            wording = wording.format("X") if family == "about" else wording
            found.append({"family": told, "wording": wording, "right": round(share, 6), "n": len(names)})
    return found


def _worst(alike: Mapping[str, float], right: Mapping[str, Sequence[bool]]) -> list[str]:
    """The requests of which fewest wordings are answered rightly, then alike."""
    uneven = [name for name in alike if alike[name] < 1 or not all(right[name])]
    return sorted(uneven, key=lambda name: (sum(right[name]), alike[name]))[:5]


def _told(name: str, pairs: Sequence[tuple[Case, Reply]], alike: float, right: Sequence[bool]) -> dict[str, Any]:
    wrong = [case.question for (case, _), good in zip(pairs, right, strict=True) if not good]
    return {"id": name, "request": pairs[0][0].question, "alike": alike, "right": sum(right), "wrong": wrong[:3]}

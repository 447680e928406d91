"""Questions made from a collection that nobody has labelled, of each kind, marked as made.

Without a model they come from the abstracts' own sentences and from everyday forms: easier than people's questions, for
they share words with their sentences. `eval worth` measures how far they rank answerers as labelled questions do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from eval.cases import TYPES, Case, asks_the_same, check_cases
from eval.subjects import Subject, shared_topics, subjects_of
from rag.answering.own_calibration import FAR, thinned, words
from rag.answering.roles import Role, readable, roles_of
from rag.text.entities import NAME
from rag.types import Sentence

if TYPE_CHECKING:
    from eval.written import Written
    from rag.library import Library

MADE = "made"  # the tag of a question that a program made
_FIGURE = re.compile(r"(?<![\w.,-])\d[\d.,]*\d?\s?(?:\\?%|x\b|×)|(?<![\w.,-])\d[\d.,]*\d(?![\w-])")
_MIN_WORDS, _SHARE = 4, 0.5  # of a sentence's words that a question has
_ASKED_FIGURE = ("What figure is given: {}?", "{}: how much, or how many?", "Which number is reported for {}?")
# What is asked of a named system, by what the sentence that answers does.
_ASKED: dict[Role, tuple[str, ...]] = {
    "idea": ("What is {}?", "What does {} do?", "tell me about {}"),
    "problem": ("What problem does {} address?", "why was {} made"),
    "how": ("How does {} work?", "explain how {} does it"),
    "result": ("What results does {} get?", "how well does {} do"),
    "limit": ("What are the limits of {}?",),
}
_NEXT: dict[Role, str] = {
    "problem": "And what problem does it address?",
    "how": "And how does it work?",
    "result": "And how well does it do?",
    "limit": "What are its limits?",
}
_LISTED = ("Which papers are about {}?", "papers on {}", "What has been done on {}?")
_COMPARED = ("What is the difference between {} and {}?", "{} vs {}", "How do {} and {} differ?")


def make_questions(library: Library, n: int, seed: int = 0, written: Written | None = None) -> list[Case]:
    """n questions, as evenly of each kind as the collection allows; fewer where it is small.

    `written` has a model write and check those that ask for a fact. Raises LLMError when it is down.
    """
    maker = _Maker(library, random.Random(seed), written)
    kinds: dict[str, Iterator[Case]] = {kind: maker.of(kind) for kind in TYPES}
    made: list[Case] = []
    papers = list(library.papers())
    while kinds and len(made) < n:
        for kind in list(kinds):
            if len(made) >= n:
                break
            new = (c for c in kinds[kind] if not any(asks_the_same(c, m) for m in made))
            case = next((c for c in new if not check_cases([c], papers)), None)
            if case is None:
                del kinds[kind]  # the collection gives no more of them: others fill up
            else:
                made.append(replace(case, id=f"made{len(made) + 1:03d}"))
    return sorted(made, key=lambda case: TYPES.index(case.type))


class _Maker:
    """Drafts of each kind, one after the other, each paper but once for a kind."""

    def __init__(self, library: Library, dice: random.Random, written: Written | None) -> None:
        self._library, self._dice, self._written = library, dice, written
        self._subjects = subjects_of(library)

    def of(self, kind: str) -> Iterator[Case]:
        """Drafts of a kind, until the collection gives no more."""
        drafts: dict[str, Callable[[], Iterator[Case]]] = {
            "factoid": self._facts,
            "named": self._named,
            "survey": self._lists,
            "compare": self._comparisons,
            "followup": self._follow_ups,
            "unanswerable_near": self._near_misses,
            "unanswerable_far": self._far,
        }
        return drafts[kind]()

    def _drawn(self) -> list[Subject]:
        return self._dice.sample(self._subjects, len(self._subjects))

    def _facts(self) -> Iterator[Case]:
        """A figure asked for by words of its sentence, without the paper's name; or a question that a model wrote."""
        for subject in self._drawn():
            found = self._fact_of(subject)
            if found is not None:
                yield found

    def _fact_of(self, subject: Subject) -> Case | None:
        if self._written is not None:
            sentences = [s for s in subject.sentences if readable(s.text)]
            sentence = self._dice.choice(sentences) if sentences else None
            wrote = self._written.ask(subject, sentence) if sentence else None
            if wrote is None or sentence is None:
                return None
            return _answered("factoid", wrote.question, subject, sentence, wrote.answer, "model")
        telling = [(s, f) for s in subject.sentences if readable(s.text) and (f := _only_figure(s, subject.sentences))]
        telling = [(s, f) for s, f in telling if len(self._asked_words(s, subject)) >= _MIN_WORDS]
        if not telling:
            return None
        sentence, figure = self._dice.choice(telling)
        carrying = self._asked_words(sentence, subject)
        drawn = thinned(carrying, _MIN_WORDS, _SHARE, self._dice)
        asked = self._dice.choice(_ASKED_FIGURE).format(drawn)
        return _answered("factoid", asked[0].upper() + asked[1:], subject, sentence, figure, "sentence")

    @staticmethod
    def _asked_words(sentence: Sentence, subject: Subject) -> list[str]:
        """The words of a sentence that a question may have: neither numbers nor the paper's name."""
        return [w for w in words(sentence.text) if not w[0].isdigit() and w.lower() not in subject.name.lower()]

    def _named(self) -> Iterator[Case]:
        for subject in self._drawn():
            roles = [(s, r) for s, r in zip(subject.sentences, roles_of(subject.sentences), strict=True) if r in _ASKED]
            if subject.named and roles:
                sentence, role = self._dice.choice(roles)
                asked = self._dice.choice(_ASKED[role]).format(subject.name)
                figure = _only_figure(sentence, subject.sentences) if role == "result" else ""
                yield _answered("named", asked, subject, sentence, figure, "form")

    def _follow_ups(self) -> Iterator[Case]:
        for subject in self._drawn():
            roles = roles_of(subject.sentences)
            usable = [(s, r) for s, r in zip(subject.sentences, roles, strict=True) if r in _NEXT]
            if not subject.named or not usable or "idea" not in roles:
                continue
            sentence, role = self._dice.choice(usable)
            said = subject.sentences[roles.index("idea")].text
            turns = ({"role": "user", "content": f"What is {subject.name}?"}, {"role": "assistant", "content": said})
            case = _answered("followup", _NEXT[role], subject, sentence, "", "form")
            yield replace(case, history=turns)

    def _lists(self) -> Iterator[Case]:
        topics = shared_topics(self._subjects)
        for topic in self._dice.sample(sorted(topics), len(topics)):
            asked = self._dice.choice(_LISTED).format(topic)
            facts = tuple((s.name if s.named else s.title,) for s in topics[topic])
            yield Case("", "survey", asked, tuple(s.title for s in topics[topic]), (), facts, tags=(MADE, "form"))

    def _comparisons(self) -> Iterator[Case]:
        topics = shared_topics(self._subjects)
        for topic in self._dice.sample(sorted(topics), len(topics)):
            named = [s for s in topics[topic] if s.named]
            for one, two in list(combinations(named, 2))[:1]:
                asked = self._dice.choice(_COMPARED).format(one.name, two.name)
                yield Case("", "compare", asked, (one.title, two.title), tags=(MADE, "form"))

    def _near_misses(self) -> Iterator[Case]:
        """A question for a fact, with the sentence that answers it hidden."""
        for case in self._facts():
            yield Case(
                "", "unanswerable_near", case.question, answerable=False, without=case.gold_evidence, tags=case.tags
            )

    def _far(self) -> Iterator[Case]:
        """Everyday questions of which the collection names nothing."""
        everything = " ".join(f"{s.title} {' '.join(x.text for x in s.sentences)}" for s in self._subjects).lower()
        for asked in self._dice.sample(FAR, len(FAR)):
            if sum(w.lower() in everything for w in words(asked)) <= len(words(asked)) / 2:
                yield Case("", "unanswerable_far", asked, answerable=False, tags=(MADE, "form"))


def _answered(kind: str, asked: str, subject: Subject, sentence: Sentence, fact: str, how: str) -> Case:
    evidence = ((subject.title, sentence.text),)
    return Case("", kind, asked, (subject.title,), evidence, _alternatives(fact), tags=(MADE, how))


def _alternatives(fact: str) -> tuple[tuple[str, ...], ...]:
    """The fact as a key fact; a figure also without the blank or the escape before its unit."""
    if not fact:
        return ()
    bare = re.sub(r"\s?\\?(%|x|×)$", r"\1", fact)
    return (tuple(dict.fromkeys([fact, bare])),)


def _only_figure(sentence: Sentence, sentences: Sequence[Sentence]) -> str:
    """The figure of a sentence that has but one, which no other sentence of the abstract repeats; else ""."""
    figures = [m.group().rstrip(".,") for m in _FIGURE.finditer(sentence.text) if not _in_name(m, sentence.text)]
    elsewhere = " ".join(s.text for s in sentences if s.index != sentence.index)
    return figures[0] if len(figures) == 1 and figures[0] not in elsewhere else ""


def _in_name(figure: re.Match[str], text: str) -> bool:
    """Whether a number is part of a name, or a year."""
    year = re.fullmatch(r"(?:19|20)\d\d", figure.group())
    return bool(year) or any(m.start() <= figure.start() < m.end() for m in NAME.finditer(text))


def to_json_row(case: Case) -> dict[str, object]:
    """A question as a line of a question file."""
    row: dict[str, object] = {
        "id": case.id,
        "type": case.type,
        "question": case.question,
        "answerable": case.answerable,
    }
    lists: dict[str, list[object]] = {
        "gold_titles": list(case.gold_titles),
        "gold_evidence": [{"title": t, "sentence": s} for t, s in case.gold_evidence],
        "key_facts": ["||".join(fact) for fact in case.key_facts],
        "history": list(case.history),
        "without": [{"title": t, "sentence": s} for t, s in case.without],
        "tags": list(case.tags),
    }
    return {**row, **{name: value for name, value in lists.items() if value}, "split": case.split}

"""A model's sentence against the evidence: its citations resolved or mended, its support scored, shown or withheld."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.answering.judges import Coverage, Judge, Support
from rag.answering.markers import Draft
from rag.text.entities import mentions, numbers_missing, warnings_for
from rag.types import Evidence

Checking = Literal["strict", "flag", "off"]
MODES: tuple[Checking, ...] = ("strict", "flag", "off")

MAX_MENDED = 2  # sentences that a mended citation may rest on
ASKED_FROM = 0.45  # coverage from which a judge of a higher level is asked; below it is seldom support
ADDS = 0.03  # coverage that a further citation must add to stand
_MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|\d{1,2}[.)]\s+|>\s+|\|)|[*_`]{2,}|`|\|\s*$")
_RULE = re.compile(r"^[\s|:\-=_*`~#]*$")
_SOURCE = re.compile(r"\b[Ss]ource (\d{1,2})\b")
_MARKUP_NAME = re.compile(r"</?(?:sentences|abstracts)>|^(?:answer|question|source \d+)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """A draft with the evidence it rests on, none where nothing fits, and how far that supports it."""

    text: str
    evidence: tuple[Evidence, ...]
    support: Support
    unknown: int  # citations of sources that do not exist
    mended: bool

    @property
    def supported(self) -> bool:
        return self.support.verdict == "supported"

    @classmethod
    def unjudged(cls, text: str, evidence: Sequence[Evidence], unknown: int) -> Checked:
        """A sentence that is passed as it is."""
        return cls(text, tuple(evidence), Support(0.0, "unchecked", 0, 0), unknown, mended=False)


class Checker:
    """Checks the drafts of one answer against its evidence."""

    def __init__(self, question: str, evidence: Sequence[Evidence], judge: Judge, coverage: Coverage) -> None:
        self._question, self._evidence = question, list(evidence)
        self._judge, self._coverage = judge, coverage
        self._said: set[str] = set()
        self.calls = 0

    def check(self, draft: Draft) -> Checked | None:
        """The draft checked; None for one that says nothing: empty, a repetition, or the question again.

        Raises LLMError when the judge's model fails.
        """
        text = self.said(draft)
        if not text:
            return None
        cited, unknown = resolve(draft, self._evidence)
        if cited:
            support = self._score(cited, text)
            if support.verdict == "supported":
                return Checked(text, self.needed(cited, text), support, unknown, mended=False)
        mended = self.mend(text)
        support = self._score(mended, text)
        if support.verdict == "supported":
            return Checked(text, tuple(mended), support, unknown, mended=True)
        return Checked(text, tuple(cited), support, unknown, mended=False)

    def said(self, draft: Draft) -> str:
        """What the draft says, "" where that is nothing: empty, a repetition, or the question again."""
        text = _SOURCE.sub(self._named, strip_markdown(draft.text))
        key = text.casefold()
        if not re.search(r"\w{2}", text) or key in self._said:
            return ""
        self._said.add(key)
        return "" if text.endswith("?") or _words(text) <= _words(self._question) else text

    def _named(self, mention: re.Match[str]) -> str:
        """What a model calls "Source 2", by its paper's name: sources have other numbers in the answer."""
        titles = {e.number: e.paper.title.partition(":")[0] for e in self._evidence}
        return titles.get(int(mention.group(1)), mention.group())

    def _score(self, evidence: Sequence[Evidence], text: str) -> Support:
        """Coverage first; a model is asked only about what that does not rule out."""
        support = self.coverage(evidence, text)
        if self.forbidden(evidence, text):
            return replace(support, verdict="unsupported")
        if self._judge is not self._coverage and not self.copied(evidence, text) and support.score >= ASKED_FROM:
            self.calls += 1
            return self._judge.score([e.titled for e in evidence], text)
        return support

    def coverage(self, evidence: Sequence[Evidence], text: str) -> Support:
        """How much of the text the evidence covers (level 0), the titles of its papers counted in."""
        sentences = [e.sentence.text for e in evidence]
        if text in sentences:  # which covers itself: nothing is embedded
            told = [told for e in evidence for told in (e.sentence.text, e.paper.title)]
            return Support(1.0, "supported", sentences.index(text), 0, warnings_for(text, told))
        # A sentence may call the paper by the name in its title where the abstract says "our method".
        titles = list(dict.fromkeys(e.paper.title for e in evidence))
        support = self._coverage.score([*sentences, *titles], text)
        return replace(support, best=min(support.best, len(sentences) - 1))

    def forbidden(self, evidence: Sequence[Evidence], text: str) -> bool:
        """What never passes: an invented number, another source's name, a bare title (what it says is quoted)."""
        if self.invented(evidence, text):
            return True
        return self.misplaced(evidence, text)

    def invented(self, evidence: Sequence[Evidence], text: str) -> list[str]:
        """Its numbers that neither the cited papers, by title and abstract, nor the question contain."""
        told = [told for e in evidence for told in (e.paper.title, e.paper.abstract)]
        return numbers_missing(text, [*told, self._question])

    def misplaced(self, evidence: Sequence[Evidence], text: str) -> bool:
        """Whether it names another source, or is nothing but a title."""
        return self._names_another(evidence, text) or _bare(text) in {_bare(e.paper.title) for e in evidence}

    @staticmethod
    def copied(evidence: Sequence[Evidence], text: str) -> bool:
        """Whether it is one of the sentences, letter by letter."""
        return _bare(text) in {_bare(e.sentence.text) for e in evidence}

    def _names_another(self, evidence: Sequence[Evidence], text: str) -> bool:
        """Whether it names a source that it does not cite, and that what it cites does not mention."""
        told = " ".join(f"{e.paper.title} {e.paper.abstract}" for e in evidence)
        names = {e.paper.title.partition(":")[0] for e in self._evidence}
        return any(mentions(name, text) and not mentions(name, told) for name in names)

    def needed(self, cited: Sequence[Evidence], text: str) -> tuple[Evidence, ...]:
        """Of the cited sentences those that add to its coverage, in their order: the best, and what it lacks."""
        if len(cited) == 1:
            return tuple(cited)
        texts = [e.titled for e in cited]
        _, each = self._coverage.measure(texts, text)
        order = sorted(range(len(cited)), key=lambda i: -each[i])
        kept, covered = order[:1], each[order[0]]
        for i in order[1:]:
            together, _ = self._coverage.measure([texts[k] for k in [*kept, i]], text)
            if together >= covered + ADDS:
                kept, covered = [*kept, i], together
        return tuple(cited[i] for i in sorted(kept))

    def mend(self, text: str, sources: Collection[int] = ()) -> list[Evidence]:
        """The evidence that covers the sentence best: one sentence, or two of one paper where that covers more.

        Of those sources only, where any are given.
        """
        among = [e for e in self._evidence if not sources or e.number in sources]
        _, each = self._coverage.measure([e.sentence.text for e in among], text)
        order = sorted(range(len(each)), key=lambda i: -each[i])
        best = among[order[0]]
        same_paper = [among[i] for i in order if among[i].number == best.number]
        return sorted(same_paper[:MAX_MENDED], key=lambda e: e.sentence.index)


def _bare(text: str) -> str:
    """The text by its letters and digits alone."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def resolve(draft: Draft, evidence: Sequence[Evidence]) -> tuple[list[Evidence], int]:
    """The evidence that a draft cites, and how many of its citations point to nothing."""
    found: list[Evidence] = []
    unknown = 0
    for source, sentence in draft.cited:
        here = [e for e in evidence if e.number == source and sentence in (None, e.sentence.index + 1)]
        unknown += not here
        found += [e for e in here if e not in found]
    return found, unknown


def strip_markdown(text: str) -> str:
    """A sentence without the Markdown, the labels and the fences that models put around it."""
    if _RULE.match(text):
        return ""
    text = _MARKUP_NAME.sub("", _MARKDOWN.sub("", text)).strip()
    return " ".join(text.replace("|", " ").split())

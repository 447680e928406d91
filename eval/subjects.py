"""What the papers of a collection are about, by their titles and sentences, without any label."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from eval.cases import normal
from rag.text.entities import name_in_title
from rag.text.words import content_words
from rag.types import Paper, Sentence

if TYPE_CHECKING:
    from rag.library import Library

FEWEST, MOST = 2, 8  # papers that share a topic which is asked for as a list


@dataclass(frozen=True)
class Subject:
    """A paper, and what people call what it is about: `named` where its title gives it a name, else the title."""

    name: str
    named: bool
    paper: Paper
    sentences: tuple[Sentence, ...]

    @property
    def title(self) -> str:
        return self.paper.title


def subjects_of(library: Library) -> list[Subject]:
    """A subject a paper that has an abstract, in the order of their ids; of papers with one title the first."""
    papers = {normal(p.title): p for p in sorted(library.papers(), key=lambda p: p.id, reverse=True) if p.title.strip()}
    ids = sorted(p.id for p in papers.values() if p.abstract.strip())
    heads = Counter(normal(title.partition(":")[0]) for title in papers)
    subjects = []
    for record in library.index.forward_index.records(ids):
        head = name_in_title(record.paper.title)
        named = bool(head) and heads[normal(head)] == 1
        name = head if named else f"“{record.paper.title}”"
        subjects.append(Subject(name, named, record.paper, record.sentences))
    return sorted(subjects, key=lambda s: s.paper.id)


def shared_topics(subjects: list[Subject]) -> dict[str, list[Subject]]:
    """Phrases of titles that a few papers speak of, with these papers: all whose title or abstract has the phrase."""
    phrases: Counter[str] = Counter()
    for subject in subjects:
        phrases.update(_phrases(subject.title))
    texts = [(s, " ".join(f"{s.title} {s.paper.abstract}".lower().replace("-", " ").split())) for s in subjects]
    topics = {}
    for phrase, titles in phrases.items():
        if FEWEST <= titles <= MOST:
            having = [s for s, text in texts if phrase in text]
            if titles <= len(having) <= MOST:
                topics[phrase] = having
    return topics


def _phrases(title: str) -> set[str]:
    """Two content words that stand side by side in a title."""
    words = re.findall(r"[a-z]+", title.lower())
    carrying = set(content_words(title, of_papers=True))
    pairs = pairwise(words)
    return {f"{a} {b}" for a, b in pairs if a in carrying and b in carrying and min(len(a), len(b)) > 3}

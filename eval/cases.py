"""Labelled questions: read them, check them against the papers, and draw a template for new ones.

One question is one JSON line: `id`, `type`, `question` and `answerable`, and as the type needs them
`gold_titles`, `gold_evidence` (`{"title", "sentence"}`), `key_facts` (alternatives joined by `||`),
`history` (`{"role", "content"}` turns), `tags`, `split` ("dev" or "test"), `without` (`{"title", "sentence"}` to hide)
and `note`.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from eval.jsonl import read_jsonl
from rag.errors import SourceError
from rag.text.sentences import split_sentences
from rag.types import Paper

TYPES = ("factoid", "named", "survey", "compare", "followup", "unanswerable_near", "unanswerable_far")
SPLITS = ("dev", "test")
NEAR = 0.8  # share of common letter trigrams from which two questions count as the same

_REQUIRED = {"id": str, "type": str, "question": str, "answerable": bool}
_STRINGS: dict[str, tuple[str, ...]] = {"gold_titles": (), "key_facts": (), "tags": ()}
_EVIDENCE = ("title", "sentence")
# The keys of their items.
_LISTS = {**_STRINGS, "gold_evidence": _EVIDENCE, "without": _EVIDENCE, "history": ("role", "content")}
LATER_FIELDS = ("without",)  # of a Case: not part of the hash of questions that do not use them
_FIELDS = (*_REQUIRED, *_LISTS, "split", "note")


@dataclass(frozen=True)
class Case:
    """One labelled question. Each key fact is a tuple of alternatives, one of which a right answer holds.

    `without` are (title, sentence) that are hidden from the collection while it is asked, which makes it a near miss.
    `place` is the `file:line` it was read from; it does not count as content.
    """

    id: str
    type: str
    question: str
    gold_titles: tuple[str, ...] = ()
    gold_evidence: tuple[tuple[str, str], ...] = ()
    key_facts: tuple[tuple[str, ...], ...] = ()
    answerable: bool = True
    history: tuple[dict[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    split: str = "dev"
    without: tuple[tuple[str, str], ...] = ()
    place: str = dataclasses.field(default="", compare=False)

    @property
    def name(self) -> str:
        """Its id, with the place where it is known: how problems name it."""
        return f"{self.place}: {self.id}" if self.place else self.id


def normal(text: str) -> str:
    """Text as titles and facts are compared: NFKC, casefolded, whitespace collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def holds(text: str, fact: tuple[str, ...]) -> bool:
    """Does the text hold one of the fact's alternatives? Words by how they begin, numbers whole: no 15 in 2015."""
    text = normal(text)
    return any(re.search(_bounded(normal(part)), text) for part in fact)


def _bounded(part: str) -> str:
    before = r"(?<!\d)(?<!\d[.,])" if part[0].isdigit() else r"(?<![^\W\d_])" if part[0].isalpha() else ""
    return before + re.escape(part) + (r"(?!\d|[.,]\d)" if part[-1].isdigit() else "")


def read_cases(path: str | Path, split: str | None = None) -> list[Case]:
    """The questions of a JSONL file, all of them or one split; SourceError lists everything that is wrong."""

    def parse(row: Any, number: int) -> Case:
        problems = list(_problems(row))
        if problems:
            raise ValueError("\n".join(problems))
        return _case(row, f"{path}:{number}")

    cases = read_jsonl(path, parse, key=lambda case: case.id)
    chosen = [case for case in cases if split is None or case.split == split]
    if not chosen:
        raise SourceError(f"{path}: no question" + (f" of split {split!r}" if split is not None else ""))
    return chosen


def _problems(row: Any) -> Iterator[str]:
    """What is wrong with one record."""
    if not isinstance(row, dict):
        yield f"a question is a JSON object, not {type(row).__name__}"
        return
    yield from _unknown_fields(row)
    yield from _missing_fields(row)
    usable = {field: _is_list(row.get(field, []), keys) for field, keys in _LISTS.items()}
    for field, keys in _LISTS.items():
        if not usable[field]:
            items = "objects with " + " and ".join(map(repr, keys)) if keys else "non-empty strings"
            yield f"{field!r} must be a list of {items}"
    for field, allowed in (("type", TYPES), ("split", SPLITS)):
        if field in row and row[field] not in allowed:
            yield f"unknown {field} {row[field]!r}, not one of {', '.join(allowed)}"
    yield from _contradictions(row)
    if usable["gold_titles"] and usable["gold_evidence"]:
        titles = {normal(title) for title in row.get("gold_titles", [])}
        for item in row.get("gold_evidence", []):
            if normal(item["title"]) not in titles:
                yield f"evidence of {item['title']!r}, which is not among 'gold_titles'"
    if usable["key_facts"] and any(not part.strip() for fact in row.get("key_facts", []) for part in fact.split("||")):
        yield "a key fact has an empty alternative"


def _unknown_fields(row: dict[str, Any]) -> Iterator[str]:
    for field in (field for field in row if field not in _FIELDS):
        close = difflib.get_close_matches(field, _FIELDS, 1)
        yield f"unknown field {field!r}" + (f", did you mean {close[0]!r}?" if close else "")


def _missing_fields(row: dict[str, Any]) -> Iterator[str]:
    for field, kind in _REQUIRED.items():
        if field not in row:
            yield f"missing field {field!r}"
        elif not isinstance(row[field], kind):
            yield f"{field!r} must be {'true or false' if kind is bool else 'a string'}"
        elif kind is str and not row[field].strip():
            yield f"{field!r} is empty"


def _contradictions(row: dict[str, Any]) -> Iterator[str]:
    """What does not go together: the type, whether it can be answered, and what is labelled."""
    if row.get("type") == "followup" and not row.get("history"):
        yield "a followup needs 'history'"
    gold = [field for field in ("gold_titles", "gold_evidence", "key_facts") if row.get(field)]
    if row.get("answerable") is True and "gold_titles" not in gold:
        yield "answerable, but without 'gold_titles'"
    if row.get("answerable") is True and row.get("without"):
        yield "answerable, but 'without' hides sentences"
    if row.get("answerable") is False and gold:
        yield "not answerable, but has " + ", ".join(map(repr, gold))
    if row.get("type") in TYPES and row.get("answerable") is row["type"].startswith("unanswerable"):
        yield f"type {row['type']!r} with 'answerable': {json.dumps(row['answerable'])}"


def _is_list(value: Any, keys: tuple[str, ...]) -> bool:
    """Is it a list of non-empty strings, or where keys are given of objects with these, each such a string?"""
    if not isinstance(value, list):
        return False
    if keys:
        value = [item.get(key) if isinstance(item, dict) else None for item in value for key in keys]
    return all(isinstance(item, str) and item.strip() for item in value)


def _case(row: dict[str, Any], place: str) -> Case:
    return Case(
        id=row["id"],
        type=row["type"],
        question=row["question"].strip(),
        gold_titles=tuple(row.get("gold_titles", ())),
        gold_evidence=tuple((item["title"], item["sentence"]) for item in row.get("gold_evidence", ())),
        key_facts=tuple(tuple(part.strip() for part in fact.split("||")) for fact in row.get("key_facts", ())),
        answerable=row["answerable"],
        history=tuple({"role": turn["role"], "content": turn["content"]} for turn in row.get("history", ())),
        tags=tuple(row.get("tags", ())),
        split=row.get("split", "dev"),
        without=tuple((item["title"], item["sentence"]) for item in row.get("without", ())),
        place=place,
    )


def check_cases(cases: Iterable[Case], papers: Iterable[Paper]) -> list[str]:
    """What does not hold against the papers: titles, evidence, key facts; and questions asked twice."""
    cases = list(cases)
    known: dict[str, list[Paper]] = {}
    for paper in papers:
        known.setdefault(normal(paper.title), []).append(paper)
    problems = []
    for case in cases:
        unknown = [title for title in case.gold_titles if normal(title) not in known]
        for title in unknown:
            close = difflib.get_close_matches(normal(title), known, 1)
            hint = f", the closest is {known[close[0]][0].title!r}" if close else ""
            problems.append(f"{case.name}: no paper {title!r}{hint}")
        for title, sentence in (*case.gold_evidence, *case.without):
            if normal(title) in known and not any(sentence in paper.abstract for paper in known[normal(title)]):
                problems.append(f"{case.name}: evidence not in the abstract of {title!r}: {sentence!r}")
        gold = [f"{p.title}\n{p.abstract}" for t in case.gold_titles for p in known.get(normal(t), ())]
        for fact in () if unknown else case.key_facts:
            if not any(holds(text, fact) for text in gold):
                problems.append(f"{case.name}: key fact in no gold paper: {' || '.join(fact)!r}")
    for one, two in combinations(cases, 2):
        if asks_the_same(one, two):
            problems.append(f"{two.name}: asks the same as {one.id}: {two.question!r}")
    return problems


def asks_the_same(one: Case, two: Case) -> bool:
    """Whether two questions differ in but a few letters, after the same turns."""
    a, b = _trigrams(one.question), _trigrams(two.question)
    return one.history == two.history and len(a & b) >= NEAR * len(a | b)


@lru_cache(10_000)
def _trigrams(text: str) -> frozenset[str]:
    letters = " " + " ".join(re.findall(r"\w+", normal(text))) + " "
    return frozenset(letters[i : i + 3] for i in range(len(letters) - 2))


def template(papers: Iterable[Paper], n: int, seed: int = 0) -> list[dict[str, Any]]:
    """At most n cases to fill in, each drawn from another paper, with a sentence that an answer could rest on."""
    unique = {normal(paper.title): paper for paper in papers if paper.abstract.strip()}
    dice = random.Random(seed)
    rows = []
    for number, key in enumerate(dice.sample(sorted(unique), min(n, len(unique))), 1):
        paper = unique[key]
        sentences = [sentence.text for sentence in split_sentences(paper.abstract)]
        telling = [s for s in sentences if re.search(r"\d|\b(?:[Ww]e|[Oo]ur) ", s)]
        evidence = {"title": paper.title, "sentence": dice.choice(telling or sentences)}
        fields = {"id": f"new{number:03d}", "type": "factoid", "question": "", "gold_titles": [paper.title]}
        rows.append({**fields, "gold_evidence": [evidence], "key_facts": [], "answerable": True, "split": "dev"})
    return rows

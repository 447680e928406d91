"""Nuggets, the facts that a good answer holds: which of them answers give, scored as TREC RAG scores them.

A line of a file of nuggets has `qid`, `query` and `nuggets`, each with `text` and `importance` (vital or okay), and,
where somebody has said it already, `assignment` (support, partial_support or not_support): the files of TREC RAG and
of its nuggetizer. ScholarQABench's rubrics are read as well, what is most important as vital, and those of
ResearchRubrics (`qid`, `rubrics` with `criterion` and `weight` up to 5), vital from 4 on; what an answer should not do
is left out.

Scores (Pradeep et al. 2024, 2025): the share of vital nuggets, of all, and of all with okay ones at half the weight;
strict counts whole support only, lenient half for a partial one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.answers import read_answers
from eval.blocks import Block, Heading, Table, Text, to_html, to_markdown
from eval.cases import WEIGHTS, normal
from eval.jsonl import read_jsonl
from eval.metrics import Reply
from eval.render import figure_text
from eval.report import save
from eval.score import Scorer
from eval.stats import estimate, interval, kappa
from rag.answering.judges import Judge
from rag.errors import SourceError

VITAL = 4  # ResearchRubrics' weight of what is mandatory; its optional criteria have up to 3
GRADES = {"support": 1.0, "partial_support": 0.5, "not_support": 0.0}
SCORES = {
    "vital, strict": ({"vital": 1.0}, False),
    "vital, lenient": ({"vital": 1.0}, True),
    "all, strict": (dict.fromkeys(WEIGHTS, 1.0), False),
    "all, lenient": (dict.fromkeys(WEIGHTS, 1.0), True),
    "weighted, strict": (WEIGHTS, False),
    "weighted, lenient": (WEIGHTS, True),
}


@dataclass(frozen=True)
class Nugget:
    """A fact, one of WEIGHTS, and one of GRADES, "" where it has not been told whether the answer gives it."""

    text: str
    importance: str
    assignment: str = ""


@dataclass(frozen=True)
class Topic:
    """A question and its nuggets; `answer` is the text that their assignments are about, "" where there is none."""

    qid: str
    query: str
    nuggets: tuple[Nugget, ...]
    answer: str = ""


@dataclass(frozen=True)
class NuggetReport:
    """Topics whose nuggets are assigned, by whom, and how far the judge agrees with the file's own assignments."""

    topics: tuple[Topic, ...]
    by: str
    unanswered: int = 0
    agreement: str = ""

    def blocks(self) -> list[Block]:
        nuggets = sum(len(t.nuggets) for t in self.topics)
        about = f"{nuggets} nuggets of {len(self.topics)} questions, assigned by {self.by}."
        about += f" {self.unanswered} questions have no answer and are left out." if self.unanswered else ""
        rows = [[name, self._figure(name)] for name in SCORES]
        return [Heading("Nuggets", 1), Text(f"{about} {self.agreement}".strip()), Table(["share given", ""], rows)]

    def _figure(self, name: str) -> str:
        shares = [share for topic in self.topics if (share := score(topic.nuggets, *SCORES[name])) is not None]
        ones = [1.0] * len(shares)
        return figure_text(estimate(shares, ones), *interval(shares, ones), len(shares))

    def __str__(self) -> str:
        return to_markdown(self.blocks())

    def write(self, folder: Path) -> None:
        """nuggets.md, nuggets.html, and assignments.jsonl in the nuggetizer's form."""
        rows = [
            {"query": t.query, "qid": t.qid, "answer_text": t.answer, "nuggets": [vars(n) for n in t.nuggets]}
            for t in self.topics
        ]
        save(folder / "assignments.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        save(folder / "nuggets.md", str(self))
        save(folder / "nuggets.html", to_html("Nuggets", self.blocks()))


def score(nuggets: Sequence[Nugget], weights: Mapping[str, float], lenient: bool) -> float | None:
    """The weighted share of nuggets given, in [0, 1]; None where none counts. Each must be assigned."""
    total = sum(weights.get(n.importance, 0.0) for n in nuggets)
    credits = [GRADES[n.assignment] if lenient else float(n.assignment == "support") for n in nuggets]
    given = sum(weights.get(n.importance, 0.0) * credit for n, credit in zip(nuggets, credits, strict=True))
    return given / total if total else None


def read_nuggets(path: str | Path) -> list[Topic]:
    """The topics of a file. SourceError lists all that is wrong, by line."""
    topics = read_jsonl(path, lambda row, _: _topic(row), key=lambda topic: topic.qid)
    if not topics:
        raise SourceError(f"{path}: no nuggets; a line has qid, query and nuggets")
    return topics


def _topic(row: Any) -> Topic:
    if not isinstance(row, dict):
        raise ValueError(f"a question with nuggets is a JSON object, not {type(row).__name__}")
    row = _rubric(row) if "metric_config" in row else row
    given = _weighted(row["rubrics"]) if isinstance(row.get("rubrics"), list) else row.get("nuggets")
    if "qid" not in row or not isinstance(given, list) or not all(isinstance(n, dict) for n in given):
        raise ValueError("missing or unusable: 'qid' and 'nuggets', a list of {'text', 'importance'}")
    nuggets = tuple(
        Nugget(str(n.get("text") or ""), str(n.get("importance")), str(n.get("assignment") or "")) for n in given
    )
    for nugget in nuggets:
        if not nugget.text.strip() or nugget.importance not in WEIGHTS or nugget.assignment not in ("", *GRADES):
            grades = f"'assignment' {', '.join(GRADES)} or absent"
            raise ValueError(f"a nugget has 'text', 'importance' {' or '.join(WEIGHTS)}, and {grades}: not {nugget}")
    return Topic(str(row["qid"]), str(row.get("query") or ""), nuggets, str(row.get("answer_text") or ""))


def _rubric(row: Mapping[str, Any]) -> dict[str, Any]:
    """A rubric of ScholarQABench as nuggets."""
    try:
        items = [
            (str(item["criterion"]), "vital" if str(item["name"]).startswith("most_important") else "okay")
            for item in row["metric_config"]["config"]["other_properties"]
        ]
        nuggets = [{"text": text, "importance": importance} for text, importance in items]
        return {"qid": row["case_id"], "query": row["initial_prompt"], "nuggets": nuggets}
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a rubric as ScholarQABench's files have them: {error}") from None


def _weighted(rubrics: Sequence[Any]) -> list[Any]:
    """The criteria of ResearchRubrics as nuggets; anything else as it is."""
    return [
        {"text": one.get("criterion"), "importance": "vital" if one["weight"] >= VITAL else "okay"}
        if isinstance(one, dict) and isinstance(one.get("weight"), (int, float))
        else one
        for one in rubrics
        if not (isinstance(one, dict) and isinstance(one.get("weight"), (int, float)) and one["weight"] <= 0)
    ]


def told(topics: Sequence[Topic]) -> NuggetReport:
    """The scores of assignments that the file tells. Raises SourceError where it does not."""
    if any(not nugget.assignment for topic in topics for nugget in topic.nuggets):
        raise SourceError("these nuggets are not assigned yet: give the answers, and a --judge to assign them")
    return NuggetReport(tuple(topics), "the file")


def judged(topics: Sequence[Topic], answers: str | Path | None, judge: Judge, scorer: Scorer) -> NuggetReport:
    """The scores of answers, or of the texts that the file's assignments are about, by a judge: support or not.

    A judge has no half: strict and lenient are the same. Raises SourceError, LLMError when the judge is down.
    """
    replies = read_answers(answers) if answers is not None else []
    by_name = {r.id: r for r in replies} | {normal(r.question): r for r in replies if r.question}
    done, unanswered = [], 0
    for topic in topics:
        reply = by_name.get(topic.qid) or by_name.get(normal(topic.query))
        sentences = [s.text for s in reply.statements] if reply else _sentences(topic.answer)
        if not sentences and reply is None:
            unanswered += 1
            continue
        assigned = [_assigned(n, [] if _refused(reply) else sentences, scorer) for n in topic.nuggets]
        done.append(replace(topic, nuggets=tuple(assigned), answer=" ".join(sentences)))
    if not done:
        raise SourceError("no answer to any of these questions; they are matched by id ('qid'), else by the question")
    by = f"{judge.name} (level {judge.level})"
    return NuggetReport(tuple(done), by, unanswered, _agreement(topics, done))


def _refused(reply: Reply | None) -> bool:
    return reply is not None and reply.abstained


def _sentences(text: str) -> list[str]:
    from rag.text.sentences import split_sentences

    return [s.text for s in split_sentences(text)]


def _assigned(nugget: Nugget, sentences: Sequence[str], scorer: Scorer) -> Nugget:
    support = scorer.support(sentences, nugget.text) if sentences else None
    given = support is not None and support.verdict == "supported"
    return replace(nugget, assignment="support" if given else "not_support")


def _agreement(topics: Sequence[Topic], done: Sequence[Topic]) -> str:
    """How far the judge says what the file says, where it does; a partial support counts as none there."""
    judged_now = {topic.qid: topic.nuggets for topic in done}
    pairs = [
        (a.assignment == "support", b.assignment == "support")
        for topic in topics
        for a, b in zip(topic.nuggets, judged_now.get(topic.qid, ()), strict=False)
        if a.assignment
    ]
    if not pairs:
        return ""
    theirs, ours = ([str(x) for x in side] for side in zip(*pairs, strict=True))
    same = sum(a == b for a, b in pairs) / len(pairs)
    value = kappa(theirs, ours)
    shown = "undefined" if value is None else f"{value:.2f}"
    return f"The judge agrees with the file on {same:.2f} of {len(pairs)} nuggets (Cohen's kappa {shown})."

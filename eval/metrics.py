"""What is measured, as pure functions: one question, one answer and its judged sentences in, its values out.

Every value is a `Value` (numerator, denominator): a figure is the sum of numerators over the sum of denominators, so a
denominator of 1 makes it a mean over questions, and a count makes it a rate over sentences or markers. Undefined is a
denominator of 0 with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from eval.cases import WEIGHTS, Case, holds, normal
from eval.ranking import ndcg_at, ranks_of, recall_at, reciprocal_rank_at

DEPTH = 10  # papers of a ranking that count
MIN_WORDS = 4  # content words of a claim sentence


@dataclass(frozen=True)
class Metric:
    """What a figure means. `judged` tells that it rests on a judge, `level` on which where it is always the same."""

    about: str
    judged: bool = False
    level: int | None = None
    higher_is_better: bool = True
    unit: str = "share"


METRICS = {
    "right": Metric(
        "a question's point: its facts given, supported, from a labelled paper; or rightly not answered", judged=True
    ),
    "recall@5": Metric("labelled papers among the 5 best found"),
    "recall@10": Metric("labelled papers among the 10 best found"),
    "hit@1": Metric("the best paper found is a labelled one"),
    "hit@5": Metric("a labelled paper is among the 5 best found"),
    "ndcg@10": Metric("gain of the 10 best found, discounted by rank (Järvelin and Kekäläinen 2002)"),
    "mrr@10": Metric("1 / rank of the first labelled paper, 0 beyond 10"),
    "gold_precision": Metric("cited papers that are labelled ones"),
    "gold_recall": Metric("labelled papers that are cited; 0 when it abstains"),
    "gold_f1": Metric("harmonic mean of the two; 0 when it abstains"),
    "citation_validity": Metric("markers that point to a source that was retrieved; must be 1"),
    "citation_recall": Metric("claim sentences that all they cite together supports, by answer (ALCE)", judged=True),
    "citation_precision": Metric("citations that support alone or are needed, by answer (ALCE)", judged=True),
    "sentence_grounding": Metric("claim sentences supported by what they cite, over all answers", judged=True),
    "answer_grounded": Metric("answers in which every claim sentence is supported", judged=True),
    "evidence_coverage": Metric("mean level-0 support of the claim sentences, by answer", judged=True, level=0),
    "abstention_recall": Metric("unanswerable questions that are not answered"),
    "false_abstention": Metric("answerable questions that are not answered", higher_is_better=False),
    "answer_points": Metric("labelled key facts that the answer holds; 0 when it abstains"),
    "nugget_recall": Metric(
        "key facts given, okay ones at half the weight of vital ones (TREC RAG); 0 when it abstains"
    ),
    "vital_recall": Metric("vital key facts given; 0 when it abstains"),
    "tokens": Metric("tokens of the answering model a question", higher_is_better=False, unit="tokens"),
    "judge_calls": Metric("sentences the answerer had judged by a model", higher_is_better=False, unit="calls"),
}
GROUNDING = ("citation_recall", "citation_precision", "sentence_grounding", "answer_grounded", "evidence_coverage")


class Value(NamedTuple):
    """One question's share of a figure; `denominator` is 0 where it is undefined, and `reason` says why."""

    numerator: float
    denominator: float = 1.0
    reason: str = ""


@dataclass(frozen=True)
class Source:
    """What a marker points to: a paper or document, and the sentences of it that are cited."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A sentence of an answer without its markers, and what each of these points to: None for nothing."""

    text: str
    sources: tuple[Source | None, ...] = ()

    @property
    def denies(self) -> bool:
        """It cites nothing and denies something of the sources at large: "None of the sources compares the two"."""
        return not self.sources and bool(_DENIAL.search(self.text))


@dataclass(frozen=True)
class Reply:
    """One answer of any system, as it is measured. `retrieved` holds titles, best first; None where not told.

    `confidence` is higher the surer the system was that it can answer, comparable between questions only. `sent` is
    what its model was given to answer from and `written` its raw reply, None where not told; `withheld` are sentences
    that were written and not shown. `cost` is in US dollars.
    """

    id: str
    question: str
    statements: tuple[Statement, ...]
    retrieved: tuple[str, ...] | None = None
    declined: bool = False
    confidence: float | None = None
    seconds: float | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    withheld: tuple[str, ...] = ()
    sent: str | None = None
    written: str | None = None

    @property
    def claims(self) -> tuple[Statement, ...]:
        return tuple(s for s in self.statements if is_claim(s.text) and not s.denies)

    @property
    def abstained(self) -> bool:
        """It said so, or all it says is that it cannot answer."""
        return self.declined or (not self.claims and any(is_refusal(s.text) or s.denies for s in self.statements))

    @property
    def cited(self) -> tuple[str, ...]:
        """Titles that its markers point to, each once, in order of first use."""
        titles = [s.title for statement in self.statements for s in statement.sources if s is not None]
        return tuple({normal(title): title for title in reversed(titles)}.values())[::-1]


@dataclass(frozen=True)
class Judged:
    """A claim sentence with what the judge made of it.

    `support` in [0, 1] is that of all valid sources together, 0 without any, None when the judge failed; `precise`
    tells for each marker whether its source supports alone or is needed; `coverage` in [0, 1] is level 0's support.
    """

    statement: Statement
    evidence: tuple[str, ...]
    support: float | None
    supported: bool
    precise: tuple[bool, ...]
    coverage: float
    best: int | None = None

    @property
    def dangling(self) -> bool:
        return None in self.statement.sources


_SOURCES = r"(?:abstracts?|contexts?|sources?|papers?|sentences?|passages?|documents?|texts?|evidence|collection)"
_SAY = r"(?:say|state|mention|contain|provide|specify|address|answer|discuss)"
_REFUSALS = (
    r"not stated",
    r"empty response",
    r"nothing in this collection",
    rf"{_SOURCES}(?:\s+\w+){{0,4}}\s+(?:do|does)(?: not|n['’]t)\s+{_SAY}",
    r"(?:can ?not|can['’]t|could not|unable to)\s+(?:be\s+)?(?:answer|determine)\w*",
    r"i (?:do not|don['’]t) know",
    r"no (?:relevant )?(?:information|answer)",
    r"(?:insufficient|not enough) (?:information|context|evidence)",
)
_DENIALS = (
    rf"none of (?:\w+\s+){{0,3}}{_SOURCES}",
    rf"{_SOURCES}(?:\s+\w+){{0,3}}\s+(?:do|does|did)(?: not|n['’]t)",
    r"no mention of",
)
_DENIAL = re.compile(rf"\b(?:{'|'.join(_DENIALS)})\b", re.IGNORECASE)
_REFUSAL = re.compile(rf"\b(?:{'|'.join(_REFUSALS)})\b", re.IGNORECASE)
_HEADING = re.compile(r"#+\s|(?:\*\*|__)[^*_]+(?:\*\*|__)\s*:?$|.*:$")


def is_refusal(text: str) -> bool:
    """Does the sentence say that the question cannot be answered from the sources?"""
    return bool(_REFUSAL.search(text))


def is_claim(text: str) -> bool:
    """A sentence that must rest on something: no heading, no refusal, at least four content words."""
    words = [word for word in re.findall(r"\w+", text.lower()) if word not in ENGLISH_STOP_WORDS]
    return len(words) >= MIN_WORDS and not _HEADING.match(text.strip()) and not is_refusal(text)


def measure(case: Case | None, reply: Reply, judged: Sequence[Judged]) -> dict[str, Value]:
    """All metrics of one question but its points, each defined or with the reason why not.

    `judged` holds the reply's claims.
    """
    values = {**_retrieval(case, reply), **_gold(case, reply), **_grounding(reply, judged)}
    values |= _nuggets(case, reply)
    answerable, unlabelled = case is not None and case.answerable, Value(0, 0, "not labelled")
    abstained = Value(float(reply.abstained))
    values["abstention_recall"] = Value(0, 0, "answerable") if answerable else abstained if case else unlabelled
    values["false_abstention"] = abstained if answerable else Value(0, 0, "unanswerable") if case else unlabelled
    tokens = sum(n for name, n in reply.usage.items() if "token" in name)
    calls = reply.usage.get("judge_calls")
    values["tokens"] = Value(tokens) if tokens else Value(0, 0, "no model, or not told")
    values["judge_calls"] = Value(calls) if calls is not None else Value(0, 0, "no model, or not told")
    return {name: values[name] for name in METRICS if name in values}


def _retrieval(case: Case | None, reply: Reply) -> dict[str, Value]:
    names = ("recall@5", "recall@10", "hit@1", "hit@5", "ndcg@10", "mrr@10")
    if case is None or not case.gold_titles:
        return dict.fromkeys(names, Value(0, 0, "no labelled paper"))
    if reply.retrieved is None:
        return dict.fromkeys(names, Value(0, 0, "ranking not told"))
    ranks, gold = ranks_of(case.gold_titles, reply.retrieved), len({normal(t) for t in case.gold_titles})
    values = (
        recall_at(5, ranks, gold),
        recall_at(10, ranks, gold),
        float(any(rank <= 1 for rank in ranks)),
        float(any(rank <= 5 for rank in ranks)),
        ndcg_at(DEPTH, dict.fromkeys(ranks, 1), [1] * gold),
        reciprocal_rank_at(DEPTH, ranks),
    )
    return {name: Value(value) for name, value in zip(names, values, strict=True)}


def _gold(case: Case | None, reply: Reply) -> dict[str, Value]:
    """Cited papers and stated facts against the labels."""
    names = ("gold_precision", "gold_recall", "gold_f1", "answer_points")
    if case is None or not case.answerable:
        return dict.fromkeys(names, Value(0, 0, "unanswerable" if case else "not labelled"))
    gold, cited = {normal(t) for t in case.gold_titles}, {normal(t) for t in reply.cited}
    right = 0 if reply.abstained else len(gold & cited)
    reason = "abstained" if reply.abstained else "nothing cited"
    text = "\n".join([*(s.text for s in reply.statements), *reply.cited])
    points = 0 if reply.abstained else sum(holds(text, fact) for fact in case.key_facts)
    return {
        "gold_precision": Value(0, 0, reason) if reply.abstained or not cited else Value(right / len(cited)),
        "gold_recall": Value(right / len(gold)),
        "gold_f1": Value(2 * right / (len(gold) + len(cited)) if right else 0.0),
        "answer_points": Value(points / len(case.key_facts)) if case.key_facts else Value(0, 0, "no key facts"),
    }


def _nuggets(case: Case | None, reply: Reply) -> dict[str, Value]:
    """Weighted key facts, where these have weights."""
    if case is None or not case.weights:
        return dict.fromkeys(("nugget_recall", "vital_recall"), Value(0, 0, "no weights" if case else "not labelled"))
    text = "\n".join([*(s.text for s in reply.statements), *reply.cited])
    given = [not reply.abstained and holds(text, fact) for fact in case.key_facts]
    weights = [WEIGHTS[name] for name in case.weights]
    weighted = sum(w for w, there in zip(weights, given, strict=True) if there) / sum(weights)
    vital = [there for name, there in zip(case.weights, given, strict=True) if name == "vital"]
    share = Value(sum(vital) / len(vital)) if vital else Value(0, 0, "no vital fact")
    return {"nugget_recall": Value(weighted), "vital_recall": share}


def _grounding(reply: Reply, judged: Sequence[Judged]) -> dict[str, Value]:
    """Citations and grounding; for ALCE (Gao et al. 2023) a marker that points to nothing spoils its sentence."""
    markers = [source is not None for statement in reply.statements for source in statement.sources]
    values = {"citation_validity": Value(sum(markers), len(markers), "" if markers else "nothing cited")}
    reason = "abstained" if reply.abstained else "" if judged else "no claim sentence"
    if reason:
        return {**dict.fromkeys(GROUNDING, Value(0, 0, reason)), "citation_validity": values["citation_validity"]}
    n = len(judged)
    values["evidence_coverage"] = Value(sum(j.coverage for j in judged) / n)
    if any(j.support is None for j in judged):
        return {**dict.fromkeys(GROUNDING, Value(0, 0, "judge failed")), **values}
    together = sum(j.supported and not j.dangling for j in judged)
    precise = [kept for j in judged for kept in j.precise]
    grounded = sum(j.supported for j in judged)
    values["citation_recall"] = Value(together / n)
    values["citation_precision"] = Value(sum(precise) / len(precise)) if precise else Value(0, 0, "nothing cited")
    values["sentence_grounding"] = Value(grounded, n)
    values["answer_grounded"] = Value(float(grounded == n))
    return values


def loss(case: Case, reply: Reply, values: dict[str, Value]) -> float:
    """How wrong a given answer is, in [0, 1]: 1 where none can be, else the share of key facts that it misses.

    Without key facts, the share of labelled papers that it does not cite.
    """
    if not case.answerable:
        return 1.0
    points = values["answer_points"]
    return 1 - (points.numerator if points.denominator else values["gold_recall"].numerator)


def risk_coverage(confidences: Sequence[float], losses: Sequence[float], questions: int) -> list[tuple[float, float]]:
    """(coverage, risk) when only the surest 1, 2, ... answers are given (El-Yaniv, Wiener 2010); ties go together.

    Coverage is the share of all `questions`; risk the mean loss of the answers given.
    """
    pairs = sorted(zip(confidences, losses, strict=True), key=lambda pair: -pair[0])
    total, curve = 0.0, []
    for count, (confidence, lost) in enumerate(pairs, 1):
        total += lost
        if count == len(pairs) or pairs[count][0] != confidence:
            curve.append((count / questions, total / count))
    return curve

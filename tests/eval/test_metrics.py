"""Every metric on answers small enough to be worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from eval.cases import Case
from eval.metrics import (
    METRICS,
    Judged,
    Reply,
    Source,
    Statement,
    Value,
    is_claim,
    is_refusal,
    loss,
    measure,
    risk_coverage,
)

GOLD = Case("q", "survey", "Which?", gold_titles=("A", "B"), key_facts=(("12", "a dozen"), ("net",)))
NONE = Case("q", "unanswerable_near", "Which?", answerable=False)
LONG = "Fast ducks cross wide rivers"


def statement(text: str, *titles: str | None) -> Statement:
    return Statement(text, tuple(Source(t, (f"{t} says so.",)) if t else None for t in titles))


def reply(*statements: Statement, **more: Any) -> Reply:
    return Reply("q", "Which?", statements, **more)


def judged(claim: Statement, support: float | None, *precise: bool, coverage: float = 0.5) -> Judged:
    return Judged(claim, ("x",), support, support is not None and support >= 0.5, precise, coverage)


def test_retrieval() -> None:
    values = measure(GOLD, reply(statement(LONG, "A"), retrieved=("X", "B", *"CDEFG", "A")), [])
    expected = {"recall@5": 0.5, "recall@10": 1, "hit@1": 0, "hit@5": 1, "mrr@10": 0.5}
    assert {name: values[name].numerator for name in expected} == expected
    ideal = 1 + 1 / math.log2(3)
    assert values["ndcg@10"].numerator == pytest.approx((1 / math.log2(3) + 1 / math.log2(9)) / ideal)


def test_nothing_found_and_nothing_told_are_not_the_same() -> None:
    assert measure(GOLD, reply(retrieved=()), [])["recall@5"] == Value(0.0)
    assert measure(GOLD, reply(), [])["recall@5"] == Value(0, 0, "ranking not told")
    assert measure(NONE, reply(retrieved=("A",)), [])["recall@5"] == Value(0, 0, "no labelled paper")


def test_cited_papers_against_labelled_ones() -> None:
    values = measure(GOLD, reply(statement("One.", "A", "X"), statement("Two.", "a", "Y")), [])
    # cited: A, X, Y; labelled: A, B
    assert values["gold_precision"].numerator == pytest.approx(1 / 3)
    assert values["gold_recall"].numerator == 0.5
    assert values["gold_f1"].numerator == pytest.approx(2 * (1 / 3) * 0.5 / (1 / 3 + 0.5))


def test_saying_nothing_does_not_win() -> None:
    values = measure(GOLD, reply(declined=True), [])
    assert values["gold_precision"] == Value(0, 0, "abstained")
    assert (values["gold_recall"], values["gold_f1"], values["answer_points"]) == (Value(0.0), Value(0.0), Value(0.0))
    assert values["false_abstention"] == Value(1.0)
    assert values["abstention_recall"] == Value(0, 0, "answerable")
    for name in ("citation_recall", "sentence_grounding", "answer_grounded", "evidence_coverage"):
        assert values[name] == Value(0, 0, "abstained")


def test_an_unanswerable_question() -> None:
    answered, declined = measure(NONE, reply(statement(LONG)), []), measure(NONE, reply(declined=True), [])
    assert (answered["abstention_recall"], declined["abstention_recall"]) == (Value(0.0), Value(1.0))
    assert answered["gold_f1"] == answered["false_abstention"] == Value(0, 0, "unanswerable")


def test_answer_points_are_in_the_text_or_in_the_cited_titles() -> None:
    assert measure(GOLD, reply(statement("It has 12."), statement("Yes.", "DuckNet: a Net")), [])[
        "answer_points"
    ] == Value(1.0)
    assert measure(GOLD, reply(statement("In 2012 it had 112 planets, 12.5 moons.")), [])["answer_points"] == Value(0.0)
    assert measure(GOLD, reply(statement("A dozen.")), [])["answer_points"] == Value(0.5)


def test_grounding() -> None:
    good, partly, bare = statement(LONG, "A"), statement(LONG, "A", "B", None), statement(LONG)
    values = measure(
        GOLD,
        reply(good, partly, bare, statement("Yes.", None)),
        [
            judged(good, 0.9, True, coverage=0.9),
            judged(partly, 0.8, True, False, False, coverage=0.6),
            judged(bare, 0.0, coverage=0.0),
        ],
    )
    assert values["citation_validity"] == Value(3, 5)  # of A, A, B, nothing, nothing
    assert values["citation_recall"] == Value(1 / 3)  # the dangling marker spoils the second for ALCE
    assert values["citation_precision"] == Value(2 / 4)
    assert values["sentence_grounding"] == Value(2, 3)
    assert values["answer_grounded"] == Value(0.0)
    assert values["evidence_coverage"].numerator == pytest.approx(0.5)


def test_a_failed_judgement_leaves_the_answer_out_but_not_what_needs_no_judge() -> None:
    claim = statement(LONG, "A")
    values = measure(GOLD, reply(claim), [judged(claim, None)])
    assert values["sentence_grounding"] == values["citation_precision"] == Value(0, 0, "judge failed")
    assert (values["citation_validity"], values["evidence_coverage"]) == (Value(1, 1), Value(0.5))


def test_no_claims_is_undefined_and_never_right() -> None:
    values = measure(GOLD, reply(statement("Yes.")), [])
    assert values["answer_grounded"] == Value(0, 0, "no claim sentence")
    assert values["citation_validity"] == Value(0, 0, "nothing cited")


def test_usage() -> None:
    used = reply(usage={"prompt_tokens": 90, "completion_tokens": 10, "judge_calls": 0})
    assert measure(None, used, [])["tokens"] == Value(100)
    assert measure(None, used, [])["judge_calls"] == Value(0)
    assert measure(None, reply(), [])["tokens"].reason == "no model, or not told"


def test_without_labels_only_citations_are_measured() -> None:
    claim = statement(LONG, "A")
    values = measure(None, reply(claim), [judged(claim, 1.0, True)])
    defined = {name for name, value in values.items() if value.denominator}
    assert defined == {
        "citation_validity",
        "citation_recall",
        "citation_precision",
        "sentence_grounding",
        "answer_grounded",
        "evidence_coverage",
    }
    assert {"right", *values} == set(METRICS)
    assert all(value.reason for name, value in values.items() if name not in defined)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("StreamingLLM speeds decoding 22 times.", True),
        ("It is so.", False),
        ("## Fast ducks cross wide rivers", False),
        ("**Fast ducks cross wide rivers**", False),
        ("Fast ducks cross wide rivers:", False),
        ("The abstracts in this collection do not say which ducks cross rivers.", False),
    ],
)
def test_claim_sentences(text: str, claim: bool) -> None:
    assert is_claim(text) is claim


@pytest.mark.parametrize(
    "text",
    [
        "The provided sources do not mention ducks.",
        "The context doesn’t contain that.",
        "I don't know.",
        "This cannot be determined from the text.",
        "NOT STATED",
        "Empty Response",
        "There is no information about ducks.",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(text)
    assert reply(statement(text)).abstained


@pytest.mark.parametrize("text", ["BERT does not contain recurrent layers.", "They do not answer phones in rivers."])
def test_denials_that_refuse_nothing(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "None of the three documents compares fast ducks with slow geese.",
        "The sources given do not list the weights of those ducks anywhere.",
        "There is no mention of ducks that cross wide rivers.",
    ],
)
def test_a_denial_refuses_unless_it_cites(text: str) -> None:
    assert reply(statement(text)).abstained
    cited = reply(Statement(text, (Source("Ducks", ("Fast ducks cross rivers.",)),)))
    assert not cited.abstained
    assert cited.claims


def test_an_answer_with_a_caveat_is_an_answer() -> None:
    assert not reply(statement(LONG, "A"), statement("The abstracts do not say more.")).abstained


def test_risk_coverage_takes_ties_together() -> None:
    assert risk_coverage([0.9, 0.5, 0.5, 0.1], [0.0, 1.0, 0.0, 1.0], 8) == [
        (1 / 8, 0.0),
        (3 / 8, pytest.approx(1 / 3)),
        (4 / 8, 0.5),
    ]
    assert risk_coverage([], [], 3) == []


def test_loss() -> None:
    half = reply(statement("12", "A"))
    assert loss(GOLD, half, measure(GOLD, half, [])) == 0.5
    assert loss(NONE, half, measure(NONE, half, [])) == 1.0
    plain = Case("q", "named", "Which?", gold_titles=("A", "B", "C", "D"))
    assert loss(plain, half, measure(plain, half, [])) == 0.75

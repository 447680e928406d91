"""A fault planted at one step is laid to that step: in the product itself, and in the answers of another system."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import evaluate, score_answers
from eval.losses import STEPS
from eval.report import Report
from rag.answering import assistant as product
from rag.answering import plan as planning
from rag.answering.assistant import Assistant
from rag.answering.plan import Plan
from rag.library import Library
from rag.retrieval.hybrid import Retrieved
from rag.types import Paper
from tests.conftest import FakeEmbedder
from tests.llm_server import Script, serving

NAMES = "Tarnovel Quibrex Mondrake Felspar Orvanto Zephyrin Belquist Drumlock Hesprina Vorticel".split()
TOPICS = (
    "glacier melting|violin tuning|traffic forecasting|protein folding|wheat harvesting|sign translation|"
    "volcano monitoring|chess coaching|bridge inspection|whale tracking"
).split("|")
PLANTED = 9  # of 10 that must be laid to the right step


def paper(i: int) -> Paper:
    name, topic = NAMES[i], TOPICS[i]
    text = (
        f"Systems for {topic} are slow and costly to run. We introduce {name}, a framework for {topic}. "
        f"{name} gives a speedup of {i + 3}.{i}x in {topic} over the strongest baseline. "
        f"Volunteers found {topic} pleasant throughout."
    )
    return Paper(f"p{i}", f"{name}: Faster {topic.title()}", text, source="a", line=i + 1)


PAPERS = [paper(i) for i in range(10)]


def question(i: int) -> dict[str, Any]:
    p, name, topic = PAPERS[i], NAMES[i], TOPICS[i]
    sentence = f"{name} gives a speedup of {i + 3}.{i}x in {topic} over the strongest baseline."
    return {
        "id": f"q{i}",
        "type": "factoid",
        "question": f"Which speedup does {name} give in {topic} over the strongest baseline?",
        "gold_titles": [p.title],
        "gold_evidence": [{"title": p.title, "sentence": sentence}],
        "key_facts": [f"{i + 3}.{i}x"],
        "answerable": True,
    }


FACTS = [question(i) for i in range(10)]
LISTS = [
    {
        "id": f"l{i}",
        "type": "survey",
        "question": "Which papers introduce a framework for {}, {} or {}?".format(
            *(TOPICS[(i + k) % 10] for k in range(3))
        ),
        "gold_titles": [PAPERS[(i + k) % 10].title for k in range(3)],
        "key_facts": [NAMES[(i + k) % 10] for k in range(3)],
        "answerable": True,
    }
    for i in range(10)
]
MISSES = [
    {
        "id": f"n{i}",
        "type": "unanswerable_near",
        "question": f"Which learning rate does {NAMES[i]} use in {TOPICS[i]}?",
        "answerable": False,
    }
    for i in range(10)
]
GOLD = {row["question"]: row["gold_titles"] for row in FACTS + LISTS}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library.open(tmp_path_factory.mktemp("many"), embedder=FakeEmbedder())
    opened.sync(PAPERS)
    yield opened
    opened.close()


def ask(library: Library, rows: list[dict[str, Any]], folder: Path, *llm: str, **how: Any) -> Report:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assistant = Assistant(library, *llm, **how)
    return evaluate(assistant, path, baselines=False, progress=False)


def laid(report: Report) -> dict[str, int]:
    """Questions that lost something, by the step that cost them most."""
    counts = dict.fromkeys(STEPS, 0)
    frame = report.frame(by="loss")
    for _, mine in frame.groupby("id"):
        counts[mine.groupby("step").share.sum().idxmax()] += 1
    return counts


def replan(monkeypatch: pytest.MonkeyPatch, change: Callable[[Plan], Plan]) -> None:
    """Has the product go on with another plan than the one that it made."""
    find = planning.find
    monkeypatch.setattr(product, "find", lambda *rest: change(find(*rest)))


def gold(plan: Plan) -> set[str]:
    return set(GOLD.get(plan.query.question, ()))


def test_without_a_fault_nothing_is_lost(many: Library, tmp_path: Path) -> None:
    report = ask(many, FACTS, tmp_path)
    assert sum(laid(report).values()) <= 10 - PLANTED
    assert (report.figure("right").value or 0) > 0.9


def test_paper_not_found(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retrieve = Library.retrieve

    def without_gold(self: Library, query: str, *rest: Any, **named: Any) -> Retrieved:
        found = retrieve(self, query, *rest, **named)
        asked = set(GOLD.get(query, ())) or {p.title for p, n in zip(PAPERS, NAMES, strict=True) if n in query}
        return replace(found, matches=[m for m in found.matches if m.record.paper.title not in asked])

    monkeypatch.setattr(Library, "retrieve", without_gold)
    assert laid(ask(many, FACTS, tmp_path))["paper not found"] >= PLANTED


def test_found_but_not_used(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def others(plan: Plan) -> Plan:
        kept = tuple(e for e in plan.evidence if e.paper.title not in gold(plan))
        return replace(plan, evidence=kept, subject=None)

    replan(monkeypatch, others)
    assert laid(ask(many, FACTS, tmp_path))["found but not used"] >= PLANTED


def without_the_sentence(plan: Plan) -> Plan:
    kept = tuple(e for e in plan.evidence if "speedup of" not in e.sentence.text and e.paper.title in gold(plan))
    return replace(plan, evidence=kept)


def test_sentence_not_chosen(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replan(monkeypatch, without_the_sentence)
    assert laid(ask(many, FACTS, tmp_path))["sentence not chosen"] >= PLANTED


def test_sentence_not_chosen_for_a_model(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replan(monkeypatch, without_the_sentence)
    with serving(Script("It is pleasant throughout, as many volunteers found.")) as server:
        report = ask(many, FACTS, tmp_path, server.url, mode="words", checking="off", judge="coverage")
    assert laid(report)["sentence not chosen"] >= PLANTED


def test_refused_though_answerable(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(plan: Plan) -> Plan:
        return replace(plan, evidence=(), decision=replace(plan.decision, outcome="not_stated"))

    replan(monkeypatch, refuse)
    assert laid(ask(many, FACTS, tmp_path))["refused though answerable"] >= PLANTED


def test_answered_though_not(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replan(monkeypatch, lambda plan: replace(plan, decision=replace(plan.decision, outcome="answered")))
    report = ask(many, MISSES, tmp_path)
    assert laid(report)["answered though not"] >= PLANTED
    assert report.figure("abstention_recall").value in (0.0, 0.1)


def told(write: Callable[[str, dict[str, int]], str]) -> Script:
    """A model that `write`s from the question and the numbers under which papers were sent to it."""

    def reply(messages: list[dict[str, str]]) -> str:
        sent = messages[-1]["content"]
        numbers = {title.strip(): int(n) for n, title in re.findall(r"^Source (\d+): (.*)$", sent, re.M)}
        asked = re.search(r"^Question: (.*)$", sent, re.M)
        if not numbers or not asked:  # it is asked to understand the question
            return "{}"
        return "ANSWERED: yes\n\n" + write(asked.group(1), numbers)

    return Script(reply=reply)


def fact_of(asked: str) -> tuple[int, str]:
    i = next(i for i, name in enumerate(NAMES) if name in asked)
    return i, FACTS[i]["gold_evidence"][0]["sentence"]


def read(many: Library, rows: list[dict[str, Any]], folder: Path, script: Script, checking: str = "off") -> Report:
    with serving(script) as server:
        return ask(many, rows, folder, server.url, mode="reads", checking=checking, judge="coverage", sources=10)


def test_a_model_that_reads_and_tells_loses_nothing(many: Library, tmp_path: Path) -> None:
    def faithful(asked: str, numbers: dict[str, int]) -> str:
        i, sentence = fact_of(asked)
        return f"{sentence} [{numbers[PAPERS[i].title]}.3]"

    assert sum(laid(read(many, FACTS, tmp_path, told(faithful))).values()) <= 10 - PLANTED


def test_not_written_though_sent(many: Library, tmp_path: Path) -> None:
    def evasive(asked: str, numbers: dict[str, int]) -> str:
        i, _ = fact_of(asked)
        return f"Systems for {TOPICS[i]} are slow and costly to run. [{numbers[PAPERS[i].title]}.1]"

    assert laid(read(many, FACTS, tmp_path, told(evasive)))["not written though sent"] >= PLANTED


def test_written_but_withheld(many: Library, tmp_path: Path) -> None:
    def adorned(asked: str, numbers: dict[str, int]) -> str:
        i, sentence = fact_of(asked)
        said = f"{sentence[:-1]}, so 4711 purple elephants juggle keyboards on Tuesdays."
        return f"{said}\nSystems for {TOPICS[i]} are slow and costly to run. [{numbers[PAPERS[i].title]}.1]"

    report = read(many, FACTS, tmp_path, told(adorned), "strict")
    assert laid(report)["written but withheld"] >= PLANTED


def test_unsupported(many: Library, tmp_path: Path) -> None:
    def inventive(asked: str, numbers: dict[str, int]) -> str:
        i, _ = fact_of(asked)
        said = f"Purple elephants juggle keyboards on Tuesdays, {i + 3}.{i}x louder than any orchestra"
        return f"{said} [{numbers[PAPERS[i].title]}.3]."

    assert laid(read(many, FACTS, tmp_path, told(inventive)))["unsupported"] >= PLANTED


def test_wrong_citation(many: Library, tmp_path: Path) -> None:
    def mistaken(asked: str, numbers: dict[str, int]) -> str:
        i, sentence = fact_of(asked)
        return f"{sentence[:-1]} [{numbers[PAPERS[(i + 1) % 10].title]}.1]."

    assert laid(read(many, FACTS, tmp_path, told(mistaken)))["wrong citation"] >= PLANTED


def test_incomplete_list(many: Library, tmp_path: Path) -> None:
    def lazy(asked: str, numbers: dict[str, int]) -> str:
        mine = [PAPERS[i] for i, topic in enumerate(TOPICS) if topic in asked][:2]
        return "\n".join(f"- {p.title}: {p.abstract.split('. ')[1]} [{numbers[p.title]}.2]" for p in mine)

    report = read(many, LISTS, tmp_path, told(lazy))
    assert laid(report)["incomplete list"] >= PLANTED
    frame = report.frame(by="loss")
    assert set(frame[frame.step == "incomplete list"].share.round(2)) == {0.33}


@pytest.mark.parametrize(
    ("step", "documents", "said"),
    [
        ("paper not found", ("next",), "Chickens lay three hundred eggs a year [1]."),
        ("refused though answerable", ("mine",), "I do not know."),
        ("sentence not chosen", ("cut",), "Systems for {topic} are slow and costly to run [1]."),
        ("not written though sent", ("mine",), "Systems for {topic} are slow and costly to run [1]."),
        ("unsupported", ("mine",), "Purple elephants juggle keyboards on Tuesdays, {fact} louder than anybody [1]."),
        ("wrong citation", ("mine", "next"), "The speedup that it brings in {topic} comes to {fact} [2]."),
    ],
)
def test_answers_of_another_system(
    many: Library, tmp_path: Path, step: str, documents: tuple[str, ...], said: str
) -> None:
    rows = []
    for i, row in enumerate(FACTS):
        p, other = PAPERS[i], PAPERS[(i + 1) % 10]
        mine = {"title": p.title, "text": p.abstract}
        cut = {"title": p.title, "text": p.abstract.replace(fact_of(NAMES[i])[1], "")}
        texts = {"mine": mine, "cut": cut, "next": {"title": other.title, "text": other.abstract}}
        output = said.format(topic=TOPICS[i], fact=row["key_facts"][0])
        rows.append({"input": row["question"], "output": output, "ctxs": [texts[name] for name in documents]})
    answers, questions = tmp_path / "answers.jsonl", tmp_path / "questions.jsonl"
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    questions.write_text("".join(json.dumps(row) + "\n" for row in FACTS))
    report = score_answers(answers, many, questions, baselines=False, progress=False)
    assert laid(report)[step] >= PLANTED


def test_the_worst_questions_say_what_happened(many: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replan(monkeypatch, without_the_sentence)
    report = ask(many, FACTS, tmp_path)
    assert len(report.bad) == 10
    first = report.bad[0]
    assert (first["step"], first["lost"]) == ("sentence not chosen", 1.0)
    assert first["happened"].endswith("was used, but not the sentence that answers.")
    assert first["wanted"][0] in {row["key_facts"][0] for row in FACTS}
    assert report.lost()["sentence not chosen"] == pytest.approx(
        10 * (1 - (report.figure("right").value or 0)), abs=0.1
    )

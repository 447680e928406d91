"""Questions made of a collection without labels: they hold, are marked, and near misses are near misses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cases import TYPES, Case, check_cases, read_cases
from eval.cli import app
from eval.hiding import hiding
from eval.made import MADE, make_questions, to_json_row
from eval.run import evaluate, judge_for, score_answers
from eval.subjects import shared_topics, subjects_of
from eval.worth import AS_IT_IS, worth
from eval.written import Written
from rag.answering.assistant import Assistant
from rag.errors import SourceError
from rag.library import Library
from rag.models.providers import load_llm
from rag.types import Paper
from tests.conftest import FakeEmbedder
from tests.eval.test_losses import NAMES, PAPERS, TOPICS
from tests.llm_server import Script, serving

SHARED = [
    Paper(
        f"s{i}",
        f"{name}: Robust Lantern Grading",
        f"Grading lanterns by hand is slow. We introduce {name}, a method for lantern grading by {way}. "
        f"It cuts the time that graders need by {20 + i}% in workshops across {place}.",
        source="b",
        line=i + 1,
    )
    for i, (name, way, place) in enumerate(
        [("Lumigrade", "colour", "Porto"), ("Glowrank", "sound", "Kyoto"), ("WickSort", "smell", "Quito")]
    )
]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library.open(tmp_path_factory.mktemp("made"), embedder=FakeEmbedder())
    opened.sync([*PAPERS, *SHARED])
    yield opened
    opened.close()


def test_each_kind_is_made_and_marked(many: Library, tmp_path: Path) -> None:
    made = make_questions(many, 21)
    counts = Counter(case.type for case in made)
    assert set(counts) == set(TYPES)
    assert max(counts.values()) - min(n for kind, n in counts.items() if kind not in ("survey", "compare")) <= 2
    assert all(MADE in case.tags for case in made)
    assert made == make_questions(many, 21)
    assert made != make_questions(many, 21, seed=1)
    assert check_cases(made, many.papers()) == []
    path = tmp_path / "made.jsonl"
    path.write_text("".join(json.dumps(to_json_row(case)) + "\n" for case in made))
    assert read_cases(path) == made


def test_a_fact_is_asked_for_without_its_paper_or_figure(many: Library) -> None:
    for case in (c for c in make_questions(many, 28) if c.type == "factoid"):
        (_, sentence), (fact, *_) = case.gold_evidence[0], case.key_facts[0]
        assert fact in sentence
        assert fact not in case.question
        assert not any(name in case.question for name in NAMES)


def test_lists_and_comparisons_are_of_papers_that_share_a_topic(many: Library) -> None:
    topics = shared_topics(subjects_of(many))
    assert [s.name for s in topics["lantern grading"]] == ["Lumigrade", "Glowrank", "WickSort"]
    made = make_questions(many, 28)
    listed = next(c for c in made if c.type == "survey")
    assert set(listed.gold_titles) == {p.title for p in SHARED}
    assert all(len(c.gold_titles) == 2 for c in made if c.type == "compare")


def test_lists_hold_papers_whose_titles_give_no_name(tmp_path: Path) -> None:
    titles = ["Why Glass Lanterns Burn", "On the Colour of Glass Lanterns", "Drying Fruit Slowly"]
    with closing(Library.open(tmp_path, embedder=FakeEmbedder())) as library:
        library.sync(
            [Paper(f"u{i}", t, f"We write about {t.lower()}.", source="b", line=i) for i, t in enumerate(titles)]
        )
        listed = [c for c in make_questions(library, 12) if c.type == "survey"]
    assert [c.gold_titles for c in listed] == [tuple(titles[:2])]
    assert listed[0].key_facts == tuple((t,) for t in titles[:2])


def test_the_answering_sentence_is_taken_out_of_a_near_miss(many: Library) -> None:
    sentence = f"{NAMES[0]} gives a speedup of 3.0x in {TOPICS[0]} over the strongest baseline."
    view = hiding(many, ((PAPERS[0].title, sentence),))
    asked = f"Which speedup does {NAMES[0]} give in {TOPICS[0]} over the strongest baseline?"
    whole = next(m for m in many.retrieve(asked, 5).matches if m.record.paper.id == "p0")
    cut = next(m for m in view.retrieve(asked, 5).matches if m.record.paper.id == "p0")
    assert [s.text for s in cut.record.sentences] == [s.text for s in whole.record.sentences if s.text != sentence]
    assert [s.index for s in cut.record.sentences] == [0, 1, 2]
    assert len(cut.record.paper.abstract) == len(whole.record.paper.abstract)
    assert "3.0x" not in cut.record.paper.abstract
    assert all(cut.record.paper.abstract[s.start : s.end] == s.text for s in cut.record.sentences)
    assert len(cut.maxsim.sentences) == 3
    assert "3.0x" in Assistant(many).ask(asked).text
    assert "3.0x" not in Assistant(view).ask(asked).text
    assert len(view) == len(many)
    assert hiding(many, ()) is many


def test_a_near_miss_is_asked_with_its_sentence_hidden(many: Library, tmp_path: Path) -> None:
    made = [c for c in make_questions(many, 28) if c.type == "unanswerable_near"]
    assert all(case.without and not case.answerable for case in made)
    report = evaluate(Assistant(many), made, out=tmp_path, progress=False)
    assert report.about["made"] == len(made)
    assert f"{len(made)} of the questions were made by program" in (tmp_path / "report.md").read_text()
    for line in (tmp_path / "answers.jsonl").read_text().splitlines():
        row = json.loads(line)
        hidden = next(c.without[0][1] for c in made if c.id == row["id"])
        assert hidden not in row["answer"]
    with pytest.raises(SourceError, match="which only eval run can"):
        score_answers(tmp_path / "answers.jsonl", many, made, progress=False)


def test_what_hides_a_sentence_cannot_be_answered(tmp_path: Path) -> None:
    row = {"id": "x", "type": "factoid", "question": "Why?", "answerable": True, "gold_titles": ["t"]}
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({**row, "without": [{"title": "t", "sentence": "s"}]}))
    with pytest.raises(SourceError, match="answerable, but 'without' hides sentences"):
        read_cases(path)


def test_a_model_writes_questions_that_are_checked(many: Library) -> None:
    def reply(messages: list[dict[str, str]]) -> str:
        said = messages[-1]["content"]
        if said.startswith("Sentence:"):
            figure = next((w for w in said.split() if w.endswith("x") and w[0].isdigit()), "")
            return (
                f"QUESTION: By what factor is it quicker?\nANSWER: {figure}" if figure else "QUESTION: no\nANSWER: no"
            )
        return next(w for w in said.split() if w.endswith("x") and w[0].isdigit())

    with serving(Script(reply=reply)) as server:
        model = load_llm(server.url)
        assert model is not None
        written = Written(model)
        made = [c for c in make_questions(many, 14, written=written) if c.type == "factoid"]
    assert made
    assert written.refused > 0
    assert all(case.question == "By what factor is it quicker?" and case.tags == (MADE, "model") for case in made)
    assert all(case.key_facts[0][0] in case.gold_evidence[0][1] for case in made)


def test_what_made_questions_are_worth(many: Library) -> None:
    facts = [
        Case(
            f"f{i}", "factoid", f"Which speedup does {n} give over the baseline?", (p.title,), (), ((f"{i + 3}.{i}x",),)
        )
        for i, (n, p) in enumerate(zip(NAMES, PAPERS, strict=True))
    ]
    measured = worth(Assistant(many), make_questions(many, 14), facts, judge_for("coverage", many), False)
    assert measured.agreement is not None
    assert measured.agreement > 0.5
    right, _ = measured.labelled[AS_IT_IS].share()
    worse, _ = measured.labelled["each 2. answer another's"].share()
    nothing, _ = measured.labelled["refuses always"].share()
    assert right is not None
    assert worse is not None
    assert right > worse > 0 == nothing
    text = str(measured)
    assert "10 labelled and 14 made questions" in text
    assert "| refuses always | 0.00" in text


def test_on_the_command_line(many: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("eval.questions_cli.open_library", lambda settings: many)
    done = CliRunner().invoke(app, ["new", "--auto", "-n", "14"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 14
    assert "14 questions made: 2 factoid" in done.stderr
    assert "compare runs on them with each other" in " ".join(done.stderr.split())

"""What answers without a model must not claim, and must not miss: names, kinds and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from rag import Assistant, Library
from rag.answering.answer_builder import strength_of
from rag.answering.answerability import Decision
from rag.answering.plan import Plan
from rag.answering.things import named_things
from rag.answering.understanding import Query
from rag.types import Paper
from tests.rag.answering.everyday_papers import PAPERS

FURTHER = (
    Paper("t1", "TOUCH: text guided hand grasps", "TOUCH makes hands grasp from text. It errs by 3 mm."),
    Paper("t2", "Skin for robots", "A touch sensor of rubber. It feels a touch of 1 N, read by a camera."),
    Paper("t3", "A gripper that feels", "Grippers need touch. Ours has ROS 2 nodes and IL-10 assays."),
    Paper("t4", "MultiHop-RAG: a benchmark", "We test RAG with Llama 3 over many hops by cross entropy."),
    Paper("t5", "RAG against fake news", "RAG is tried against fake news. It helps by 5%."),
    Paper(
        "t7",
        "Driving by looking ahead",
        "Cars look too short. We introduce a planner for cars, SeerCar. It looks ten seconds ahead. It is tested on "
        "CarSim. "
        "However, it fails in fog, a limitation.",
    ),
    Paper("t6", "Does RAG help lawyers?", "RAG is tried by lawyers. It does not help."),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = Library.open(tmp_path_factory.mktemp("judgement"))
    made.sync([*PAPERS, *FURTHER])
    yield made
    made.close()


def titled(library: Library, question: str) -> Sequence[str]:
    return [p.id for p in named_things(library, question).titled.values()]


def test_a_word_that_papers_use_names_no_title(library: Library) -> None:
    assert titled(library, "how precise is the touch sensor?") == []
    assert titled(library, "how does TOUCH work?") == ["t1"]
    assert titled(library, "how does mossnet work?") == ["m1"]


def test_what_several_titles_have_is_a_topic(library: Library) -> None:
    assert titled(library, "what is wrong with RAG?") == []
    assert titled(library, "what is MultiHop-RAG?") == ["t4"]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("does it run on ros2?", ()),
        ("was il10 assayed?", ()),
        ("is MossNet-like counting slow?", ()),
        ("Does it work with Llama 4?", ("Llama 4",)),
        ("Does it work with Llama 3?", ()),
        ("Is it shown on TV?", ()),
        ("Does MossNet-mini count?", ("MossNet-mini",)),
    ],
)
def test_names_are_known_in_any_spelling_but_not_in_another_version(
    library: Library, question: str, unknown: Sequence[str]
) -> None:
    assert named_things(library, question).unknown == unknown


def test_who_made_a_thing_that_is_described_is_told(library: Library) -> None:
    answer = Assistant(library).ask("who wrote the lichen paper?")
    assert "Ed Poe" in answer.text
    assert Assistant(library).ask("who wrote about whales?").outcome != "answered"


def test_a_list_of_one_is_a_fact_and_what_is_compared_but_not_held_too(library: Library) -> None:
    assistant = Assistant(library)
    assert not assistant.ask("which models read slug trails in both directions?").listing
    assert assistant.ask("which papers are about lichen on gravestones?").listing


def test_a_question_from_elsewhere_that_sounds_like_chat_is_not_answered(library: Library) -> None:
    for question in ("What's the capital of France?", "What is the weather like today"):
        assert Assistant(library).ask(question).outcome == "nothing_relevant"


def test_what_names_a_thing_that_none_has_is_no_strong_answer(library: Library) -> None:
    answer = Assistant(library).ask("does MossNet work with Llama 4?")
    assert answer.strength != "strong"
    assert "Llama 4" in answer.text
    assert Assistant(library).ask("Can MossNet be used in Norway?").strength != "strong"
    assert Assistant(library).ask("summarise MossNet").strength == "strong"


def test_what_is_hardly_near_is_no_strong_answer() -> None:
    far = Plan(Query("a", "a"), Decision("answered", (), 0.95, "answers", 0.34))
    assert strength_of(far, "answered") == "partly"
    assert strength_of(replace(far, decision=replace(far.decision, relevance=0.5)), "answered") == "strong"


def test_a_thing_that_one_abstract_alone_introduces_is_its_subject(library: Library) -> None:
    assert titled(library, "how does SeerCar work?") == ["t7"]
    assert titled(library, "what is CarSim?") == []
    assert "fog" in Assistant(library).ask("limitations of SeerCar").text

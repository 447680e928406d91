from rag.answering.assistant import Assistant
from rag.library import Library
from rag.types import Paper


def test_both_sides_of_a_comparison_are_quoted(library: Library) -> None:
    answer = Assistant(library).ask(
        "Compare DuoAttention with StreamingLLM: attention sinks or a full cache for retrieval heads?"
    )
    assert answer.outcome == "answered"
    assert {c.paper.id for c in answer.citations} == {"2410.10819", "2309.17453"}


def test_a_side_that_is_missing_is_said(library: Library) -> None:
    answer = Assistant(library).ask("Compare DuoAttention retrieval heads with FooBarNet retrieval heads")
    assert answer.text.startswith("Nothing in this collection is about FooBarNet")
    assert [c.paper.id for c in answer.citations] == ["2410.10819"]


def test_a_list_has_a_line_and_a_citation_a_paper(library: Library) -> None:
    library.sync([Paper("t-more", "A Survey of Streaming Models", "We survey streaming models with attention sinks.")])
    answer = Assistant(library).ask("Which papers are about streaming language models and attention sinks?")
    assert answer.listing
    assert len(answer.claims) == len(answer.citations) > 1
    assert answer.text.count("\n- ") == len(answer.claims)


def test_a_follow_up_is_searched_with_its_names(library: Library) -> None:
    history = [
        {"role": "user", "content": "What does DuoAttention do?"},
        {"role": "assistant", "content": "DuoAttention applies a full cache only to retrieval heads. [1]"},
    ]
    answer = Assistant(library).ask("And how many times faster is decoding with it?", history)
    assert answer.standalone == "And how many times faster is decoding with it? (DuoAttention)"
    assert "2.18 times faster" in answer.text


def test_greetings_are_answered_without_searching(library: Library) -> None:
    answer = Assistant(library).ask("hello")
    assert answer.outcome == "answered"
    assert "4 paper abstracts" in answer.text
    assert answer.citations == ()

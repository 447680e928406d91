import pytest

from rag.answering.follow_ups import carried_over
from rag.answering.intent import asks_for_list, asks_to_compare, compared
from rag.answering.small_talk import small_talk
from rag.answering.standing_alone import needs_context


@pytest.mark.parametrize(
    ("question", "listing"),
    [
        ("Which papers look at multi-hop questions?", True),
        ("papers that study attention sinks", True),
        ("What has been done on multimodal LLMs that watch video?", True),
        ("Which systems find documents by generating an identifier?", True),
        ("What inspired HippoRAG?", False),
        ("How much faster is DuoAttention?", False),
    ],
)
def test_lists(question: str, listing: bool) -> None:
    assert asks_for_list(question) == listing


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("What changed between Uni-Perceiver and Uni-Perceiver v2 in inputs?", ("Uni-Perceiver", "Uni-Perceiver v2")),
        ("Compare StreamingLLM with DuoAttention", ("StreamingLLM", "DuoAttention")),
        ("HiP Attention vs Recycled Attention - how do they choose?", ("HiP Attention", "Recycled Attention")),
        ("ICM-LoRA and IC-LoRA sound alike; are they the same thing?", ("ICM-LoRA", "IC-LoRA")),
        ("How do the two approaches differ?", ()),
    ],
)  # fmt: skip
def test_comparisons(question: str, pair: tuple[str, ...]) -> None:
    assert asks_to_compare(question)
    assert compared(question) == pair


HISTORY = [
    {"role": "user", "content": "Is there a way to keep a complete cache only for the heads that need it?"},
    {"role": "assistant", "content": "Yes. DuoAttention applies a full KV cache only to retrieval heads. [1]"},
]


def test_a_follow_up_takes_the_names_along() -> None:
    question = "And how much does that speed up decoding?"
    assert needs_context(question)
    assert carried_over(question, HISTORY, None) == f"{question} ({HISTORY[0]['content']})"
    named = [{"role": "user", "content": "What does DuoAttention keep?"}, {"role": "user", "content": "and why?"}]
    assert carried_over(question, named, None) == f"{question} (DuoAttention)"
    assert not needs_context("How much does DuoAttention speed up decoding?")
    assert needs_context("on which datasets?")
    assert (
        carried_over("And why?", [{"role": "user", "content": "What is sleep?"}], None) == "And why? (What is sleep?)"
    )
    assert carried_over("And why?", [], None) == "And why?"


def test_small_talk_gets_a_reply_and_questions_do_not() -> None:
    assert "259 paper abstracts" in small_talk("Hello!", 259)
    assert "259" in small_talk("What can you do?", 259)
    assert small_talk("thanks a lot!", 1) == "You are welcome."
    for question in [
        "Hello world programs: which papers study them?",
        "translate 'good morning' into Japanese",
        "help me with BERT",
    ]:
        assert small_talk(question, 1) == ""

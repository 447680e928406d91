"""Follow-ups with the real embedding model: places, pairs, changes of subject, ways on."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.assistant import Assistant
from rag.answering.standing_alone import needs_context
from rag.library import Library
from rag.readers import read_papers
from tests.rag.answering.everyday_papers import cited, talk


def test_places_and_pairs_reach_back_over_what_was_looked_at_since(assistant: Assistant) -> None:
    listed, second, pair = talk(
        assistant, "which papers are about moss?", "tell me about the second one", "compare the first two"
    )
    assert cited(second) == cited(listed)[1:2]
    assert sorted(cited(pair)) == sorted(cited(listed)[:2])
    *_, both = talk(assistant, "What is MossNet?", "What is CrabTag?", "compare them")
    assert set(cited(both)) == {"m1", "m2"}


def test_a_question_about_all_papers_is_none_about_the_last_one(assistant: Assistant) -> None:
    *_, counted = talk(assistant, "What is MossNet?", "How many papers are there?")
    assert counted.text.startswith("5 papers")


def test_a_list_is_narrowed(assistant: Assistant) -> None:
    *_, narrowed = talk(assistant, "which papers are about moss?", "only the ones on walls")
    assert narrowed.listing
    assert "m1" in cited(narrowed)


def test_follow_ups_mean_what_was_shown(assistant: Assistant) -> None:
    _, second, newer, more = talk(
        assistant, "papers by Ina Beck", "tell me about the second one", "who wrote it?", "what about LichenFormer?"
    )
    assert cited(second) == ["m2"]
    assert "Ina Beck" in newer.text
    assert cited(more) == ["m3"]
    shown, which, both = talk(assistant, "Compare MossNet and CrabTag", "which is newer?", "compare them")
    assert cited(shown) == cited(both) == ["m1", "m2"]
    assert which.text.startswith("MossNet is newer.")


def test_a_question_that_names_its_own_topic_is_no_follow_up(tmp_path: Path) -> None:
    page = tmp_path / "switch.csv"
    page.write_text(
        "title,abstract\n"
        "PondNet: a network that counts newts,PondNet counts newts in photographs of ponds. PondNet needs ninety "
        "photographs to learn.\n"
        "OwlTag: rings for owls,OwlTag follows owls in barns with rings. An OwlTag ring lasts nine years.\n"
        "Ferns on quarry walls,Ferns on quarry walls grow four millimetres a year. Ferns are older than the walls.\n"
    )
    library = Library.open(tmp_path / "home")
    library.sync(read_papers(page))
    answers = talk(
        Assistant(library),
        "What does PondNet do?", "What about ferns on quarry walls?", "What about OwlTag?",
        "How about the growth of ferns?",
    )  # fmt: skip
    assert [a.citations[0].paper.title.split()[0] for a in answers] == ["PondNet:", "Ferns", "OwlTag:", "Ferns"]
    library.close()


@pytest.mark.parametrize(
    "said",
    [
        "second one please",
        "the second one",
        "paper 2",
        "show me the second paper",
        "explain the second in simple words",
    ],
)
def test_a_place_alone_asks_for_that_paper(assistant: Assistant, said: str) -> None:
    listed, second = talk(assistant, "which papers are about moss?", said)
    assert second.outcome == "answered"
    assert cited(second) == cited(listed)[1:2]


def test_an_answer_leads_on_to_what_its_evidence_answers(assistant: Assistant) -> None:
    overview = assistant.ask("What is MossNet?")
    assert "What are the limitations of MossNet?" in overview.suggestions
    assert "Try:" not in str(overview)
    for way in overview.suggestions:
        assert assistant.ask(way).outcome == "answered"
    assert assistant.ask("Which papers are about moss?").suggestions[0].startswith("Summarise ")


def test_a_pair_that_is_named_is_not_the_one_shown_before(assistant: Assistant) -> None:
    *_, better = talk(assistant, "papers by Ina Beck", "which is better, LichenFormer or SlugLM-2?")
    assert set(cited(better)) == {"m3", "m4"}


def test_what_is_asked_of_it_is_asked_of_the_paper_that_was_shown(assistant: Assistant) -> None:
    _, glued, battery, windows = talk(
        assistant, "What is CrabTag?", "what is it glued to?", "how long does it last?", "does it run on Windows?"
    )
    assert [cited(a) for a in (glued, battery)] == [["m2"], ["m2"]]
    assert "three weeks" in battery.text
    assert windows.outcome == "not_stated"  # and no other paper is quoted
    assert windows.related[0].id == "m2"


def test_others_than_what_was_shown_are_asked_for(assistant: Assistant) -> None:
    _, other = talk(assistant, "What is MossNet?", "And is there one for dating lichen instead?")
    assert cited(other)[0] == "m3"


def test_of_several_that_were_shown_the_newest_is_told(assistant: Assistant) -> None:
    *_, newest = talk(assistant, "papers by Ina Beck", "which of these is the newest?")
    assert newest.text.startswith("MossNet is newer.")
    *_, both = talk(assistant, "papers by Ina Beck", "what do they have in common?")
    assert set(cited(both)) == {"m1", "m2"}
    *_, beside = talk(assistant, "papers by Ina Beck", "summarise the second one", "compare it with the first one")
    assert set(cited(beside)) == {"m1", "m2"}


def test_similar_papers_are_listed_without_the_one_shown(tmp_path: Path) -> None:
    page = tmp_path / "ferns.csv"
    page.write_text(
        "id,title,abstract\n"
        "a,Fern on walls,Fern on walls dries in summer and greens again in rain.\n"
        "b,Fern on roofs,Fern on roofs holds water and falls off in storms.\n"
    )
    library = Library.open(tmp_path / "home")
    library.sync(read_papers(page))
    shown, similar = talk(Assistant(library), "Summarise Fern on walls", "is there anything similar?")
    assert [c.paper.title for c in shown.citations] == ["Fern on walls"]
    assert [c.paper.title for c in similar.citations] == ["Fern on roofs"]
    assert similar.listing
    *_, like = talk(Assistant(library), "Which papers are about ferns?", "papers like the second")
    assert like.standalone.startswith("Papers like “Fern on")
    library.close()


@pytest.mark.parametrize(
    ("question", "follows"),
    [
        ("how fast is it?", True),
        ("Doesn't that make the model worse?", True),
        ("and on which benchmarks?", True),
        ("is there a newer version of it?", True),
        ("And is there one based on state spaces instead?", True),
        ("papers that use reinforcement learning", False),
        ("so what is a retrieval head?", False),
        ("what is streamingllm in one paragraph", False),
        ("which one is better?", True),
        ("and what are the limitations?", True),
        ("Is it fair to compare the context windows of vendors by their token counts?", False),
        ("What is there on recommender systems that learn several tasks jointly?", False),
        ("Doctors rated reports that a machine completes. What mark did they give?", False),
        ("On what do the authors of Wings blame the loss of text-only skills?", False),
        ("why do transformers need positional encodings?", False),
    ],
    ids=str,
)
def test_a_question_that_says_enough_is_no_follow_up(question: str, follows: bool) -> None:
    assert needs_context(question) is follows


def test_small_talk_is_no_subject(assistant: Assistant) -> None:
    *_, fast = talk(assistant, "hi", "how long does it last?")
    assert "(hi)" not in fast.standalone
    *_, swahili = talk(assistant, "What is CrabTag?", "thanks!", "does it work in Swahili?")
    assert swahili.text.startswith("No abstract here mentions Swahili.")

"""Everyday questions with the real embedding model: many forms of one request, follow-ups, things not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.assistant import Assistant
from rag.answering.calibration import TRAINED
from rag.answering.plan import find
from rag.answering.understanding import read_offline
from rag.library import Library
from rag.readers import read_papers
from tests.rag.answering.everyday_papers import PAPERS, cited

FORMS = (
    "What is {}?", "what does {} do", "How does {} work?", "explain {} please", "Summarise {}", "summary of {}",
    "tl;dr {}", "tell me about {}", "describe {} to a beginner", "{}", "{}?", "main idea of {}",
    "What problem does {} solve?",
    "key contributions of {}?", "how good is {}?", "So what is {} really?", "I'd like to understand {}", "eli5 {}",
    "could you please give me the gist of {}, thanks!", "WHAT IS {}?", "what about {}?", "limitations of {}?",
)  # fmt: skip


@pytest.mark.parametrize(("name", "paper"), [("MossNet", "m1"), ("crabtag", "m2"), ("LichenFormer", "m3")])
def test_many_forms_of_one_request_are_answered_from_its_paper(assistant: Assistant, name: str, paper: str) -> None:
    answers = {form: assistant.ask(form.format(name)) for form in FORMS}
    assert {f: (a.outcome, cited(a)[:1]) for f, a in answers.items()} == {f: ("answered", [paper]) for f in FORMS}


@pytest.mark.parametrize(
    "change",
    ["{}", "{} really?", "please, {}", "{}, thanks!", "{}??"],
    ids=["as it is", "really", "please", "thanks", "??"],
)
@pytest.mark.parametrize(
    "question", ["How long does a CrabTag battery last?", "how much rain does a roof of moss hold"]
)
def test_politeness_and_doubt_change_nothing(assistant: Assistant, question: str, change: str) -> None:
    plain = assistant.ask(question)
    changed = assistant.ask(change.format(question.rstrip("?")))
    assert (changed.outcome, cited(changed)) == (plain.outcome, cited(plain))
    assert plain.outcome == "answered"


def test_case_changes_nothing(assistant: Assistant) -> None:
    for question in ("How does MossNet count?", "which papers are about moss?"):
        assert cited(assistant.ask(question.lower())) == cited(assistant.ask(question.upper()))


def test_a_misspelt_name_is_put_right_and_can_be_insisted_on(assistant: Assistant) -> None:
    answer = assistant.ask("What does LichenFomer do?")
    assert cited(answer) == ["m3"]
    assert answer.notes == ("Showing results for “LichenFormer”, not “LichenFomer”.",)
    for exact in (
        assistant.ask("What does LichenFomer do?", exact=True),
        assistant.ask('What does "LichenFomer" do?'),
    ):
        assert (exact.outcome, exact.notes) == ("not_stated", ()) or exact.outcome == "nothing_relevant"
        assert "No abstract here mentions LichenFomer." in exact.text
        assert any("LichenFormer" in way for way in exact.suggestions)


@pytest.mark.parametrize("thing", ["SlugLM-3", "MossNet 5", "FernGPT"])
def test_a_thing_that_is_not_there_is_said_first(assistant: Assistant, thing: str) -> None:
    answer = assistant.ask(f"How does {thing} work?")
    assert answer.outcome != "answered"
    assert answer.claims == ()
    assert answer.text.startswith(f"No abstract here mentions {thing}.")
    assert answer.suggestions


def test_two_papers_that_we_hold_are_compared_however_far_the_wording_is(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_is_near = replace(TRAINED, min_relevance=9.0)
    monkeypatch.setattr("rag.answering.plan.calibration_of", lambda library: nothing_is_near)
    answer = assistant.ask("whats the difference between mossnet and crabtag")
    assert answer.outcome == "answered"
    assert cited(answer) == ["m1", "m2"]
    assert assistant.ask("whats the difference between mossnet and slug glue").outcome != "answered"


def test_a_paper_that_is_named_is_near_whatever_else_is_not(assistant: Assistant) -> None:
    answer = assistant.ask("Does MossNet beat SlugLM-3?")
    assert answer.outcome == "not_stated"
    assert answer.related[0].id == "m1"
    assert "SlugLM-3" in answer.text


def test_whom_an_explanation_is_for_is_no_thing_that_is_missing(assistant: Assistant) -> None:
    assert cited(assistant.ask("Explain MossNet to me like I am a PhD student")) == ["m1"]


def test_capitals_all_over_change_nothing(assistant: Assistant) -> None:
    for question in ("which papers are about moss?", "how does mossnet count?"):
        low, high = (
            find(assistant.library, read_offline(q, (), assistant.library), 8, None)
            for q in (question, question.upper())
        )
        assert (low.query.kind, low.decision.probability) == (high.query.kind, high.decision.probability)


def test_an_overview_reads_in_order_and_leaves_noise_out(assistant: Assistant) -> None:
    answer = assistant.ask("Summarise MossNet")
    abstract = PAPERS[0].abstract
    places = [abstract.index(c.text) for c in answer.claims]
    assert places == sorted(places)
    assert not any(word in answer.text for word in ("https", "Code is", "hope"))
    assert answer.strength == "strong"
    assert "fails on wet walls" in assistant.ask("What are the limitations of MossNet?").text
    assert assistant.ask("limitations of CrabTag?").text.startswith("The abstract names no limitations.")


def test_a_quote_in_mid_thought_names_its_paper(assistant: Assistant) -> None:
    answer = assistant.ask("Which tag sends a signal each minute by a coil of copper wire?")
    (claim,) = [c for c in answer.claims if c.text.startswith("It sends")]
    assert claim.lead == "CrabTag:" or answer.claims.index(claim) > 0
    assert "CrabTag: It sends" in answer.text or "We introduce CrabTag" in answer.text


def test_records_answer_who_when_where(assistant: Assistant) -> None:
    said = {q: assistant.ask(q) for q in ("who wrote MossNet?", "When was CrabTag published?", "link to LichenFormer")}
    assert [a.claims[0].catalogue for a in said.values()] == [True] * 3
    wrote, when, link = (a.text for a in said.values())
    assert "Ina Beck and Al Roe" in wrote
    assert "2019" in when
    assert "https://example.org/m3" in link
    assert "@misc{m2," in assistant.ask("bibtex of CrabTag").text


def test_a_record_is_found_by_what_its_paper_is_about(assistant: Assistant) -> None:
    assert "@misc{m2," in assistant.ask("give me the bibtex of the radio tag paper").text
    assert "Ed Poe" in assistant.ask("who wrote the paper about dating lichen on gravestones?").text
    # Who speaks of a thing did not make it.
    assert "is by" not in assistant.ask("Who invented the battery?").text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many papers are there?", "5 papers."),
        ("which years do the papers cover?", "2019 to 2023"),
        ("how many papers from 2023?", "2 papers from 2023."),
        ("papers by Ina Beck", "2 papers by Ina Beck"),
        ("Which papers did Ed Poe write?", "2 papers by Ed Poe"),
        ("list all papers since 2021", "3 papers since 2021"),
        ("what is the newest paper?", "The newest:"),
        ("What is new since the last import?", "added 5 papers"),
        ("who are the authors?", "Ina Beck (2)"),
        ("papers by Song Han", "No paper here is by Song Han."),
        ("papers by Zoe Muller", "1 paper by Zoe Muller"),
    ],
)
def test_the_collection_is_told_from_the_catalogue(assistant: Assistant, question: str, said: str) -> None:
    assert said in assistant.ask(question).text


def test_themes_are_named(assistant: Assistant) -> None:
    answer = assistant.ask("What are the main themes of this collection?")
    assert answer.listing
    assert set(cited(answer)) <= {p.id for p in PAPERS}


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Wie viele Steine wurden für die Untersuchung der Flechten verwendet?", False),
        ("Combien de toits ont été mesurés pendant une année entière ?", False),
        ("苔藓的屋顶能容纳多少雨水?", False),
        ("Was macht eigentlich CrabTag mit den Krabben im Hafen?", True),
    ],
)
def test_a_language_that_is_not_read_is_told(assistant: Assistant, question: str, answered: bool) -> None:
    answer = assistant.ask(question)
    assert "all-MiniLM-L6-v2 does not read" in answer.text
    assert (answer.outcome == "answered") == answered


def test_years_and_authors_filter_and_a_word_that_all_have_refuses_nothing(tmp_path: Path) -> None:
    page = tmp_path / "ferns.csv"
    page.write_text(
        "title,abstract,year,authors\n"
        "Fern on walls,Fern on walls dries in summer and greens again in rain.,2018,Mia Orr\n"
        "Fern on roofs,Fern on roofs holds water and falls off in storms.,2020,Jo Fay\n"
        "Fern in streams,Fern in streams shelters insects from fish.,2019,Mia Orr\n"
    )
    library = Library.open(tmp_path / "home")
    library.sync(read_papers(page))
    assistant = Assistant(library)
    of_2018 = assistant.ask("Which papers from 2018 are about ferns?")
    assert [c.paper.title for c in of_2018.citations] == ["Fern on walls"]
    by_orr = assistant.ask("Which papers did Mia Orr write?")
    assert {c.paper.title for c in by_orr.citations} == {"Fern on walls", "Fern in streams"}
    assert len(assistant.ask("Which papers are about fern?").citations) == 3
    assert [h.paper.title for h in library.search("rain", where={"author": "Orr"})] == [
        "Fern on walls",
        "Fern in streams",
    ]
    library.close()


def test_a_filter_that_keeps_no_paper_is_said_whatever_the_subject(assistant: Assistant) -> None:
    answer = assistant.ask("papers from 1999 about moss")
    assert answer.outcome == "not_stated"
    assert "1999" in answer.text


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("what about snailfinder?", "snailfinder"),
        ("can CrabTag be used in Norway?", "Norway"),
        ("how does quicksort work?", "quicksort"),
    ],
)
def test_a_word_that_all_is_about_and_no_abstract_has_is_said(assistant: Assistant, question: str, word: str) -> None:
    answer = assistant.ask(question)
    assert answer.outcome != "answered"
    assert answer.text.startswith(f"No abstract here mentions {word}.")


def test_whom_it_is_for_and_what_to_read_are_understood(assistant: Assistant) -> None:
    assert assistant.ask("explain MossNet to Grandma").outcome == "answered"
    assert assistant.ask("what should I read about lichen?").listing

"""A model that reads whole abstracts, scripted over a real OpenAI-compatible server: what is sent and shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.answering.checking import Checker
from rag.answering.judges import coverage_by
from rag.answering.reading_prompts import SYSTEM, split_head
from rag.answering.verdicts import SYSTEM as VERDICTS
from rag.errors import LLMError
from rag.library import Library
from rag.types import Evidence, Paper, Sentence
from tests.llm_server import Script, serving

QUESTION = "Which theory inspired HippoRAG, the retrieval framework?"
GOOD = "HippoRAG is a retrieval framework inspired by hippocampal indexing theory."
LOOSE = "Its makers borrowed an idea about the hippocampus from biology."


def reading(reply: str, verdict: str = "supported") -> Callable[[list[dict[str, str]]], str]:
    """Replies as a strong model: to what it reads with `reply`, to each doubtful sentence with `verdict`."""

    def said(messages: list[dict[str, str]]) -> str:
        if messages[0]["content"] == VERDICTS:
            count = messages[-1]["content"].count("It cites:")
            return json.dumps({"verdicts": [{"sentence": n + 1, "verdict": verdict} for n in range(count)]})
        return reply

    return said


def ask(library: Library, reply: str, verdict: str = "supported", question: str = QUESTION, **more: object) -> Answer:
    with serving(Script(reply=reading(reply, verdict))) as server:
        return Assistant(library, server.url, mode="reads", **more).ask(question)  # type: ignore[arg-type]


def test_whole_abstracts_are_sent_best_first(library: Library) -> None:
    with serving(Script(reply=reading(f"ANSWERED: yes\n\n{GOOD} [1.2]"))) as server:
        answer = Assistant(library, server.url, mode="reads").ask(QUESTION)
    system, user = (m["content"] for m in server.written[-1]["messages"])
    assert system == SYSTEM
    assert "[1.1] Mammals store knowledge in memory.\n[1.2] HippoRAG is" in user
    assert "[1.3] It beats other methods" in user
    assert answer.mode == "reads"
    assert answer.sent["sentences"] == sum(line.startswith("[") for line in user.splitlines())
    assert answer.sent["left_out"] == 0
    assert [(c.text, c.verdict, c.evidence) for c in answer.claims] == [(GOOD, "supported", ("1.2",))]


def test_a_small_window_leaves_out_the_least_relevant_sentences(library: Library) -> None:
    with serving(Script(reply=reading(f"ANSWERED: yes\n\n{GOOD} [1.2]"))) as server:
        from rag.models.providers import load_llm

        model = load_llm(server.url, context=2170)
        assert model is not None
        answer = Assistant(library, model, mode="reads").ask(QUESTION)
        assert answer.sent["left_out"] > 0
        assert GOOD in server.written[-1]["messages"][1]["content"]
        too_small = load_llm(server.url, context=1000)
        assert too_small is not None
        with pytest.raises(LLMError, match="ASKPAPERS_CONTEXT"):
            Assistant(library, too_small, mode="reads").ask(QUESTION)


def test_the_model_says_that_they_do_not_answer(library: Library) -> None:
    reply = f"ANSWERED: no\nMISSING: the year in which it was made\n\n{GOOD} [1.2]"
    answer = ask(library, reply, question="In which year was HippoRAG, the retrieval framework, made?")
    assert answer.outcome == "not_stated"
    assert answer.missing == ("the year in which it was made",)
    assert answer.message == "Not in these abstracts: the year in which it was made. Nearest:"
    assert [c.text for c in answer.claims] == [GOOD]


def test_partly_answered_is_answered_and_says_what_is_missing(library: Library) -> None:
    answer = ask(library, f"ANSWERED: partly\nMISSING: its authors\n\n{GOOD} [1.2]")
    assert (answer.outcome, answer.missing) == ("answered", ("its authors",))
    assert answer.text == f"Not in these abstracts: its authors. {GOOD} [1]"


def test_doubtful_sentences_are_judged_together_once(library: Library) -> None:
    reply = f"ANSWERED: yes\n\n{LOOSE} [1.2] {GOOD} [1.2] Rodents were kept in cages. [1.1]"
    with serving(Script(reply=reading(reply))) as server:
        answer = Assistant(library, server.url, mode="reads").ask(QUESTION)
    assert [c.text for c in answer.claims] == [LOOSE, GOOD, "Rodents were kept in cages."]
    assert sum(r["messages"][0]["content"] == VERDICTS for r in server.requests) == 1
    assert [c.level for c in answer.claims] == [3, 0, 3]
    assert answer.usage["judge_calls"] == 1


@pytest.mark.parametrize(("verdict", "kept"), [("contradicted", "contradicted"), ("not stated", "unsupported")])
def test_what_is_contradicted_or_not_stated_is_withheld(library: Library, verdict: str, kept: str) -> None:
    answer = ask(library, f"ANSWERED: yes\n\n{LOOSE} [1.2] {GOOD} [1.2]", verdict)
    assert [c.text for c in answer.claims] == [GOOD]  # says what the withheld one cites: nothing is quoted instead
    assert [(c.text, c.verdict) for c in answer.withheld] == [(LOOSE, kept)]


def test_it_is_quoted_instead_where_nothing_else_says_it(library: Library) -> None:
    answer = ask(library, f"ANSWERED: yes\n\n{LOOSE} [1.2]", "not stated")
    assert [(c.quoted, c.text) for c in answer.claims] == [(True, GOOD)]


def test_what_follows_a_withheld_sentence_says_what_it_is_about(library: Library) -> None:
    answer = ask(
        library, f"ANSWERED: yes\n\nHippoRAG was made in 1931. [1.2] It beats other methods. [1.3] {GOOD} [1.2]"
    )
    assert [c.lead.rstrip(":") for c in answer.claims if "beats" in c.text] == ["HippoRAG"]
    assert [c.lead for c in answer.claims if c.text == GOOD] == [""]


@pytest.mark.parametrize("verdicts", ["no JSON", '{"verdicts": [{"sentence": 7, "verdict": "supported"}]}', "{", "[]"])
def test_what_nobody_could_judge_is_shown_and_marked(library: Library, verdicts: str) -> None:
    def said(messages: list[dict[str, str]]) -> str:
        return verdicts if messages[0]["content"] == VERDICTS else f"ANSWERED: yes\n\n{LOOSE} [1.2]"

    with serving(Script(reply=said)) as server:
        answer = Assistant(library, server.url, mode="reads").ask(QUESTION)
    assert [(c.text, c.verdict) for c in answer.claims] == [(LOOSE, "unchecked")]


def test_an_invented_number_falls_by_rule_and_a_wrong_citation_is_mended(library: Library) -> None:
    answer = ask(library, f"ANSWERED: yes\n\n{GOOD} [2.1] It wins by up to 35%. [1.3]")
    assert [(c.text, c.evidence[0]) for c in answer.claims if not c.quoted] == [(GOOD, "1.2")]
    assert [c.text for c in answer.withheld] == ["It wins by up to 35%."]


def test_a_number_worked_out_from_what_is_cited_is_for_a_judge(library: Library) -> None:
    derived = "The speedup of StreamingLLM, 22.2x, is 20.02x more than the 2.18 times of DuoAttention."
    with serving(Script(reply=reading(f"ANSWERED: yes\n\n{derived} [1.3][2.3]"))) as server:
        question = "How much faster is decoding with StreamingLLM and with DuoAttention?"
        shown = Assistant(library, server.url, mode="reads").ask(question)
        alone = Assistant(library, server.url, mode="reads", judge="coverage").ask(question)
    assert [(c.text, c.verdict, c.level) for c in shown.claims] == [(derived, "supported", 3)]
    assert [c.text for c in alone.withheld] == [derived]


def test_a_number_in_the_cited_title_is_given(library: Library) -> None:
    evidence = Evidence(1, Paper("x", "Scaling to 175 Billion", "We scale."), Sentence(0, 0, 9, "We scale."), 1.0)
    coverage = coverage_by(library)
    checker = Checker("How large?", [evidence], coverage, coverage)
    assert not checker.invented([evidence], "It scales to 175 billion.")
    assert checker.invented([evidence], "It scales to 176 billion.") == ["176b"]


def test_what_cites_nothing_and_is_not_supported_has_nothing_quoted_instead(library: Library) -> None:
    astray = "Whales were counted from boats last winter."
    answer = ask(library, f"ANSWERED: yes\n\n{GOOD} [1.2] {astray}", "not stated")
    assert [c.text for c in answer.withheld] == [astray]
    assert [c.text for c in answer.claims] == [GOOD]
    said = ask(library, f"ANSWERED: yes\n\n{GOOD} [1.2] {astray}", "no claim")
    assert [(c.text, c.citations) for c in said.claims] == [(GOOD, (1,)), (astray, ())]


def test_a_frame_is_checked_against_what_it_frames(library: Library) -> None:
    two = f"- {GOOD} [1.2]\n- StreamingLLM is a framework that keeps attention sinks. [2.2]"
    right = ask(library, f"ANSWERED: yes\n\nTwo papers do so:\n{two}")
    assert [c.verdict for c in right.claims] == ["no_claim", "supported", "supported"]
    wrong = ask(library, f"ANSWERED: yes\n\nSeven papers do so:\n{two}")
    assert [c.text for c in wrong.withheld] == ["Seven papers do so:"]


def test_a_comparison_is_a_table(library: Library) -> None:
    rows = (
        "| | HippoRAG | DuoAttention |\n|---|---|---|\n"
        f"| Idea | {GOOD} [1.2] | DuoAttention applies a full cache only to retrieval heads. [2.2] |\n"
        "| Speed | | Decoding is 9 times faster with it. [2.3] |\n"
    )

    def said(messages: list[dict[str, str]]) -> str:
        if "Reply with JSON alone" in messages[0]["content"]:
            return json.dumps({"standalone": "q", "kind": "comparison", "things": ["HippoRAG", "DuoAttention"]})
        return f"ANSWERED: yes\n\n{rows}"

    with serving(Script(reply=said)) as server:
        answer = Assistant(library, server.url, mode="reads").ask("Compare HippoRAG and DuoAttention")
    assert answer.table is not None
    assert (answer.table.columns, answer.table.rows) == (("HippoRAG", "DuoAttention"), ("Idea", "Speed"))
    assert answer.table.cells == (((0,), (1,)), (None, ()))  # nothing stated, and withheld: the number is invented
    assert "| Idea | HippoRAG is a retrieval framework" in answer.text
    assert "| Speed | not stated | withheld |" in answer.text


def test_a_follow_up_is_understood_by_one_structured_call(library: Library) -> None:
    told = {"standalone": QUESTION, "kind": "fact", "things": []}

    def said(messages: list[dict[str, str]]) -> str:
        return json.dumps(told) if "JSON alone" in messages[0]["content"] else f"ANSWERED: yes\n\n{GOOD} [1.2]"

    history = [{"role": "user", "content": "What is HippoRAG?"}, {"role": "assistant", "content": GOOD}]
    with serving(Script(reply=said)) as server:
        assistant = Assistant(library, server.url, mode="reads")
        assert assistant.ask("And the theory behind it?", history).standalone == QUESTION
        told["kind"] = "nonsense"
        assert assistant.ask("And the theory behind it?", history).outcome == "answered"


def test_only_a_model_that_passes_the_examination_reads(library: Library) -> None:
    def passing(messages: list[dict[str, str]]) -> str:
        asked = messages[-1]["content"]
        if "data set of insects" in asked:
            return "ANSWERED: no\nMISSING: a test on insects\n\nIt is trained on birds. [1.3]"
        if "Compare TinyNet" in asked:
            return "ANSWERED: yes\n\nTinyNet prunes. [1.2] BirdFormer attends. [2.2]"
        if "TinyNet save" in asked:
            return "ANSWERED: yes\n\nIt saves 40%. [1.2]"
        return f"ANSWERED: yes\n\n{GOOD} [1.2]"

    with serving(Script(reply=passing)) as server:
        assistant = Assistant(library, server.url)
        assert assistant.ask(QUESTION).mode == assistant.ask(QUESTION).mode == "reads"
        examined = sum("TinyNet: pruned" in json.dumps(r) for r in server.requests)
    assert examined == 3
    with serving(Script(f"{GOOD} [1.2]")) as server:
        assert Assistant(library, server.url).ask(QUESTION).mode == "words"


def test_thoughts_are_never_the_answer(library: Library) -> None:
    thought = "HippoRAG says X. [1.2]"
    answer = ask(library, f"<think>{thought}</think>\nANSWERED: yes\n\n{GOOD} [1.2]")
    assert [c.text for c in answer.claims] == [GOOD]
    assert "says X" not in answer.text


def test_a_reply_cut_off_by_length_is_said(library: Library) -> None:
    with serving(Script(reply=reading(f"ANSWERED: yes\n\n{GOOD} [1.2] It beats"), finish="length")) as server:
        answer = Assistant(library, server.url, mode="reads").ask(QUESTION)
    assert "cut off at its length limit" in answer.message


@pytest.mark.parametrize(
    ("reply", "answered", "missing", "rest"),
    [
        ("ANSWERED: yes\n\nA. [1.1]", "yes", "", "A. [1.1]"),
        ("**ANSWERED:** Partly.\n**MISSING:** the year\n\nA.", "partly", "the year", "A."),
        ("answered: no\nmissing: x\n", "no", "x", ""),
        ("ANSWERED: no", "no", "", ""),
        ("ANSWERED: yes\nMISSING: nothing\nA.", "yes", "", "A."),
        ("A plain reply. [1.1]", "yes", "", "A plain reply. [1.1]"),
        ("", "yes", "", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_heads(reply: str, answered: str, missing: str, rest: str, size: int) -> None:
    head, body = split_head(iter([reply[i : i + size] for i in range(0, len(reply), size)]))
    assert (head.answered, head.missing, "".join(body).strip()) == (answered, missing, rest)


def test_asked_and_streamed_without_blocking(library: Library) -> None:
    async def both() -> tuple[Answer, list[object]]:
        with serving(Script(reply=reading(f"ANSWERED: yes\n\n{GOOD} [1.2]"))) as server:
            assistant = Assistant(library, server.url, mode="reads")
            return await assistant.aask(QUESTION), [event async for event in assistant.astream(QUESTION)]

    answer, events = asyncio.run(both())
    assert [c.text for c in answer.claims] == [GOOD]
    assert events[0] == f"{GOOD} [1]"
    assert isinstance(events[-1], Answer)
    assert [call["purpose"] for call in answer.calls][-1] == "write"


def test_a_list_that_is_worded_names_the_papers_of_what_it_quotes(library: Library) -> None:
    with serving(Script(f"{GOOD} [1]")) as server:
        answer = Assistant(library, server.url, mode="words").ask("Which papers are about language models?")
    assert answer.listing
    assert answer.claims
    assert all(c.lead.endswith(":") for c in answer.claims if c.quoted)

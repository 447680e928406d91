from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import LLMError, QuestionError, SettingsError
from rag.library import Library
from tests.llm_server import Script, serving


class FakeLLM(CustomLLM):
    """Replies the next of its replies; `asked` keeps the prompts."""

    replies: list[str]
    asked: list[str] = []  # noqa: RUF012  (a pydantic field: copied for each instance)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="fake-llm", is_chat_model=False)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self.asked.append(prompt)
        return CompletionResponse(text=self.replies.pop(0))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        text = self.complete(prompt).text
        return (CompletionResponse(text=text[: i + 1], delta=c) for i, c in enumerate(text))


def titles(answer: Answer) -> Sequence[str]:
    return [c.paper.title for c in answer.citations]


def test_extraction_quotes_the_sentence_that_answers(library: Library) -> None:
    answer = Assistant(library).ask("Which theory inspired HippoRAG, the retrieval framework?")
    assert answer.outcome == "answered"
    assert answer.model == "extractive"
    assert answer.claims[0].quoted
    assert "hippocampal indexing theory" in answer.claims[0].text
    assert answer.claims[0].citations == (1,)
    assert titles(answer)[0].startswith("HippoRAG")
    for claim in answer.claims:  # every sentence is its paper's own, and is the one cited
        cited = answer.citations[claim.citations[0] - 1]
        assert claim.text in cited.paper.abstract
        assert claim.text in [s.text for s in cited.sentences]
        place = next(s.index for s in cited.sentences if s.text == claim.text) + 1
        assert claim.evidence == (f"{cited.number}.{place}",)
    assert str(answer).startswith("In the abstracts' own words: HippoRAG is a retrieval framework")
    assert "[1] HippoRAG" in str(answer)


def test_nothing_relevant_is_said(library: Library) -> None:
    answer = Assistant(library).ask("recipe for sourdough pizza")
    assert (answer.outcome, answer.claims, answer.citations, answer.related) == ("nothing_relevant", (), (), ())
    assert answer.text == "Nothing in this collection is about that."


def test_the_stream_is_the_answer(library: Library) -> None:
    said: list[str] = []
    *pieces, answer = Assistant(library).stream("What is DuoAttention?", on_status=said.append)
    assert isinstance(answer, Answer)
    assert "".join(str(p) for p in pieces).strip() == answer.text
    assert said[0] == "searching 4 papers"


def test_any_llama_index_model_answers_from_numbered_sentences(library: Library) -> None:
    llm = FakeLLM(replies=["Hippocampal indexing theory inspired HippoRAG [1.2]. It wins by up to 20% [1.3, 9.9]."])
    answer = Assistant(library, llm, mode="words").ask("Which theory inspired HippoRAG?")
    assert answer.model == "fake-llm"
    assert [c.citations for c in answer.claims] == [(1,), (1,)]
    assert [s.index for s in answer.citations[0].sentences] == [1, 2]
    assert "[9.9]" not in answer.text
    assert "[1.2] HippoRAG is a retrieval framework" in llm.asked[0]
    assert "Question: Which theory inspired HippoRAG?" in llm.asked[0]


def test_a_model_that_finds_no_answer_leads_to_related_papers(library: Library) -> None:
    answer = Assistant(library, FakeLLM(replies=["NOT STATED."])).ask(
        "Which retrieval memory size does HippoRAG need for indexing?"
    )
    assert answer.outcome == "not_stated"
    assert answer.claims == ()
    assert answer.related[0].id == "t-hippo"


def test_no_model_is_called_when_nothing_is_relevant(library: Library) -> None:
    llm = FakeLLM(replies=[])
    assert Assistant(library, llm, mode="words").ask("recipe for sourdough pizza").outcome == "nothing_relevant"
    assert llm.asked == []


def test_an_openai_compatible_server_by_its_url(library: Library) -> None:
    with serving(Script("HippoRAG copies ", "hippocampal indexing. [1.2]", " It beats other methods [1.3].")) as script:
        *pieces, answer = Assistant(library, script.url).stream("Which theory inspired HippoRAG?")
    assert isinstance(answer, Answer)
    assert [c.text for c in answer.claims] == ["HippoRAG copies hippocampal indexing.", "It beats other methods."]
    assert len(pieces) == 2
    assert script.written[0]["model"] == "scripted"
    assert script.written[0]["stream"] is True
    assert script.written[0]["messages"][0]["role"] == "system"


@pytest.mark.parametrize(("status", "said"), [(401, "OPENAI_API_KEY"), (404, "no model 'scripted'"), (400, "HTTP 400")])
def test_a_server_that_refuses_is_one_line(library: Library, status: int, said: str) -> None:
    with serving(Script(status=status)) as script, pytest.raises(LLMError, match=said) as caught:
        Assistant(library, script.url).ask("Which theory inspired HippoRAG?")
    assert "127.0.0.1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_down_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with pytest.raises(LLMError, match=r"cannot reach http://127\.0\.0\.1:9/v1.*ASKPAPERS_LLM") as caught:
        Assistant(library, "http://127.0.0.1:9/v1#m").ask("Which theory inspired HippoRAG?")
    assert "sk-secret" not in str(caught.value)


def test_settings_that_cannot_be_used(library: Library) -> None:
    with pytest.raises(SettingsError, match="add the model's name"):
        Assistant(library, "http://localhost:1/v1")
    with pytest.raises(SettingsError, match="'gpt'"):
        Assistant(library, "gpt")


def test_questions_that_cannot_be_asked(library: Library) -> None:
    for question in ["", " \n\t", "x" * 20_000]:
        with pytest.raises(QuestionError):
            Assistant(library).ask(question)


def test_filters_reach_the_answer(library: Library) -> None:
    answer = Assistant(library).ask("What do attention heads or sinks do for caching?", where={"year": 2023})
    assert {c.paper.year for c in answer.citations} <= {2023}


def test_a_withdrawn_paper_is_named_and_never_quoted(library: Library) -> None:
    question = "Which theory inspired HippoRAG, the retrieval framework?"
    (hippo,) = (p for p in library.papers() if p.id == "t-hippo")
    library.sync([replace(hippo, withdrawn=True)])
    answer = Assistant(library).ask(question)
    assert "t-hippo" not in [c.paper.id for c in answer.citations]
    assert f"The closest paper, “{hippo.title}”, has been withdrawn and is left out." in answer.text
    assert "hippocampal indexing theory" not in str(answer)
    assert library.search(question, 1)[0].paper.display_title.endswith("(withdrawn)")

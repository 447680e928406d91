import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.models.llms import load_llm
from rag.models.pricing import dollars
from tests.llm_server import Script, serving

USED = {"prompt_tokens": 1_000_000, "completion_tokens": 1_000_000}


def test_priced_by_provider_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert dollars(load_llm("openai:gpt-4o-mini"), USED) == pytest.approx(0.15 + 0.60)
    assert dollars(load_llm("anthropic:claude-3-5-haiku-latest"), USED) == pytest.approx(0.80 + 4.00)
    assert dollars(load_llm("https://openrouter.ai/api/v1#openai/gpt-4o-mini"), USED) == pytest.approx(0.15 + 0.60)
    assert dollars(load_llm("openai:of-my-own"), USED) is None
    assert dollars(load_llm("http://127.0.0.1:1/v1#gpt-4o-mini"), USED) is None
    assert dollars(load_llm("openai:gpt-4o-mini"), {}) is None
    assert dollars(None, USED) is None


def test_every_answer_tells_its_cost(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Which theory inspired HippoRAG, the retrieval framework?"
    used = {"prompt_tokens": 1000, "completion_tokens": 100}
    with serving(Script("HippoRAG is inspired by hippocampal indexing theory. [1.2]", usage=used)) as server:
        url, _, _ = server.url.partition("#")
        assert Assistant(library, server.url).ask(question).cost is None
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        llm = load_llm("openai:gpt-4o-mini")
        monkeypatch.setattr("rag.models.pricing.dollars", lambda llm, usage: 1e-6 * usage["prompt_tokens"])
        answer = Assistant(library, llm.model_copy(update={"api_base": url})).ask(question)
    assert answer.cost == answer.to_dict()["cost"] == pytest.approx(1e-6 * answer.usage["prompt_tokens"])

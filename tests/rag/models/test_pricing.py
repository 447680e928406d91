import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.models.metering import Meter
from rag.models.pricing import dollars
from rag.models.providers import load_llm
from tests.llm_server import Script, serving

OPENAI = "https://api.openai.com/v1"
MILLION = 1_000_000


def test_priced_by_provider_and_model() -> None:
    assert dollars(OPENAI, "gpt-4o-mini", MILLION, MILLION) == pytest.approx(0.15 + 0.60)
    anthropic = "https://api.anthropic.com/v1"
    assert dollars(anthropic, "claude-3-5-haiku-latest", MILLION, MILLION) == pytest.approx(0.80 + 4.00)
    router = "https://openrouter.ai/api/v1"
    assert dollars(router, "openai/gpt-4o-mini", MILLION, MILLION) == pytest.approx(0.15 + 0.60)
    assert dollars(OPENAI, "of-my-own", MILLION, MILLION) is None
    assert dollars("http://127.0.0.1:1/v1", "gpt-4o-mini", MILLION, MILLION) is None
    assert dollars(OPENAI, "gpt-4o-mini", 0, 0) is None
    assert dollars("", "gpt-4o-mini", MILLION, MILLION) is None


def test_a_meter_adds_up_and_says_when_a_price_is_not_known() -> None:
    meter = Meter()
    assert (meter.usage, meter.cost) == ({}, None)
    meter.add("write", "gpt-4o-mini", OPENAI, {"prompt_tokens": MILLION, "completion_tokens": 10}, 1.5)
    assert meter.cost == pytest.approx(0.15, abs=1e-4)
    meter.add("judge", "gpt-4o-mini", OPENAI, {"prompt_tokens": MILLION}, 0.5)
    assert meter.cost == pytest.approx(0.30, abs=1e-4)
    assert meter.usage == {"prompt_tokens": 2 * MILLION, "completion_tokens": 10, "model_calls": 2}
    meter.add("judge", "of-my-own", OPENAI, {"prompt_tokens": 1}, 0.5)
    assert meter.cost is None
    assert (meter.count("judge"), meter.count("write", "judge")) == (2, 3)


def test_every_answer_tells_its_cost(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Which theory inspired HippoRAG, the retrieval framework?"
    used = {"prompt_tokens": 1000, "completion_tokens": 100}
    with serving(Script("HippoRAG is inspired by hippocampal indexing theory. [1.2]", usage=used)) as server:
        model = load_llm(server.url)
        assert model is not None
        assert Assistant(library, model).ask(question).cost is None
        monkeypatch.setattr("rag.models.metering.dollars", lambda at, name, prompt, completion: 1e-6 * prompt)
        answer = Assistant(library, model).ask(question)
    assert answer.cost == answer.to_dict()["cost"] == pytest.approx(1e-6 * answer.usage["prompt_tokens"])

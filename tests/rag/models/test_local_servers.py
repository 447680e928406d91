from __future__ import annotations

import pytest

from rag.models import local_servers
from rag.models.local_servers import Offer, offers, setting
from tests.llm_server import Script, serving


def test_the_models_that_this_machine_serves_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {"models": [{"name": "qwen2.5:7b"}]}
    models = {"data": [{"id": "one"}, {"id": "two"}]}
    with serving(Script(get={"/api/tags": tags, "/v1/models": models})) as server:
        base = server.url.removesuffix("/v1#scripted")
        monkeypatch.setenv("OLLAMA_HOST", base)
        monkeypatch.setattr(
            local_servers, "_COMPATIBLE", {"llama.cpp": f"{base}/v1", "LM Studio": "http://127.0.0.1:9"}
        )
        found = offers()
    assert found == [
        Offer("Ollama", "qwen2.5:7b", "ollama"), Offer("llama.cpp", "one", f"{base}/v1"),
        Offer("llama.cpp", "two", f"{base}/v1"),
    ]  # fmt: skip
    assert [offer.setting for offer in found] == ["ollama:qwen2.5:7b", f"{base}/v1#one", f"{base}/v1#two"]
    assert setting(" openai ", "gpt-5 ") == "openai:gpt-5"


def test_servers_that_tell_something_else_offer_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Script(get={"/api/tags": ["odd"], "/v1/models": {"data": [{}]}})) as server:
        base = server.url.removesuffix("/v1#scripted")
        monkeypatch.setenv("OLLAMA_HOST", base)
        monkeypatch.setattr(local_servers, "_COMPATIBLE", {"llama.cpp": f"{base}/v1"})
        assert offers() == []

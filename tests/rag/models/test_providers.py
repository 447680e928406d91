"""Which server gets which key, and how long a test of a server waits."""

import pytest

from rag.errors import LLMError
from rag.models.llms import ChatModel
from rag.models.providers import load_llm
from tests.llm_server import Script, serving


def asked(spec: str, key: str = "") -> ChatModel:
    model = load_llm(spec, key)
    assert model is not None
    model.complete("s", "u", "write")
    return model


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASKPAPERS_LLM_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")


def test_the_openai_key_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Script("Yes.")) as server:
        asked(server.url)
        assert "sk-openai" not in server.authorisations[-1]
        monkeypatch.setenv("OPENAI_BASE_URL", server.url.partition("#")[0])
        asked(server.url)
        asked("openai:m")
        assert server.authorisations[-2:] == ["Bearer sk-openai"] * 2


def test_a_server_of_ones_own_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_LLM_KEY", "of-its-own")
    with serving(Script("Yes.")) as server:
        asked(server.url)
        asked(server.url, "given")
    assert server.authorisations == ["Bearer of-its-own", "Bearer given"]


def test_a_ping_says_how_long_it_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.llms.PING_TIMEOUT", 1.0)
    with serving(Script("Yes.", delay=3.0)) as server:
        model = load_llm(server.url)
        assert model is not None
        with pytest.raises(LLMError, match="did not answer within 1 seconds"):
            model.ping()


def test_what_a_server_refuses_is_left_out_and_asked_again() -> None:
    with serving(Script("Yes.", status=400, error="Unsupported parameter: 'max_tokens' is not supported")) as server:
        server.then = 200
        model = asked(server.url)
        asked_again = server.requests[-1]
        assert ("max_tokens" in asked_again, asked_again["max_completion_tokens"]) == (False, 400)
        model.complete("s", "u", "write")
        assert "max_tokens" not in server.requests[-1]
    assert len(server.requests) == 3


def test_a_server_without_a_system_role_is_told_in_the_question() -> None:
    with serving(Script("Yes.", status=400, error="System role not supported")) as server:
        server.then = 200
        asked(server.url)
    assert server.requests[-1]["messages"] == [{"role": "user", "content": "s\n\nu"}]

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


def streamed(model: ChatModel, **more: object) -> tuple[str, str, list[str]]:
    """The text, why it ended, the thoughts."""
    thoughts: list[str] = []
    pieces = model.stream("s", "u", on_thought=thoughts.append)
    text = ""
    try:
        while True:
            text += next(pieces)
    except StopIteration as end:
        return text, str(end.value), thoughts


def test_thoughts_in_a_field_of_their_own_are_no_text() -> None:
    for field in ("reasoning_content", "reasoning"):
        with serving(Script("Yes.", thoughts=(field, "Hm, X."), finish="stop")) as server:
            model = load_llm(server.url)
            assert model is not None
            assert streamed(model) == ("Yes.", "stop", ["Hm, X."])
            assert model.thinks


def test_a_template_that_opens_the_thought_itself_is_remembered() -> None:
    with serving(Script("Hm.</think>Yes.")) as server:
        model = load_llm(server.url)
        assert model is not None
        assert model.complete("s", "u", "examine") == "Yes."
        assert streamed(model)[::2] == ("Yes.", ["Hm."])


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        ("stream_options is not supported", "stream_options"),
        ("Unsupported value: 'temperature' does not support 0.0", "temperature"),
        ("streaming is not allowed: stream must be false", "stream"),
    ],
)
def test_what_a_stream_may_not_have_is_left_out(error: str, gone: str) -> None:
    with serving(Script("Yes.", status=400, error=error)) as server:
        server.then = 200
        model = load_llm(server.url)
        assert model is not None
        assert streamed(model)[0] == streamed(model)[0] == "Yes."
        assert not server.requests[-1].get(gone)
    assert len(server.requests) == 3


def test_a_tool_call_is_no_answer() -> None:
    with serving(Script(tool=True)) as server:
        model = load_llm(server.url)
        assert model is not None
        with pytest.raises(LLMError, match="replied with a tool call"):
            streamed(model)


def test_names_as_routers_and_azure_have_them() -> None:
    with serving(Script("Yes.")) as server:
        for name in ("openai/gpt-5", "my-deployment", "qwen3:30b-a3b", "accounts/x/models/y"):
            assert asked(f"{server.url.partition('#')[0]}#{name}").name == name
            assert server.requests[-1]["model"] == name


def test_the_window_is_asked_of_the_server() -> None:
    listed = {"data": [{"id": "scripted", "max_model_len": 12345}, {"id": "other", "max_model_len": 1}]}
    with serving(Script("Yes.", get={"/v1/models": listed})) as server:
        assert asked(server.url).context_window == 12345
    with serving(Script("Yes.", get={"/props": {"default_generation_settings": {"n_ctx": 4321}}})) as server:
        assert asked(server.url).context_window == 4321
    with serving(Script("Yes.", get={"/v1/models": "?", "/props": []})) as server:
        assert asked(server.url).context_window == 8192
        model = load_llm(server.url, context=777)
        assert model is not None
        assert model.context_window == 777


def test_ollama_is_told_how_much_context_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.llm_server import OLLAMA_SHOW

    with serving(Script("Yes.", ollama=True)) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url.partition("/v1")[0])
        model = asked("ollama:qwen3")
        chats = [r for r in server.requests if "messages" in r]
        assert (model.name, model.context_window) == ("qwen3", OLLAMA_SHOW)
        assert chats[-1]["options"]["num_ctx"] == OLLAMA_SHOW

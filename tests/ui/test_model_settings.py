from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.models import local_servers
from rag.settings import Settings
from tests.llm_server import Script, serving
from ui.model_settings import ModelSettings

OWNER: Any = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), headers={})
PROXIED: Any = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), headers={"x-forwarded-for": "1.2.3.4"})
OTHER: Any = SimpleNamespace(client=SimpleNamespace(host="192.168.1.7"), headers={})


@pytest.fixture
def server() -> Iterator[Script]:
    listed = {"/api/tags": {"models": [{"name": "small"}]}}
    with serving(Script("An abstract sums up a paper.", get=listed)) as script:
        yield script


@pytest.fixture
def tab(library: Library, no_server: None) -> ModelSettings:
    with gr.Blocks():
        return ModelSettings(Assistant(library), own=True)


def address_of(server: Script) -> str:
    return server.url.partition("#")[0]


def test_models_that_run_here_and_keys_are_offered(
    tab: ModelSettings, server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", address_of(server).removesuffix("/v1"))
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setattr(local_servers, "_COMPATIBLE", {})
    assert tab.look().choices == [
        ("Ollama: small", "ollama\nsmall"), ("openai: OPENAI_API_KEY is set; name a model", "openai\n")
    ]  # fmt: skip


def test_a_model_is_tested_used_kept_and_dropped(tab: ModelSettings, server: Script) -> None:
    told = tab.try_out(address_of(server), "scripted", "s3cret", OWNER)
    assert "“An abstract sums up a paper.”" in told
    assert "puts into words what would be quoted" in told
    assert "nothing, it runs here" in told
    assert set(server.authorisations) == {"Bearer s3cret"}
    assert "No language model" in tab.state()
    done, key = tab.change(address_of(server), "scripted", "s3cret", OWNER)
    assert "scripted answers from now on; kept in" in done
    assert "s3cret" not in done
    assert key == ""
    assert "scripted</b> at" in tab.state()
    kept = Settings.load()
    assert (kept.llm, kept.llm_key.get_secret_value()) == (server.url, "s3cret")
    assert "from now on" in tab.quote(OWNER)[0]
    assert Settings.load().llm == "extractive"
    assert "No language model" in tab.state()


def test_what_cannot_be_used_is_said_in_a_line(tab: ModelSettings, server: Script) -> None:
    assert "give the address" in tab.try_out("", "", "", OWNER)
    assert 'role="alert"' in tab.try_out("http://127.0.0.1:9/v1", "m", "", OWNER)
    told, key = tab.change("http://127.0.0.1:9/v1", "m", "s3cret", OWNER)
    assert ('role="alert"' in told, key) == (True, "s3cret")
    assert Settings.load().llm == "extractive"


@pytest.mark.parametrize("who", [OTHER, PROXIED])
def test_only_the_owner_of_a_local_server_changes_it(tab: ModelSettings, server: Script, who: Any) -> None:
    for told in (
        tab.try_out(address_of(server), "scripted", "", who),
        tab.change(address_of(server), "scripted", "", who)[0],
        tab.quote(who)[0],
    ):
        assert "only on the machine that serves this page" in told
    assert server.requests == []


def test_a_page_that_others_can_open_offers_nothing(library: Library, server: Script, no_server: None) -> None:
    with gr.Blocks():
        tab = ModelSettings(Assistant(library), own=False)
    assert tab.look().choices == []
    assert "only on the machine" in tab.change(address_of(server), "scripted", "", OWNER)[0]

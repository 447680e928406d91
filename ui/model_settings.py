"""The language model, chosen in the page by whoever serves it on their own machine: looked for, tested, used, kept."""

from __future__ import annotations

import os
import time
from copy import copy
from typing import Any

import gradio as gr

from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.models.llms import EXTRACTIVE, ChatModel, name_of
from rag.models.local_servers import offers, setting
from rag.models.metering import Meter
from rag.models.providers import load_llm
from rag.settings import save
from ui.access import is_owner
from ui.markup import text
from ui.parts import QUIET

_SYSTEM = "You answer in one short sentence."
_ASKED = "In one sentence: what is an abstract of a research paper?"
_KEYS = {"OPENAI_API_KEY": "openai", "ANTHROPIC_API_KEY": "anthropic"}
_HOW = """
**None yet?** Install [Ollama](https://ollama.com/download), then run `ollama pull qwen2.5:7b` (4.7 GB), and look again.
Or start LM Studio's or llama.cpp's server. Or give the address and the key of any OpenAI-compatible service.
"""
_NOT_OWNER = "The model can be changed only on the machine that serves this page, where it is open to nobody else."


class ModelSettings:
    """Changes the model of the page's assistant. `own` tells whether the page is open to this machine only."""

    def __init__(self, assistant: Assistant, own: bool) -> None:
        self._assistant, self._own = assistant, own
        self.now = gr.HTML(self.state(), elem_id="model-now")
        with gr.Accordion("Add or change the language model", open=False, elem_id="model") as self.drawer:
            if not own:
                gr.Markdown(_NOT_OWNER)
            with gr.Column(visible=own):
                self.offered = gr.Dropdown([], label="Running on this machine", value=None, elem_id="offered")
                with gr.Row():
                    self.address = gr.Textbox(
                        label="Address", placeholder="http://127.0.0.1:8080/v1, or ollama, openai, anthropic", scale=2
                    )
                    self.model = gr.Textbox(label="Model", placeholder="qwen2.5:7b", scale=1)
                self.key = gr.Textbox(
                    label="Key, where one is needed", type="password", placeholder="kept in your settings file"
                )
                with gr.Row():
                    self.test = gr.Button("Test it with one sentence", size="sm")
                    self.use = gr.Button("Use it", variant="primary", size="sm")
                    self.drop = gr.Button("Quote without a model", size="sm")
                self.told = gr.HTML(elem_id="model-told")
                gr.Markdown(_HOW)

    def wire(self, page: gr.Blocks, refreshed: list[Any], refresh: Any) -> None:
        """Connects the fields; after a change `refresh` gives what `refreshed` shows anew."""
        given = [self.address, self.model, self.key]
        self.drawer.expand(self.look, None, self.offered, **QUIET)
        self.offered.input(lambda value: value.split("\n") if value else ["", ""], self.offered, given[:2], **QUIET)
        self.test.click(self.try_out, given, self.told, api_visibility="private")
        for event in (
            self.use.click(self.change, given, [self.told, self.key], api_visibility="private"),
            self.drop.click(self.quote, None, [self.told, self.key], api_visibility="private"),
        ):
            event.then(self.state, None, self.now, **QUIET).then(refresh, None, refreshed, **QUIET)
        page.load(self.state, None, self.now, **QUIET)

    def state(self) -> str:
        """What answers now."""
        llm = self._assistant.llm
        if llm is None:
            return "<p><b>No language model.</b> Answers quote the abstracts word for word.</p>"
        at = f" at {text(llm.address)}" if llm.address else ""
        return f"<p><b>{text(llm.name)}</b>{at} can write the answers; every sentence is checked.</p>"

    def look(self) -> Any:
        """The models that run on this machine, and the services whose keys are in the environment."""
        choices = [(f"{o.server}: {o.model}", f"{o.address}\n{o.model}") for o in offers()] if self._own else []
        if self._own:
            there = [(kind, name) for name, kind in _KEYS.items() if os.environ.get(name)]
            choices += [(f"{kind}: {name} is set; name a model", f"{kind}\n") for kind, name in there]
        return gr.Dropdown(choices, value=None, label="Running on this machine" if choices else "Nothing found running")

    def try_out(self, address: str, model: str, key: str, request: gr.Request) -> str:
        """One sentence of it, and what it can do; or why not, and what to do."""
        try:
            meter = Meter()
            llm = self._load(address, model, key, request).metered(meter)
            started = time.monotonic()
            said = llm.complete(_SYSTEM, _ASKED, "examine", 80)
            seconds = time.monotonic() - started
            tried = copy(self._assistant)
            tried.llm = llm
            able = tried.abilities()
        except AskpapersError as error:
            return _mistake(error)
        spent = sum(call.cost or 0 for call in meter.calls)
        cost = f"${spent:.5f} for this test" if spent else _free(llm)
        return (
            f'<div role="status" class="tested"><p>“{text(said)}” <small>({seconds:.1f} s)</small></p>'
            f"<p>{text(able)}.</p><p>Costs: {text(cost)}.</p></div>"
        )

    def change(self, address: str, model: str, key: str, request: gr.Request) -> tuple[str, str]:
        """From now on it answers, here and after a restart."""
        try:
            llm = self._load(address, model, key, request)
            llm.ping()
            file = save(llm=setting(address, model), llm_key=key.strip())
        except AskpapersError as error:
            return _mistake(error), key
        self._assistant.llm = llm
        return self._kept(f"{llm.name} answers from now on", str(file)), ""

    def quote(self, request: gr.Request) -> tuple[str, str]:
        """From now on no model answers."""
        try:
            self._check(request)
            file = save(llm="", llm_key="")
        except AskpapersError as error:
            return _mistake(error), ""
        self._assistant.llm = None
        return self._kept("Answers quote the abstracts from now on", str(file)), ""

    def _kept(self, done: str, file: str) -> str:
        over = " ASKPAPERS_LLM in the environment wins at the next start." if "ASKPAPERS_LLM" in os.environ else ""
        return f'<p role="status">{text(done)}; kept in {text(file)}.{over}</p>'

    def _load(self, address: str, model: str, key: str, request: gr.Request) -> ChatModel:
        self._check(request)
        if not address.strip() or not model.strip():
            raise AskpapersError("give the address and the model's name")
        llm = load_llm(setting(address, model), key.strip())
        if llm is None or name_of(llm) == EXTRACTIVE:
            raise AskpapersError("that is no language model")
        return llm

    def _check(self, request: gr.Request) -> None:
        if not (self._own and is_owner(request)):
            raise AskpapersError(_NOT_OWNER)


def _free(llm: ChatModel) -> str:
    return "nothing known" if llm.address.startswith("https") else "nothing, it runs here"


def _mistake(error: AskpapersError) -> str:
    return f'<p role="alert" class="mistake">{text(error)}</p>'

"""What can be chosen in the page; it holds for the session."""

from __future__ import annotations

from copy import copy
from typing import Any, Literal

import gradio as gr

from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.models.llms import name_of
from rag.models.providers import usable
from ui import render
from ui.model_settings import ModelSettings
from ui.parts import QUIET

_CHECKING = [
    ("Strict: withhold sentences that their sources do not support", "strict"),
    ("Flag: show them with a warning", "flag"),
    ("Off: do not check", "off"),
]
_MAX_SOURCES = 20
_KEYS = """
**Keys.** <kbd>Enter</kbd> asks, <kbd>Shift</kbd>+<kbd>Enter</kbd> starts a line, <kbd>Esc</kbd> stops the answer,
<kbd>/</kbd> goes to the question. Programs ask over the [API](?view=api).
"""


class SettingsTab:
    """The choices, and the assistant that they make."""

    def __init__(self, assistant: Assistant, own: bool = False) -> None:
        """`own` tells whether the page is open to this machine only: then its model can be changed here."""
        self.given = assistant
        with gr.Column(elem_classes="narrow"):
            self.model = ModelSettings(assistant, own)
            self.answerer = gr.Radio(_answerers(assistant), value=_answerers(assistant)[0][1], label="Answers")
            self.checking = gr.Radio(_CHECKING, value=assistant.checking, label="Sentences of a model")
            self.sources = gr.Slider(1, _MAX_SOURCES, assistant.sources, step=1, label="Papers an answer may draw on")
            self.look = gr.Radio(["System", "Light", "Dark"], value="System", label="Looks", elem_id="looks")
            with gr.Accordion("Other answerers, and what they lack", open=False) as others:
                table = gr.HTML(elem_id="answerers")
            self.ratings = gr.Button("Download my ratings as labelled questions", size="sm")
            gr.Markdown(_KEYS)
        others.expand(lambda: render.answerers(usable(), self._abilities()), None, table, **QUIET)
        self.look.input(None, self.look, None, js="name => askpapers.theme(name)", **QUIET)
        self.inputs: list[Any] = [self.answerer, self.checking, self.sources]

    def wire(self, page: gr.Blocks) -> None:
        """Connects the tab to the page, which shows the model that is set when it is loaded."""
        self.model.wire(page, [self.answerer], self.refreshed)
        page.load(self.refreshed, None, self.answerer, **QUIET)

    def refreshed(self) -> Any:
        """The answerers there are now, the model first."""
        choices = _answerers(self.given)
        return gr.Radio(choices, value=choices[0][1])

    def _abilities(self) -> str:
        """What the model can do, or why it cannot be asked."""
        try:
            return self.given.abilities()
        except AskpapersError as error:
            return str(error)

    def assistant(self, answerer: str, checking: Literal["strict", "flag", "off"], sources: float) -> Assistant:
        """The page's assistant with what was chosen; library, model and judge are shared."""
        chosen = copy(self.given)
        chosen.llm = None if answerer == "extractive" else self.given.llm
        chosen.checking = checking
        chosen.sources = max(1, min(_MAX_SOURCES, int(sources)))
        return chosen


def _answerers(assistant: Assistant) -> list[tuple[str, str]]:
    choices = [("Quote the abstracts, without a model", "extractive")]
    if assistant.llm is not None:
        choices.insert(0, (f"{name_of(assistant.llm)}, in its own words, each sentence checked", "model"))
    return choices

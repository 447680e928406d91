"""What can be chosen in the page; it holds for the session."""

from __future__ import annotations

import inspect
from typing import Any

import gradio as gr

from rag.assistant import Assistant
from rag.llms import name_of

_CHECKING = [
    ("Strict: withhold sentences that their sources do not support", "strict"),
    ("Flag: show them with a warning", "flag"),
    ("Off: do not check", "off"),
]
_CAN_CHECK = "checking" in inspect.signature(Assistant.__init__).parameters
_LACKING = """
**Other answerers.** The page offers the model that it was started with:

- any OpenAI-compatible server: `askpapers serve --llm http://HOST:PORT/v1#MODEL` (a key goes into `OPENAI_API_KEY`)
- or set `ASKPAPERS_LLM` in the environment or `llm` in the settings file
"""
_KEYS = """
**Keys.** <kbd>Enter</kbd> asks, <kbd>Shift</kbd>+<kbd>Enter</kbd> starts a line, <kbd>Esc</kbd> stops the answer,
<kbd>/</kbd> goes to the question.
"""


class SettingsTab:
    """The choices, and the assistant that they make."""

    def __init__(self, assistant: Assistant) -> None:
        self._given = assistant
        name = name_of(assistant.llm)
        choices = [("Quote the abstracts (no model)", "extractive")]
        if assistant.llm is not None:
            choices.insert(0, (f"{name} (the model set up for this page)", "model"))
        with gr.Column(elem_classes="narrow"):
            self.answerer = gr.Radio(choices, value=choices[0][1], label="Answerer")
            gr.Markdown(_LACKING if assistant.llm is None else "")
            self.checking = gr.Radio(_CHECKING, value=getattr(assistant, "checking", "strict"), label="Checking",
                                     visible=_CAN_CHECK)  # fmt: skip
            self.sources = gr.Slider(1, 20, value=assistant.sources, step=1, label="Papers an answer may draw on")
            look = gr.Radio(["System", "Light", "Dark"], value="System", label="Looks", elem_id="looks")
            gr.Markdown(_KEYS)
        look.change(None, look, None, js="name => askpapers.theme(name.toLowerCase())", api_visibility="private")
        self.inputs = [self.answerer, self.checking, self.sources]

    def assistant(self, answerer: str, checking: str, sources: float) -> Assistant:
        """An assistant as chosen. It costs nothing to make: the library and the model are shared."""
        llm = self._given.llm if answerer == "model" and self._given.llm is not None else "extractive"
        more: dict[str, Any] = {"checking": checking} if _CAN_CHECK else {}
        return Assistant(self._given.library, llm, sources=max(1, min(20, int(sources))), **more)

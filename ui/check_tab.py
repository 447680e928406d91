"""Checking somebody's text: paste it, and read what the papers say of each sentence."""

from __future__ import annotations

from uuid import uuid4

import gradio as gr

from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.serving.checks import checked
from rag.serving.running import CLOSING, Running, StoppedError
from rag.verification.reading import MAX_BYTES
from rag.verification.rendering import html_marks
from ui.parts import QUIET

_HOW = (
    "A paragraph, a draft in Markdown or LaTeX, or somebody's answer. Numbered references below it, or a .bib file's "
    "text, tell what `[3]` and `\\cite{key}` stand for. A Word file: `askpapers check draft.docx`."
)


class CheckTab:
    """The text, its .bib, and the marks."""

    def __init__(self, assistant: Assistant, running: Running) -> None:
        self._assistant, self._running = assistant, running
        with gr.Column(elem_classes="narrow"):
            text = gr.Textbox(label="Text to check", lines=10, max_lines=30, elem_id="draft", max_length=MAX_BYTES)
            gr.Markdown(_HOW)
            with gr.Accordion("References as BibTeX", open=False):
                bib = gr.Textbox(label="BibTeX", lines=5, max_length=MAX_BYTES)
            check = gr.Button("Check", variant="primary", elem_id="check")
            marks = gr.HTML(elem_id="marks")
        check.click(self.check, [text, bib], marks, **QUIET)

    def check(self, text: str, bib: str) -> str:
        """The marked text as HTML. Raises gr.Error for a text that cannot be checked."""
        with self._running.answer(uuid4().hex) as stop:
            if isinstance(stop, str):
                raise gr.Error(stop)
            try:
                return html_marks(checked(self._assistant, text, None, bib, stop))
            except AskpapersError as error:
                raise gr.Error(str(error)) from None
            except StoppedError:
                raise gr.Error(CLOSING) from None

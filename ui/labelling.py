"""Sentences of a run's answers labelled by people, one key each: what a judge of sentences is examined on."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import AskpapersError
from ui.markup import count
from ui.parts import QUIET

_INTRO = """
Do the sentences below support the answer's sentence? Two people who label the same run learn how far they agree, and
`askpapers eval meta --claims` examines a judge on what they agree on.
"""
_BUTTONS = {"s": "Supported", "r": "Refuted", "n": "Not enough said", "p": "Partly", "b": "Back"}
# A key presses its button while the sentence is to be seen and nothing is being typed.
_LISTEN = """
if (!window.askpapersLabels) document.addEventListener("keydown", window.askpapersLabels = (event) => {
  if (!document.querySelector("#claim")?.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
  document.querySelector(`#label-${CSS.escape(event.key.toLowerCase())}`)?.click();
});
"""


class Labelling:
    """A part of the Evaluate tab: the sentences of the run that is shown there."""

    def __init__(self, folder_of: Callable[[str | None], Path | None]) -> None:
        """`folder_of` gives the folder of a run by its name, None where there is none."""
        self._folder_of = folder_of
        with gr.Accordion("Label its sentences", open=False, elem_id="labelling", visible=False) as self.fold:
            gr.Markdown(_INTRO)
            self.who = gr.Textbox(label="Your name, in letters and digits", max_length=40, elem_id="who")
            self.claim = gr.HTML(elem_id="claim", js_on_load=_LISTEN)
            with gr.Row():
                self.buttons = {
                    key: gr.Button(f"{name} ({key})", size="sm", min_width=110, elem_id=f"label-{key}")
                    for key, name in _BUTTONS.items()
                }

    def wire(self, run: Any) -> None:
        """Connects it to the choice of the run."""
        given = [run, self.who]
        gr.on([run.change, self.who.change, self.fold.expand], self.show, given, self.claim, **QUIET)
        run.change(lambda name: gr.Accordion(visible=bool(name)), run, self.fold, **QUIET)
        for key, button in self.buttons.items():
            # Who labels quickly presses a key before the page has heard that the last one was done.
            button.click(
                partial(self.press, key), given, self.claim, trigger_mode="multiple", concurrency_limit=1, **QUIET
            )

    def press(self, key: str, run: str | None, who: str | None) -> str:
        """Gives the label of that key to the sentence shown; the next one."""
        return self._told(run, (who or "").strip(), key)

    def show(self, run: str | None, who: str | None) -> str:
        """The sentence to be labelled now, with its question and what it cites."""
        return self._told(run, (who or "").strip(), "")

    def _told(self, run: str | None, who: str, key: str) -> str:
        from eval.annotate import Labels, agreement  # numpy and the like: not before they are needed

        folder = self._folder_of(run)
        if folder is None or not who:
            return "<p>Give your name to begin.</p>" if folder else ""
        file = folder / "claims.jsonl"
        try:
            labels = Labels(file, who)
            if key:
                labels.press(key)
            claim = labels.next
            told = agreement(file) if claim is None else []
        except AskpapersError as error:
            return f'<pre role="alert">{html.escape(str(error))}</pre>'
        if claim is None:
            lines = "".join(f"<p>{html.escape(line)}</p>" for line in told)
            return f'<p role="status">All {count(len(labels.claims), "sentence")} labelled.</p>{lines}'
        e = html.escape
        evidence = "".join(f"<li>{e(sentence)}</li>" for sentence in claim.evidence)
        return (
            f'<p role="status">{len(labels.given) + 1} of {len(labels.claims)}</p>'
            f"<p>Asked: {e(claim.question)}</p><blockquote><strong>{e(claim.claim)}</strong></blockquote>"
            f"<p>It cites:</p><ol>{evidence}</ol>"
        )

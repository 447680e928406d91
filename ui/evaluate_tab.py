"""How good are the answers? Labelled questions are asked, the runs are kept, and any two are compared."""

from __future__ import annotations

import html
import time
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from rag.errors import AskpapersError
from rag.shipped import QUESTIONS, shipped
from ui.labelling import Labelling
from ui.markup import count
from ui.parts import QUIET
from ui.settings_tab import SettingsTab

_INTRO = """
Questions are asked as in the chat, by the answerer chosen under Settings. The report begins with a verdict, says at
which step points are lost, and shows the worst questions. Without labelled questions of your own, questions can be made
from your papers; they are easier than people's. Ratings given in the chat make a file of questions, too (Settings).
"""
_PROGRESS = gr.Progress(track_tqdm=True)
_MADE, _HOW_MANY = "made", 100
_SPLITS = [
    ("all questions", ""),
    ("those for tuning (dev)", "dev"),
    ("those kept apart (test)", "test"),
    (f"{_HOW_MANY} made from your papers", _MADE),
]


class EvaluateTab:
    """Runs evaluations one at a time; each is a folder of `home`, which `askpapers eval` reads as well."""

    def __init__(self, settings: SettingsTab, home: Path) -> None:
        self._settings, self._runs = settings, home / "evaluations"
        with gr.Column(elem_classes="narrow"):
            gr.Markdown(_INTRO)
            with gr.Row():
                self.file = gr.File(label="Questions of your own (JSONL)", file_types=[".jsonl"], height=170,
                                    elem_id="questions")  # fmt: skip
                self.split = gr.Dropdown(_SPLITS, value="", label="Which questions")
            self.run = gr.Button("Evaluate", variant="primary", elem_id="evaluate")
            self.told = gr.HTML(elem_id="evaluated")
            with gr.Row(visible=False) as self.past:
                self.shown = gr.Dropdown([], label="Run", scale=2)
                self.other = gr.Dropdown([], label="Compared with", scale=2)
                self.download = gr.Button("Download", size="sm", min_width=110)
            self.labelling = Labelling(self._folder)
        self.report = gr.HTML(elem_id="report", padding=False)
        self.saved = gr.JSON(visible=False)

    def wire(self, page: gr.Blocks) -> None:
        """Connects the tab to itself."""
        chosen = [self.shown, self.other]
        listed = [self.past, *chosen]
        done = self.run.click(
            self.evaluate,
            [self.file, self.split, *self._settings.inputs],
            self.told,
            api_visibility="private",
            concurrency_limit=1,
        )
        for event in (page.load(self.listed, None, listed, **QUIET), done.then(self.listed, None, listed, **QUIET)):
            event.then(self.show, chosen, self.report, **QUIET)
        gr.on([self.shown.input, self.other.input], self.show, chosen, self.report, **QUIET)
        self.labelling.wire(self.shown)
        written = self.download.click(self.save, chosen, self.saved, **QUIET)
        written.then(None, self.saved, None, js="file => file && askpapers.save(...file)", **QUIET)

    def evaluate(
        self,
        file: str | None,
        split: str,
        answerer: str,
        checking: Literal["strict", "flag", "off"],
        sources: float,
        progress: gr.Progress = _PROGRESS,
    ) -> str:
        """Asks the questions and keeps the report; gives what there is to say of it."""
        from eval import evaluate  # scipy and scikit-learn: not before they are needed
        from eval.made import make_questions

        name = f"{time.strftime('%Y-%m-%d %H.%M.%S')} {answerer} {checking}"
        assistant = self._settings.assistant(answerer, checking, sources)
        try:
            made = make_questions(assistant.library, _HOW_MANY) if split == _MADE and not file else None
            asked = made or file or shipped(QUESTIONS)
            part = split if split and split != _MADE else None
            report = evaluate(assistant, asked, split=part, out=self._runs / name)
        except AskpapersError as error:
            return _mistake(error)
        return f'<p role="status">{count(report.about["questions"], "question")} asked</p>'

    def listed(self) -> list[Any]:
        """The runs, newest first, and which to compare the newest with."""
        names = sorted((f.parent.name for f in self._runs.glob("*/report.json")), reverse=True)
        newest = names[0] if names else None
        others = [("nothing", ""), *((n, n) for n in names)]
        return [gr.Row(visible=bool(names)), gr.Dropdown(names, value=newest), gr.Dropdown(others, value="")]

    def show(self, name: str | None, other: str | None) -> str:
        """The report of a run, or what it gains over another, shut into a frame that runs no script."""
        try:
            page = self._page(name, other)
        except AskpapersError as error:
            return _mistake(error)
        title = "Report of the evaluation"
        return f'<iframe title="{title}" sandbox srcdoc="{html.escape(page)}"></iframe>' if page else ""

    def save(self, name: str | None, other: str | None) -> list[str] | None:
        """What is shown, as a file for the browser to keep."""
        try:
            return ["report.html", self._page(name, other)]
        except AskpapersError:
            return None

    def _page(self, name: str | None, other: str | None) -> str:
        """The HTML of a run's report or of its comparison, "" where there is no run. Raises AskpapersError."""
        folder, before = self._folder(name), self._folder(other)
        if folder is None:
            return ""
        if before is None:
            return (folder / "report.html").read_text(encoding="utf-8")
        from eval import compare
        from eval.blocks import to_html
        from eval.render import comparison_blocks

        found = compare(before, folder)
        return to_html(f"{found.b} less {found.a}", comparison_blocks(found.deltas, plots=True))

    def _folder(self, name: str | None) -> Path | None:
        """The folder of a listed run; what else a browser may send names nothing."""
        return next((f.parent for f in self._runs.glob("*/report.json") if f.parent.name == name), None)


def _mistake(error: AskpapersError) -> str:
    return f'<pre role="alert">{html.escape(str(error))}</pre>'

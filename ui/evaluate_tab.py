"""How good are the answers? Labelled questions are asked, the runs are kept, and any two are compared."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr

from rag.errors import AskpapersError
from rag.shipped import QUESTIONS, shipped
from ui.markup import count, text
from ui.parts import QUIET
from ui.settings_tab import SettingsTab

if TYPE_CHECKING:
    from eval.report import Report

_INTRO = """
Labelled questions are asked as in the chat, by the answerer chosen under Settings, and the answers are scored: papers
found and cited, facts given, sentences grounded, unanswerable questions left unanswered. Without a file of your own,
these are the questions that come with askpapers, for its own collection. Ratings given in the chat make such a file
(Settings).
"""
_VERDICT = "verdict.html"  # beside a run's report: in a sentence how it went, and what failed
_MAX_FAILED = 50  # questions listed
_PROGRESS = gr.Progress(track_tqdm=True)
_SPLITS = [("all questions", ""), ("those for tuning (dev)", "dev"), ("those kept apart (test)", "test")]


class EvaluateTab:
    """Runs evaluations one at a time; each is a folder of `home`, which `askpapers eval` reads as well."""

    def __init__(self, settings: SettingsTab, home: Path) -> None:
        self._settings, self._runs = settings, home / "evaluations"
        with gr.Column(elem_classes="narrow"):
            gr.Markdown(_INTRO)
            with gr.Row():
                self.file = gr.File(label="Questions of your own (JSONL)", file_types=[".jsonl"], height=140,
                                    elem_id="questions")  # fmt: skip
                self.split = gr.Dropdown(_SPLITS, value="", label="Which questions")
            self.run = gr.Button("Evaluate", variant="primary", elem_id="evaluate")
            self.told = gr.HTML(elem_id="evaluated")
            with gr.Row(visible=False) as self.past:
                self.shown = gr.Dropdown([], label="Run", scale=2)
                self.other = gr.Dropdown([], label="Compared with", scale=2)
                self.download = gr.Button("Download", size="sm", min_width=110)
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
        from eval.cases import read_cases

        name = f"{time.strftime('%Y-%m-%d %H.%M.%S')} {answerer} {checking}"
        assistant = self._settings.assistant(answerer, checking, sources)
        try:
            report = evaluate(assistant, file or shipped(QUESTIONS), split=split or None, out=self._runs / name)
        except AskpapersError as error:
            return _mistake(error)
        asked = {case.id: case.question for case in read_cases(file or shipped(QUESTIONS))}
        (self._runs / name / _VERDICT).write_text(verdict(report, asked), encoding="utf-8")
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
        folder = self._folder(name)
        said = folder / _VERDICT if folder and not self._folder(other) else None
        first = said.read_text(encoding="utf-8") if said and said.exists() else ""
        return first + f'<iframe title="{title}" sandbox srcdoc="{html.escape(page)}"></iframe>' if page else ""

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


def verdict(report: Report, asked: Mapping[str, str]) -> str:
    """How it went in a sentence, and the questions that failed; `asked` are the questions by id."""
    unanswered: list[str] = []
    uncited: list[str] = []
    answered: list[str] = []
    answerable = unanswerable = 0
    for row in report.rows():
        recall, left = row.values["gold_recall"], row.values["abstention_recall"]
        if left.denominator:
            unanswerable += 1
            answered += [row.id] * (not left.numerator)
        elif recall.denominator:
            answerable += 1
            declined = row.values["false_abstention"].numerator
            (unanswered if declined else uncited).extend([row.id] * (not recall.numerator))
    good = answerable - len(unanswered) - len(uncited)
    parts = [f"{good:,} of {count(answerable, 'question')} were answered from a right paper"] * bool(answerable)
    left_alone = f"{unanswerable - len(answered):,} of {count(unanswerable, 'question')} without an answer here were"
    parts += [f"{left_alone} left unanswered"] * bool(unanswerable)
    why = {"not answered": unanswered, "answered from other papers": uncited, "should not be answered": answered}
    failed = [f"<li>{text(asked.get(i, i))} <small>{told}</small></li>" for told, ids in why.items() for i in ids]
    listed = f"<ul>{''.join(failed[:_MAX_FAILED])}</ul>" if failed else ""
    many = count(len(failed), "question")
    details = f"<details><summary>{many} failed</summary>{listed}</details>" if failed else ""
    return f'<div class="verdict"><p><b>{"; ".join(parts)}.</b></p>{details}</div>'


def _mistake(error: AskpapersError) -> str:
    return f'<pre role="alert">{html.escape(str(error))}</pre>'

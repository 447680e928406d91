"""Conversations: open, search, rename, delete, export, and what a fresh or linked page shows."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr

from ui import export, render
from ui.conversations import Conversations
from ui.examples import Examples
from ui.parts import QUIET, Parts, Update, evidence, messages, new_key, owner_of
from ui.settings_tab import SettingsTab

_SURE = "(...given) => confirm('Delete this conversation for good?') ? given : ['', ...given.slice(1)]"


class Sidebar:
    """What is done with whole conversations."""

    def __init__(
        self, page: gr.Blocks, p: Parts, settings: SettingsTab, conversations: Conversations, examples: Examples
    ) -> None:
        self._parts, self._kept, self._examples = p, conversations, examples
        here = {"fn": None, "inputs": p.current, "outputs": None, "js": "current => askpapers.at(current)", **QUIET}
        loaded = page.load(self.load, p.key, [*p.shown, p.key], **QUIET)
        page.load(None, None, settings.look, js="() => askpapers.lastTheme()", **QUIET)
        loaded.then(self.offer, None, p.chat, **QUIET)
        loaded.then(None, js="() => { askpapers.fold(); askpapers.reveal(); }", **QUIET)
        p.new.click(self.new, p.key, p.shown, **QUIET).then(**here)
        p.bus.select(self.open, p.key, p.shown, **QUIET).then(**here)
        p.find.change(self.find, [p.find, p.current, p.key], p.listed, trigger_mode="always_last", **QUIET)
        p.name.submit(self.rename, [p.name, p.current, p.key], [p.name, p.listed], **QUIET)
        p.name.blur(self.rename, [p.name, p.current, p.key], [p.name, p.listed], **QUIET)
        p.delete.click(self.delete, [p.current, p.key], p.shown, js=_SURE, **QUIET).then(**here)
        for button, save in (
            (p.as_markdown, self.as_markdown),
            (p.as_bibtex, self.as_bibtex),
            (settings.ratings, self.as_questions),
        ):
            written = button.click(save, [p.current, p.key], p.saved, **QUIET)
            written.then(None, p.saved, None, js="file => file && askpapers.save(...file)", **QUIET)

    def load(self, request: gr.Request, key: str) -> Update:
        """A page as it opens: with the conversation or the answer that its address names, else a fresh one."""
        p = self._parts
        key = key or new_key()
        owner, asked_for = owner_of(key, request), request.query_params
        turn = self._kept.turn(asked_for.get("answer", ""))
        current = turn.conversation if turn else asked_for.get("chat", "")
        update = p.view(self._kept, owner, current)
        if turn and turn.answer:
            update[p.cards] = evidence(turn)
            if not update[p.current]:  # somebody else's: this one answer
                update[p.chat] = messages(turn)
        return {**update, p.key: key}

    def offer(self) -> Any:
        """The example questions. Apart from `load`, because the first time they take a while to find."""
        return gr.Chatbot(placeholder=render.welcome(*self._examples()))

    def new(self, request: gr.Request, key: str) -> Update:
        return self._parts.view(self._kept, owner_of(key, request), "")

    def open(self, request: gr.Request, event: gr.EventData, key: str) -> Update:
        return self._parts.view(self._kept, owner_of(key, request), event.value)

    def find(self, request: gr.Request, words: str, current: str, key: str) -> str:
        return render.conversations(self._kept.listed(owner_of(key, request), words), current)

    def rename(self, request: gr.Request, name: str, current: str, key: str) -> tuple[str, str]:
        """The name as it is kept, and the list; a blank name changes nothing."""
        owner = owner_of(key, request)
        self._kept.rename(current, owner, name)
        return self._kept.name(current, owner) or "", self.find(request, "", current, key)

    def delete(self, request: gr.Request, current: str, key: str) -> Any:
        if not current:
            return {self._parts.box: gr.skip()}
        owner = owner_of(key, request)
        self._kept.delete(current, owner)
        return self._parts.view(self._kept, owner, "")

    def as_markdown(self, request: gr.Request, current: str, key: str) -> list[str] | None:
        return self._file(request, current, key, ".md", lambda name, turns: export.markdown(name, turns))

    def as_bibtex(self, request: gr.Request, current: str, key: str) -> list[str] | None:
        return self._file(
            request, current, key, ".bib", lambda _, turns: export.bibtex(t.answer for t in turns if t.answer)
        )

    def as_questions(self, request: gr.Request, current: str, key: str) -> list[str] | None:
        """What was rated, for `askpapers eval`."""
        rated = export.labelled(self._kept.ratings(owner_of(key, request)))
        if not rated:
            gr.Info("Nothing was rated yet: use the thumbs under an answer or on a paper.")
        return ["rated-questions.jsonl", rated] if rated else None

    def _file(self, request: gr.Request, current: str, key: str, suffix: str, write: Any) -> list[str] | None:
        owner = owner_of(key, request)
        name = self._kept.name(current, owner)
        if name is None:
            return None
        file = re.sub(r"\W+", "-", name).strip("-")[:50] or "conversation"
        return [file + suffix, write(name, self._kept.turns(current, owner))]

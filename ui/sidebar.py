"""Conversations: open, search, rename, delete, export, and what a fresh or linked page shows."""

from __future__ import annotations

import re

import gradio as gr

from rag.serving.running import Running
from ui import export, render
from ui.conversations import Conversations
from ui.front import Front
from ui.parts import QUIET, Parts, Update, evidence, messages, new_key, owner_of
from ui.settings_tab import SettingsTab


class Sidebar:
    """What is done with whole conversations."""

    def __init__(
        self, page: gr.Blocks, p: Parts, settings: SettingsTab, conversations: Conversations, front: Front,
        running: Running,
    ) -> None:  # fmt: skip
        self._parts, self._kept, self._front, self._running = p, conversations, front, running
        loaded = page.load(self.load, p.key, [*p.shown, p.key, p.hero], **QUIET)
        page.load(None, None, settings.look, js="() => askpapers.lastTheme()", **QUIET)
        loaded.then(front.below, None, p.front, **QUIET)
        loaded.then(None, js="() => { askpapers.opened(); askpapers.reveal(); }", **QUIET)
        p.new.click(self.new, p.key, p.shown, js="key => { askpapers.at(''); return key; }", **QUIET)
        p.bus.select(self.open, p.key, p.shown, **QUIET)
        p.bus.focus(self.find, [p.find, p.current, p.key], p.listed, **QUIET)
        p.find.change(self.find, [p.find, p.current, p.key], p.listed, trigger_mode="always_last", **QUIET)
        p.bus.edit(self.rename, [p.current, p.key], [p.tools, p.listed], **QUIET)
        p.bus.clear(self.delete, [p.current, p.key], p.shown, **QUIET)
        p.bus.undo(self.undo, p.key, p.shown, **QUIET)
        save = "file => file && askpapers.save(...file)"
        for written in (
            p.bus.submit(self.export, [p.current, p.key], p.saved, **QUIET),
            settings.ratings.click(self.as_questions, p.key, p.saved, **QUIET),
        ):
            written.then(None, p.saved, None, js=save, **QUIET)

    def load(self, request: gr.Request, key: str) -> Update:
        """A page as it opens: with the conversation or the answer that its address names, else a fresh one."""
        p = self._parts
        key = key or new_key(request)
        owner, asked_for = owner_of(key, request), request.query_params
        turn = self._kept.turn(asked_for.get("answer", ""))
        current = turn.conversation if turn else asked_for.get("chat", "")
        update = p.view(self._kept, owner, current)
        if turn and turn.answer:
            update[p.cards] = evidence(turn)
            if not update[p.current]:  # somebody else's: this one answer
                update[p.chat] = messages(turn)
        elif asked_for.get("answer"):
            gr.Warning("That answer is not kept here: its conversation was deleted, or it is of another library.")
        return {**update, p.key: key, p.hero: self._front.hero()}

    def new(self, request: gr.Request, key: str) -> Update:
        """An answer that is being made goes on, and is kept where it was asked."""
        self._running.leave(str(request.session_hash))
        return self._parts.view(self._kept, owner_of(key, request), "")

    def open(self, request: gr.Request, event: gr.EventData, key: str) -> Update:
        self._running.leave(str(request.session_hash))
        return self._parts.view(self._kept, owner_of(key, request), event.value)

    def find(self, request: gr.Request, words: str, current: str, key: str) -> str:
        return render.conversations(self._kept.listed(owner_of(key, request), words), current, words)

    def rename(self, request: gr.Request, event: gr.EventData, current: str, key: str) -> tuple[str, str]:
        """The name as it is kept, and the list; a blank name changes nothing."""
        owner = owner_of(key, request)
        self._kept.rename(current, owner, event.value)
        return render.tools(self._kept.name(current, owner) or "", current), self.find(request, "", current, key)

    def delete(self, request: gr.Request, current: str, key: str) -> Update:
        owner = owner_of(key, request)
        self._kept.delete(current, owner)
        self._running.leave(str(request.session_hash))
        return self._parts.view(self._kept, owner, "")

    def undo(self, request: gr.Request, event: gr.EventData, key: str) -> Update:
        """Brings back a conversation that was deleted, and opens it."""
        self._kept.restore(event.value, owner_of(key, request))
        return self.open(request, event, key)

    def export(self, request: gr.Request, event: gr.EventData, current: str, key: str) -> list[str] | None:
        """A file of the conversation, of one of its answers (`TURN json`), or of papers of it.

        These are `TURN KIND id id ...`, all papers where no id is given.
        """
        if event.name == "ticked":
            turn, kind, *ids = event.value.split(" ")
            found = self._kept.turn(turn)
            if found is None or found.answer is None or kind not in export.SUFFIXES:
                return None
            if kind == "json":
                return [_file(found.question, kind), export.to_verify(found.answer, found.made_with)]
            return [_file(found.question, kind), export.written(kind, export.cited([found.answer], ids))]
        owner, kind = owner_of(key, request), event.value
        name = self._kept.name(current, owner)
        if name is None or kind not in render.KINDS:
            return None
        turns = self._kept.turns(current, owner)
        if kind == "markdown":
            return [_file(name, kind), export.markdown(name, turns)]
        return [_file(name, kind), export.written(kind, export.cited(t.answer for t in turns if t.answer))]

    def as_questions(self, request: gr.Request, key: str) -> list[str] | None:
        """What was rated, for `askpapers eval`."""
        rated = export.labelled(self._kept.ratings(owner_of(key, request)))
        if not rated:
            gr.Info("Nothing was rated yet: use the thumbs under an answer or on a paper.")
        return ["rated-questions.jsonl", rated] if rated else None


def _file(name: str, kind: str) -> str:
    return (re.sub(r"\W+", "-", name).strip("-")[:50] or "conversation") + export.SUFFIXES[kind]

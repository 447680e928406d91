"""Asking: question to checked sentences as they come, stop, regenerate, edit, and the evidence beside the answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.answering.assistant import Assistant
from rag.answering.themes import most_named
from rag.errors import AskpapersError
from rag.serving.running import Running
from rag.serving.watching import Watch
from rag.types import Paper
from rag.verification.answer_export import made_with
from ui import cards, render
from ui.chat import follow
from ui.conversations import Conversations, Turn, history
from ui.parts import QUIET, Parts, Update, evidence, messages, owner_of, said
from ui.session_state import forget_replaced
from ui.settings_tab import SettingsTab

_SIMILAR = 6  # papers
_NAMING = 50  # papers shown that name something
_ABOUT = "In “"  # how page.js begins a question about one paper: what was said before is then not meant


class ChatTab:
    """What happens in the chat. Holds no conversation: only who is being answered at this moment."""

    def __init__(
        self,
        parts: Parts,
        settings: SettingsTab,
        assistant: Assistant,
        conversations: Conversations,
        running: Running,
        watch: Watch | None = None,
    ) -> None:
        self._parts, self._settings, self._kept = parts, settings, conversations
        self._library = assistant.library
        self._running, self._watch = running, watch
        p = parts
        choices = [p.current, p.key, p.where, *settings.inputs]
        named = "(...given) => askpapers.asked(...given)"
        p.box.submit(self.ask, [p.box, p.editing, *choices], p.shown, js=named, trigger_mode="multiple", **QUIET)
        p.again.click(self.again, choices, p.shown, **QUIET)
        p.bus.retry(self.exactly, choices, p.shown, **QUIET)
        p.box.stop(self.stop, None, None, queue=False, **QUIET)
        p.bus.input(self.turn, [p.key, p.current], [*p.shown, p.box], **QUIET)
        p.unedit.click(lambda: ("", "", gr.Button(visible=False)), None, [p.box, p.editing, p.unedit], **QUIET)
        p.waiting.tick(self.wait, [p.current, p.key], p.shown, **QUIET)
        shown = p.bus.click(self.show, [p.key, p.current], p.cards, trigger_mode="multiple", **QUIET)
        shown.then(None, js="() => askpapers.reveal()", **QUIET)

    def ask(
        self,
        request: gr.Request,
        question: str,
        editing: str,
        current: str,
        key: str,
        where: dict[str, Any],
        *chosen: Any,
        exact: bool = False,
    ) -> Iterator[Update]:
        """Answers in the current conversation, or in a new one; `editing` is the turn whose place it takes.

        `exact` takes the question's words as they are spelt.
        """
        p = self._parts
        with self._running.answer(str(request.session_hash)) as stop:
            forget_replaced(request)
            if isinstance(stop, str):
                gr.Info(stop)
            if isinstance(stop, str) or not question.strip():
                yield {p.box: gr.skip()}
                return
            yield from self._answer(owner_of(key, request), question, editing, current, where, stop, exact, *chosen)

    def _answer(
        self,
        owner: str,
        question: str,
        editing: str,
        current: str,
        where: dict[str, Any],
        stop: threading.Event,
        exact: bool,
        *chosen: Any,
    ) -> Iterator[Update]:
        p, kept = self._parts, self._kept
        if not current or kept.name(current, owner) is None:
            current = kept.start(owner, question, current)
        earlier = kept.turns(current, owner)
        replaced = next((t for t in earlier if t.id == editing), None)
        earlier = earlier[: earlier.index(replaced)] if replaced else earlier
        turn = kept.ask(current, question, replaced)
        shown = [*(m for t in earlier for m in messages(t)), said(render.question(question), "user")]
        yield {
            p.chat: [*shown, said(render.writing((), "reading the question"))],
            p.cards: "",
            p.current: current,
            p.box: gr.Textbox(value="", submit_btn=False, stop_btn="Stop"),
            p.again: gr.Button(visible=False),
            p.unedit: gr.Button(visible=False),
            p.waiting: gr.Timer(active=False),
        }
        past = [] if question.startswith(_ABOUT) else history(earlier)
        assistant = self._settings.assistant(*chosen)
        steps = follow(
            assistant, question, past, where or None, stop,
            lambda answer: kept.answered(turn, answer, made_with(assistant)),
            lambda error: kept.broke_off(turn, "", error), self._watch, exact, self._running.making(stop),
        )  # fmt: skip
        for now in steps:
            if self._running.is_left(stop):  # its thread goes on, and keeps the answer
                yield {p.box: gr.skip()}  # Gradio sends the last update once more at the end
                return
            if now.error or now.stopped:
                kept.broke_off(turn, " ".join(piece.strip() for piece in now.pieces), now.error)
            elif not now.answer:
                yield {p.chat: [*shown, said(render.writing(now.pieces, now.status, now.seconds))]}
        yield p.view(kept, owner, current)

    def again(self, request: gr.Request, current: str, key: str, *choices: Any) -> Iterator[Update]:
        """Answers the last question anew."""
        turns = self._kept.turns(current, owner_of(key, request)) if current else []
        for last in turns[-1:]:
            yield from self.ask(request, last.question, last.id, current, key, *choices)

    def exactly(
        self, request: gr.Request, event: gr.EventData, current: str, key: str, *choices: Any
    ) -> Iterator[Update]:
        """Answers a question of the conversation anew, its words taken as they are spelt."""
        turns = self._kept.turns(current, owner_of(key, request)) if current else []
        for asked in (t for t in turns if t.id == event.value):
            yield from self.ask(request, asked.question, asked.id, current, key, *choices, exact=True)

    def stop(self, request: gr.Request) -> None:
        """Ends the answer that this page is waiting for."""
        self._running.stop(str(request.session_hash))

    def wait(self, current: str, key: str, request: gr.Request) -> Update:
        """Looks whether an answer that another page asked for is there."""
        turns = self._kept.turns(current, owner_of(key, request)) if current else []
        if turns and turns[-1].state == "asked":
            return {self._parts.box: gr.skip()}
        return self._parts.view(self._kept, owner_of(key, request), current)

    def turn(self, request: gr.Request, event: gr.EventData, key: str, current: str) -> Update:
        """Puts a question back into the box, or goes to another version of it."""
        p, kept, owner = self._parts, self._kept, owner_of(key, request)
        if event.name == "version":
            kept.show(event.value, owner)
            return p.view(kept, owner, current)
        asked = next((t for t in kept.turns(current, owner) if t.id == event.value), None)
        if asked is None:
            return {p.box: gr.skip()}
        return {p.box: asked.question, p.editing: asked.id, p.unedit: gr.Button(visible=True)}

    def show(self, request: gr.Request, event: gr.EventData, key: str, current: str) -> Any:
        """What the page's own buttons and markers ask for: the cards to show beside the chat."""
        name, value = event.name, event.value
        if name == "show":
            return self._evidence(value, self._kept.turns(current, owner_of(key, request)))
        if name == "paper":
            return cards.listing("", self._library.catalogue.papers([value]), opened=True)
        if name == "named":
            return cards.listing(f"Papers that name {value}", self._naming(value), closable=True)
        if name == "similar":
            return cards.listing(f"Similar to “{value}”", self._similar(value), back=True)
        if name == "back":
            return evidence(next(reversed(self._kept.turns(current, owner_of(key, request))), None))
        if name == "rate":
            turn, citation, good, reason = [*value.split(" ", 3), ""][:4]
            if not self._kept.rate(turn, owner_of(key, request), int(citation), good == "1", reason):
                gr.Warning("Only your own answers can be rated.")
        return gr.skip()

    def _evidence(self, link: str, turns: Sequence[Turn]) -> Any:
        """The cards of `?answer=TURN#ids`, those ids opened."""
        turn, _, ids = link.removeprefix("?answer=").partition("#")
        found = self._kept.turn(turn)
        earlier = turn in [t.id for t in turns[:-1]]
        return evidence(found, ids.split(","), earlier) if found and found.answer else gr.skip()

    def _naming(self, name: str) -> list[Paper]:
        return self._library.catalogue.papers(list(most_named(self._library).get(name, ())[:_NAMING]))

    def _similar(self, title: str) -> Iterator[Any]:
        try:
            hits = self._library.search(title, _SIMILAR + 1)
        except AskpapersError as error:
            raise gr.Error(str(error)) from None
        return (hit.paper for hit in [h for h in hits if h.paper.title != title][:_SIMILAR])

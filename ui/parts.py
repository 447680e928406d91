"""The components of the chat and what they show of a conversation."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import gradio as gr

from rag.models.llms import EXTRACTIVE
from rag.retrieval.query import MAX_CHARACTERS
from ui import cards, render
from ui.conversations import Conversations, Turn

LATEX = [{"left": "\\(", "right": "\\)", "display": False}, {"left": "\\[", "right": "\\]", "display": True}]
ASK, FOLLOW_UP = "Ask the papers", "Ask a follow-up"
_SECRET = secrets.token_bytes(32)
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # for every event of the page
Update = dict[Any, Any]


class Parts:
    """`key` tells browsers apart where nobody logs in; `current` is the conversation's id, `editing` a turn's."""

    def __init__(self) -> None:
        self.key = gr.BrowserState("", storage_key="askpapers", secret="askpapers")
        self.current = gr.Textbox(visible=False)
        self.editing = gr.Textbox(visible=False)
        self.where = gr.JSON({}, visible=False)
        self.saved = gr.JSON(visible=False)
        self.waiting = gr.Timer(2, active=False)  # for an answer that another page, or this one before, asked for
        self.bus = gr.HTML("", elem_id="bus", js_on_load="askpapers.listen(trigger)")

    def sidebar(self) -> None:
        gr.HTML('<h1 class="brand">askpapers</h1>')
        self.new = gr.Button("New conversation", variant="primary", size="md")
        self.find = gr.Textbox(label="Search conversations", placeholder="Search conversations", show_label=False)
        self.listed = gr.HTML(elem_id="conversations")
        self.reading = gr.HTML(elem_id="to-read")

    def body(self, hero: str = "", front: str = "") -> None:
        """The chat; `hero` and `front` stand above and below the question while nothing is asked."""
        self.tools = gr.HTML(elem_id="tools", padding=False)
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, elem_id="talk"):
                self.hero = gr.HTML(hero, elem_id="hero", padding=False)
                self.chat = gr.Chatbot(
                    label="Conversation", show_label=False, height="100%", layout="panel", buttons=[],
                    feedback_options=None, latex_delimiters=LATEX, autoscroll=False, elem_id="chat",
                )  # fmt: skip
                with gr.Row(elem_id="chips"):
                    self.only = gr.Button(visible=False, size="sm", elem_id="only")
                    self.unedit = gr.Button("Editing: ask it in other words ✕", visible=False, size="sm")
                    self.again = gr.Button("Answer again", visible=False, size="sm", elem_id="again")
                self.box = gr.Textbox(
                    label="Question", show_label=False, placeholder=ASK, lines=1, max_lines=6,
                    submit_btn="Ask", stop_btn=False, max_length=MAX_CHARACTERS, elem_id="question",
                )  # fmt: skip
                self.front = gr.HTML(front, elem_id="front", padding=False)
                with gr.Accordion("Map of the papers", open=False, elem_id="front-map") as self.atlas:
                    self.map = gr.HTML(elem_classes="map", padding=False)
            with gr.Column(scale=2, min_width=320, elem_id="evidence"):
                self.cards = gr.Markdown(latex_delimiters=LATEX, elem_id="cards")

    @property
    def shown(self) -> list[Any]:
        """All that `view` may change."""
        return [self.chat, self.cards, self.box, self.current, self.editing, self.tools, self.listed, self.again,
                self.unedit, self.waiting]  # fmt: skip

    def view(self, conversations: Conversations, owner: str, current: str) -> Update:
        """A whole conversation, with the papers of its last answer."""
        name = conversations.name(current, owner) if current else None
        turns = conversations.turns(current, owner) if name else []
        last = turns[-1] if turns else None
        return {
            self.chat: [message for turn in turns for message in messages(turn)],
            self.cards: evidence(last),
            self.box: gr.Textbox(submit_btn="Ask", stop_btn=False, placeholder=FOLLOW_UP if turns else ASK),
            self.current: current if name else "",
            self.editing: "",
            self.tools: render.tools(name or "", current),
            self.listed: render.conversations(conversations.listed(owner), current),
            self.again: gr.Button(visible=bool(last and _may_differ(last))),
            self.unedit: gr.Button(visible=False),
            self.waiting: gr.Timer(active=bool(last and last.state == "asked")),
        }


def _may_differ(turn: Turn) -> bool:
    """Whether another try may give another answer: quoting the abstracts always gives the same."""
    return turn.state in ("stopped", "failed") or bool(turn.answer and turn.answer.model != EXTRACTIVE)


def evidence(turn: Turn | None, opened: Sequence[str] = (), earlier: bool = False) -> str:
    """The papers of its answer, if it has one; of an `earlier` one than the last that is said."""
    return cards.of_answer(turn.id, turn.answer, opened, turn.ratings, earlier) if turn and turn.answer else ""


def owner_of(key: str, request: gr.Request) -> str:
    """Whose conversations these are: who logged in, else the browser's."""
    return f"user:{request.username}" if request.username else f"browser:{key or new_key(request)}"


def new_key(request: gr.Request) -> str:
    """A name that nobody can guess; the same for a session, which may ask before the browser has kept it."""
    return hmac.new(_SECRET, str(request.session_hash).encode(), "sha256").hexdigest()[:32]


def said(content: str, role: str = "assistant") -> dict[str, str]:
    """A message as the Chatbot and models take it."""
    return {"role": role, "content": content}


def messages(turn: Turn) -> list[dict[str, str]]:
    """A turn as the Chatbot shows it."""
    if turn.answer:
        reply = render.answer(turn.id, turn.answer, turn.ratings)
    else:
        reply = render.broken_off(turn.state, turn.said, turn.error)
    return [said(render.question(turn.question, turn.id, turn.versions), "user"), said(reply)]

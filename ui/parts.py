"""The components of the chat and what they show of a conversation."""

from __future__ import annotations

import secrets
from typing import Any

import gradio as gr

from ui import cards, render
from ui.conversations import Conversations, Turn

LATEX = [{"left": "\\(", "right": "\\)", "display": False}, {"left": "\\[", "right": "\\]", "display": True}]
ASK, FOLLOW_UP, EDIT = "Ask the papers", "Ask a follow-up", "Edit question"
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

        self.bus = gr.HTML("", elem_id="bus", js_on_load="askpapers.listen(trigger)")

    def sidebar(self) -> None:
        gr.HTML('<h1 class="brand">askpapers</h1>')
        self.new = gr.Button("New conversation", variant="primary", size="md")
        self.find = gr.Textbox(label="Search conversations", placeholder="Search conversations", show_label=False)
        self.listed = gr.HTML(elem_id="conversations")

    def body(self) -> None:
        with gr.Row(visible=False, elem_id="heading") as self.display_title:
            self.name = gr.Textbox(label="Name of the conversation", show_label=False, max_lines=1, scale=5,
                                   elem_id="name")  # fmt: skip
            self.as_markdown = gr.Button("Markdown", size="sm", min_width=90)
            self.as_bibtex = gr.Button("BibTeX", size="sm", min_width=90)
            self.delete = gr.Button("Delete", size="sm", min_width=90)
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, elem_id="talk"):
                self.chat = gr.Chatbot(
                    label="Conversation", show_label=False, height="100%", layout="panel", buttons=[],
                    feedback_options=None, latex_delimiters=LATEX, autoscroll=False, elem_id="chat",
                )  # fmt: skip
                self.only = gr.Button(visible=False, size="sm", elem_id="only")
                self.box = gr.Textbox(
                    label="Question", show_label=False, placeholder=ASK, lines=1, max_lines=6,
                    submit_btn="Ask", stop_btn=False, max_length=4000, elem_id="question",
                )  # fmt: skip
                with gr.Row(visible=False, elem_id="tools") as self.tools:
                    self.again = gr.Button("Regenerate", size="sm", min_width=110)
                    self.edit = gr.Button(EDIT, size="sm", min_width=110)
            with gr.Column(scale=2, min_width=320, elem_id="evidence"):
                self.cards = gr.Markdown(latex_delimiters=LATEX, elem_id="cards")

    @property
    def shown(self) -> list[Any]:
        """All that `view` may change."""
        return [self.chat, self.cards, self.box, self.current, self.editing, self.name, self.listed, self.display_title,
                self.tools, self.edit]  # fmt: skip

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
            self.name: name or "",
            self.listed: render.conversations(conversations.listed(owner), current),
            self.display_title: gr.Row(visible=bool(turns)),
            self.tools: gr.Row(visible=bool(turns)),
            self.edit: EDIT,
        }


def evidence(turn: Turn | None) -> str:
    """The papers of its answer, if it has one."""
    return cards.of_answer(turn.id, turn.answer, (), turn.ratings) if turn and turn.answer else ""


def owner_of(key: str, request: gr.Request) -> str:
    """Whose conversations these are: who logged in, else the browser's."""
    if request.username:
        return f"user:{request.username}"
    if not key:
        raise gr.Error("This browser keeps no data for the page: allow it, and reload.")
    return f"browser:{key}"


def new_key() -> str:
    """A name that nobody can guess."""
    return secrets.token_urlsafe(16)


def said(content: str, role: str = "assistant") -> dict[str, str]:
    """A message as the Chatbot and models take it."""
    return {"role": role, "content": content}


def messages(turn: Turn) -> list[dict[str, str]]:
    """A turn as the Chatbot shows it."""
    if turn.answer:
        reply = render.answer(turn.id, turn.answer, turn.ratings)
    else:
        reply = render.broken_off(turn.state, turn.said, turn.error)
    return [said(render.question(turn.question), "user"), said(reply)]

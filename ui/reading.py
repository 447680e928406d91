"""A person's reading list: papers kept to be read, each with a note, beside the conversations on disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.library import Library
from rag.types import Paper, paper_from_json, paper_to_json
from ui import cards, export
from ui.conversations import Conversations
from ui.markup import button, count, text
from ui.parts import LATEX, QUIET, Parts, owner_of
from ui.render import KINDS

_MAX_NOTE = 4000  # characters


@dataclass(frozen=True)
class Kept:
    """A paper of a reading list and what its reader noted on it."""

    paper: Paper
    note: str


class ReadingList:
    """What each owner keeps, whole, so that it outlives the library's paper."""

    def __init__(self, conversations: Conversations) -> None:
        self._do = conversations.do

    def add(self, owner: str, paper: Paper) -> None:
        """Puts it at the end; nothing changes for one that is there."""
        row = (owner, paper.id, paper_to_json(paper), time.time())
        self._do("INSERT OR IGNORE INTO reading (owner, paper, content, added) VALUES (?, ?, ?, ?)", *row)

    def remove(self, owner: str, paper: str) -> None:
        self._do("DELETE FROM reading WHERE owner = ? AND paper = ?", owner, paper)

    def note(self, owner: str, paper: str, note: str) -> None:
        """Takes the place of an earlier note; "" for none."""
        self._do("UPDATE reading SET note = ? WHERE owner = ? AND paper = ?", note.strip()[:_MAX_NOTE], owner, paper)

    def of(self, owner: str) -> list[Kept]:
        """In the order added."""
        rows = self._do("SELECT content, note FROM reading WHERE owner = ? ORDER BY added", owner)
        return [Kept(paper_from_json(content), note) for content, note in rows]


class ReadingTab:
    """The list to read, note on and export; the page's buttons add to it and take from it."""

    def __init__(self, page: Any, parts: Parts, library: Library, conversations: Conversations) -> None:
        self._library, self._kept = library, ReadingList(conversations)
        with gr.Column(elem_classes="narrow"):
            shown = gr.Markdown(latex_delimiters=LATEX, elem_id="reading")
        both = [shown, parts.reading]
        page.load(self.shown, parts.key, both, **QUIET)
        parts.bus.like(self.change, parts.key, both, trigger_mode="multiple", **QUIET)
        saved = parts.bus.download(self.export, parts.key, parts.saved, **QUIET)
        saved.then(None, parts.saved, None, js="file => file && askpapers.save(...file)", **QUIET)

    def shown(self, request: gr.Request, key: str) -> tuple[str, str]:
        """The list, and what the side says of it."""
        kept = self._kept.of(owner_of(key, request))
        return listing(kept), link(kept)

    def change(self, request: gr.Request, event: gr.EventData, key: str) -> tuple[str, str]:
        """Keeps a paper, takes one off, or notes something: `ID note`."""
        owner = owner_of(key, request)
        does: dict[str, Callable[[str], None]] = {
            "keep": lambda paper: self._add(owner, paper),
            "unkeep": lambda paper: self._kept.remove(owner, paper),
            "note": lambda said: self._kept.note(owner, *said.partition("\n")[::2]),
        }
        does[event.name](event.value)
        return self.shown(request, key)

    def _add(self, owner: str, paper: str) -> None:
        found = self._library.catalogue.papers([paper])
        if not found:
            gr.Warning("That paper is no longer in the library.")
        for one in found:
            self._kept.add(owner, one)

    def export(self, request: gr.Request, event: gr.EventData, key: str) -> list[str] | None:
        """The file's name and content in the format asked for, the notes where sentences stand else."""
        kept = self._kept.of(owner_of(key, request))
        if not kept or event.value not in export.SUFFIXES:
            return None
        papers = [(k.paper, [k.note] if k.note else []) for k in kept]
        return ["reading-list" + export.SUFFIXES[event.value], export.written(event.value, papers)]


def listing(kept: list[Kept]) -> str:
    """The papers as cards with their notes, and what the list can be saved as."""
    if not kept:
        return "<p>Nothing to read yet: “Read later” on a paper puts it here.</p>"
    saves = "".join(button("reading", kind, label, "of the reading list") for kind, label in KINDS.items())
    items = "".join(cards.kept(k.paper, k.note) for k in kept)
    head = f'<div class="head"><h2>{count(len(kept), "paper")} to read</h2><p class="acts">{saves}</p></div>'
    return f'<section class="cards">{head}{items}</section>'


def link(kept: list[Kept]) -> str:
    """The way to the list; the ids in it tell page.js which papers are kept."""
    ids = "".join(f"<i hidden>{text(k.paper.id)}</i>" for k in kept)
    return button("tab", "reading", f"Reading list{f' · {len(kept)}' if kept else ''}") + ids

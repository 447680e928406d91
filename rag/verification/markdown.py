"""Markdown as blocks: what a reader sees of it; code, HTML and pictures are no text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.verification.drafts import Block, Draft, draft_of

_NUMBER = re.compile(r"\^?(\d{1,3})")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)


def read(text: str) -> Draft:
    """The Markdown text. `[3]: https://...` is an entry of its references."""
    parser = MarkdownIt("commonmark").enable("table")
    env: dict[str, Any] = {}
    tokens = parser.parse(_FRONT_MATTER.sub("", text.replace("\r\n", "\n")), env)
    references = {
        number[1]: f"{target.get('title', '')} {target['href']}".strip()
        for label, target in env.get("references", {}).items()
        if (number := _NUMBER.fullmatch(label))
    }
    return draft_of(_blocks(tokens), references)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    heading, counts = False, list[int]()  # counts: the next number of each list that is open, -1 of one without
    entry = ""
    for token in tokens:
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type in ("ordered_list_open", "bullet_list_open"):
            counts.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else -1)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            counts.pop()
        elif token.type == "list_item_open" and counts:
            entry = str(counts[-1]) if counts[-1] >= 0 else ""
            counts[-1] += counts[-1] >= 0
        elif token.type == "inline":
            for text in _lines(token.children or []):
                yield Block(text, "heading" if heading else "text", entry)
            entry = ""


def _lines(children: Sequence[Token]) -> list[str]:
    """The text of inline tokens, lines that begin with an entry of references apart."""
    text, link = "", False
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif child.type in ("text", "code_inline"):
            # `[3]` with a definition of its own is a link whose text is the number alone.
            number = _NUMBER.fullmatch(child.content) if link else None
            text += f"[{number[1]}]" if number else child.content
        link = child.type == "link_open"
    lines = re.split(r"\n(?=\s*\[\^?\d{1,3}\]:?\s+\S)", text)
    return [" ".join(line.split()) for line in lines if line.strip()]

"""A report as blocks, and blocks as Markdown or as one HTML page that needs nothing beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 1rem auto; padding: 0 1rem; color: #1a1a1a;
       background: #fff }
h1, h2 { line-height: 1.2 } h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin: 1.2rem 0 .5rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 90% }
th, td { text-align: left; padding: .15rem .7rem; border-bottom: 1px solid #e4e4e4; vertical-align: top }
th { border-bottom: 2px solid #999 } figure { margin: .5rem 0 } figcaption { color: #555; font-size: 90% }
img { max-width: 100%; height: auto }
blockquote { margin: 1rem 0; padding: .2rem 1rem; border-left: 4px solid #b3541e } blockquote ul { margin: .3rem 0 }
mark { background: #fff0b3 } .note { color: #555; font-size: 90% }
.lead { font-size: 110%; border-left: 4px solid #1f5a99; padding-left: 1rem; max-width: 66rem }
details { border-bottom: 1px solid #e4e4e4; padding: .15rem 0 } summary { cursor: pointer }
details[open] > summary { font-weight: 600 } details > :not(summary) { margin-left: 1rem }
"""


@dataclass(frozen=True)
class Heading:
    """A heading, 1 the highest level."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table of texts."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Plot:
    """A picture as base64 SVG; `text` says what it shows. Left out of Markdown."""

    svg: str
    text: str


@dataclass(frozen=True)
class Lead:
    """What matters most, set apart."""

    text: str


@dataclass(frozen=True)
class Fold:
    """Blocks that are shown once the title is clicked; `note` stands beside it."""

    title: str
    blocks: Sequence[Block]
    note: str = ""


@dataclass(frozen=True)
class Quote:
    """A sentence beside its evidence; `marked` is the line of evidence that fits it best."""

    text: str
    about: str
    lines: Sequence[str]
    marked: int | None = None


Block = Heading | Lead | Text | Table | Plot | Quote | Fold


def to_markdown(blocks: Sequence[Block]) -> str:
    """The blocks but for the plots."""
    return "\n\n".join(part for part in map(_markdown, blocks) if part) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return "#" * block.level + " " + escape_markdown(block.text)
    if isinstance(block, (Text, Lead)):
        return escape_markdown(block.text)
    if isinstance(block, Fold):
        note = f" ({escape_markdown(block.note)})" if block.note else ""
        inside = to_markdown(block.blocks).rstrip()
        return f"<details><summary>{escape_markdown(block.title)}{note}</summary>\n\n{inside}\n\n</details>"
    if isinstance(block, Table):
        rows = [block.header, ["---"] * len(block.header), *block.rows]
        return "\n".join("| " + " | ".join(escape_markdown(c).replace("|", "\\|") for c in row) + " |" for row in rows)
    if isinstance(block, Quote):
        lines = [
            f"- {'**best:** ' if i == block.marked else ''}{escape_markdown(x)}" for i, x in enumerate(block.lines)
        ]
        return "\n".join([f"> {escape_markdown(block.text)}", "", escape_markdown(block.about), "", *lines])
    return ""


def escape_markdown(text: str) -> str:
    """One line in which nothing is markup by accident."""
    text = " ".join(text.split()).replace("<", "&lt;")
    return re.sub(r"([*`]|^#|(?<!\w)_|_(?!\w)|\](?=\())", r"\\\1", text)


def to_text(table: Table) -> str:
    """A table for the terminal."""
    rows = [table.header, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def to_html(title: str, blocks: Sequence[Block]) -> str:
    """One page; every text of answers and papers is escaped."""
    body = "\n".join(map(_html, blocks))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n{body}\n</html>\n"
    )


def _html(block: Block) -> str:
    e = html.escape
    if isinstance(block, Heading):
        return f"<h{block.level}>{e(block.text)}</h{block.level}>"
    if isinstance(block, (Text, Lead)):
        return f"<p>{e(block.text)}</p>" if isinstance(block, Text) else f'<p class="lead">{e(block.text)}</p>'
    if isinstance(block, Fold):
        note = f' <span class="note">{e(block.note)}</span>' if block.note else ""
        inside = "\n".join(map(_html, block.blocks))
        return f"<details><summary>{e(block.title)}{note}</summary>\n{inside}\n</details>"
    if isinstance(block, Table):
        head = "".join(f"<th>{e(cell)}</th>" for cell in block.header)
        rows = "".join("<tr>" + "".join(f"<td>{e(cell)}</td>" for cell in row) + "</tr>\n" for row in block.rows)
        return f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>'
    if isinstance(block, Plot):
        image = f'<img alt="{e(block.text)}" src="data:image/svg+xml;base64,{block.svg}">'
        return f"<figure>{image}<figcaption>{e(block.text)}</figcaption></figure>"
    lines = [f"<mark>{e(x)}</mark>" if i == block.marked else e(x) for i, x in enumerate(block.lines)]
    listed = "".join(f"<li>{line}</li>" for line in lines)
    return f'<blockquote><p>{e(block.text)}</p><p class="note">{e(block.about)}</p><ul>{listed}</ul></blockquote>'

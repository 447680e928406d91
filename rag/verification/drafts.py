"""A text to be checked: its sentences with what each cites, and its list of references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from rag.answering.markers import parse, sentences_of
from rag.clean import clean

BlockKind = Literal["heading", "text"]
_HEADING = re.compile(
    r"\W*(?:\d+\.?\s+)?(?:references|bibliography|works cited|literature(?: cited)?|reference list|sources)\W*",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\s*(?:\[\^?(\d{1,3})\]:?|(\d{1,3})[.)])\s+(\S.*)", re.DOTALL)
_BRACKETED = re.compile(r"\s*\[\^?(\d{1,3})\]:?\s+\S")
_FOOTNOTE = re.compile(r"\[\^(\d{1,3})\]")
_GLUED = re.compile(r"(?<=[.!?])(?=\[\d)")  # a marker right behind a full stop
_KEYS = re.compile(r"\[([^\[\]]{0,500}?@[^\[\]]{1,500})\]")  # as Pandoc cites: [@one; see @two, p. 3]
_KEY = re.compile(r"@([\w](?:[\w:.#$%&+?<>~/-]*[\w])?)")
_HIDDEN = {"[": "\ue010", "]": "\ue011", "(": "\ue012", ")": "\ue013", "【": "\ue014", "】": "\ue015"}
_HIDE, _SHOW = str.maketrans(_HIDDEN), str.maketrans({v: k for k, v in _HIDDEN.items()})
MAX_KEYS = 999  # different keys of a text: what a marker can number

_T = TypeVar("_T")


@dataclass(frozen=True)
class Block:
    """A paragraph, an item of a list, or a heading; `entry` is the number that a numbered list gives it."""

    text: str
    kind: BlockKind = "text"
    entry: str = ""


@dataclass(frozen=True)
class Statement:
    """A sentence of the text without its markers, and the keys it cites: "3" of `[3]`, "roe2024" of `[@roe2024]`."""

    text: str
    cited: tuple[str, ...] = ()
    heading: bool = False


@dataclass(frozen=True)
class Draft:
    """The text as it is checked: `paragraphs` of sentences, `references` by key, `notes` on what was not read.

    `bibliographies` are the .bib files that it names.
    """

    paragraphs: tuple[tuple[Statement, ...], ...]
    references: dict[str, str] = field(default_factory=dict)
    bibliographies: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def without_files(self) -> Draft:
        """The same, so that no file that it names is read."""
        return replace(self, bibliographies=())

    @property
    def statements(self) -> list[Statement]:
        return [s for paragraph in self.paragraphs for s in paragraph]


def draft_of(blocks: Iterable[Block], references: dict[str, str] | None = None, **more: tuple[Path, ...]) -> Draft:
    """The blocks as sentences with their citations. What stands under a heading such as "References" is their list."""
    text, listed = _without_references(list(blocks))
    keys = list(dict.fromkeys(k for b in text for inside in _KEYS.findall(b.text) for k in _KEY.findall(inside)))
    notes = (f"more than {MAX_KEYS} keys are cited: the rest is not looked up",) if len(keys) > MAX_KEYS else ()
    paragraphs = [tuple(_statements(block, keys[:MAX_KEYS])) for block in text]
    return Draft(tuple(p for p in paragraphs if p), {**listed, **(references or {})}, notes=notes, **more)


def _statements(block: Block, keys: Sequence[str]) -> Iterable[Statement]:
    """The sentences of one block. Where keys are cited, numbers in brackets are none: they may be intervals."""
    text = _FOOTNOTE.sub(r"[\1]", block.text)
    if keys:
        numbers = {key: str(n) for n, key in enumerate(keys, 1)}
        parts = _KEYS.split(text)  # text, what stands in brackets, text, ...
        for i in range(0, len(parts), 2):
            parts[i] = parts[i].translate(_HIDE)
        for i in range(1, len(parts), 2):
            cited = [numbers[k] for k in _KEY.findall(parts[i]) if k in numbers]
            parts[i] = f"[{', '.join(cited)}]" if cited else ""
        text = "".join(parts)
    if block.kind == "heading":
        yield Statement(clean(text.translate(_SHOW)), heading=True)
        return
    for sentence in sentences_of([_GLUED.sub(" ", text)]):
        drafted = parse(sentence)
        found = [keys[n - 1] if keys else str(n) for n, _ in drafted.cited if not keys or n <= len(keys)]
        if said := clean(drafted.text.translate(_SHOW)):
            yield Statement(said, tuple(dict.fromkeys(found)))


def _without_references(blocks: list[Block]) -> tuple[list[Block], dict[str, str]]:
    """The text, and the entries of its list of references: under its heading, or numbered at the end."""
    start = next((i for i in reversed(range(len(blocks))) if _HEADING.fullmatch(blocks[i].text)), None)
    if start is not None:
        after = blocks[start + 1 :]
        end = next((i for i, b in enumerate(after) if b.kind == "heading"), len(after))
        return [*blocks[:start], *after[end:]], _entries(after[:end])
    end = len(blocks)
    while end > 0 and _BRACKETED.match(blocks[end - 1].text):
        end -= 1
    # A text that is nothing but such lines is no list of references.
    return (blocks[:end], _entries(blocks[end:])) if 0 < end < len(blocks) else (blocks, {})


def _entries(blocks: Sequence[Block]) -> dict[str, str]:
    """The entries by number; one without is numbered by its place."""
    found: dict[str, str] = {}
    for place, block in enumerate(_lines(blocks), 1):
        if match := _ENTRY.match(block.text):
            found[match[1] or match[2]] = clean(match[3])
        elif block.text.strip():
            found.setdefault(block.entry or str(place), clean(block.text))
    return found


def _lines(blocks: Sequence[Block]) -> Iterable[Block]:
    """The blocks, those apart whose lines are entries of their own."""
    for block in blocks:
        lines = block.text.split("\n")
        if len(lines) > 1 and sum(bool(_ENTRY.match(line)) for line in lines) > 1:
            held = ""
            for line in lines:
                if _ENTRY.match(line) and held:
                    yield Block(held)
                    held = ""
                held += ("\n" if held else "") + line
            yield Block(held)
        else:
            yield block


def plain_blocks(text: str) -> list[Block]:
    """Paragraphs of plain text: parted by blank lines, lines of entries and of list items kept apart."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        held: list[str] = []
        for line in paragraph.split("\n"):
            apart = _BRACKETED.match(line) or re.match(r"\s*(?:[-*•]\s|\d{1,2}[.)]\s)", line)
            if (apart or _HEADING.fullmatch(line)) and held:
                blocks.append(Block("\n".join(held)))
                held = []
            if _HEADING.fullmatch(line):
                blocks.append(Block(line, "heading"))
            elif line.strip():
                held.append(re.sub(r"^\s*[-*•]\s+", "", line))
        if held:
            blocks.append(Block("\n".join(held)))
    return [Block(b.text if _ENTRY.match(b.text) else " ".join(b.text.split()), b.kind, b.entry) for b in blocks]

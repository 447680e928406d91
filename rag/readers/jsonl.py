"""JSON: one object a line, an array, or the envelope of a service (OpenAlex, Crossref, Semantic Scholar, CSL)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.readers.json_shapes import ENVELOPE, LIST, flat
from rag.readers.lines import MAX_LINE, Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the objects; a bad line is told with JSON's error and the rest is read."""
    for found in objects(lines, source):
        yield found if isinstance(found, Rejected) else make_paper(flat(found[1]), source, found[0])


def objects(lines: Lines, source: str) -> Iterator[tuple[int, dict[str, Any]] | Rejected]:
    """Each object with its line, or why it is none."""
    start = lines.head.lstrip()
    # An object that begins with a line of its own is spread over several lines.
    envelope = ENVELOPE.match(start) is not None
    spread = envelope or start.startswith("[") or start.split("\n", 1)[0].strip() == "{"
    for line, text in (
        _outermost(lines, envelope) if spread else ((lines.number, text) for text in lines if text.strip())
    ):
        try:
            value = json.loads(text, strict=False, parse_constant=lambda _: None)
        except json.JSONDecodeError as error:
            where = "" if spread else f" at character {error.pos + 1}"
            yield Rejected(source, line, f"not JSON: {error.msg}{where}")
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets nested without end
            yield Rejected(source, line, f"not JSON: {str(error)[:200]}")
        else:
            if isinstance(value, dict):
                yield from ((line, one) for one in _members(value))
            else:
                yield Rejected(source, line, "not a JSON object")


def _members(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of one that has papers by their ids, else itself alone."""
    inner = list(value.values())
    by_id = all(isinstance(one, dict) and "title" in one and "abstract" in one for one in inner)
    return inner if by_id and inner else [value]


class _Braces:
    """The braces of a text that comes in pieces, but for those inside strings."""

    def __init__(self) -> None:
        self._quoted = False
        self._escaped = -1  # where the character stands that a backslash takes the meaning from

    def of(self, piece: str) -> Iterator[tuple[int, bool]]:
        """Where each brace of the next piece stands, and whether it opens."""
        for mark in re.finditer(r'[\\"{}]', piece):
            if mark.start() == self._escaped:
                continue
            if mark[0] == "\\":
                self._escaped = mark.end()
            elif mark[0] == '"':
                self._quoted = not self._quoted
            elif not self._quoted:
                yield mark.start(), mark[0] == "{"
        self._escaped -= len(piece)


def _outermost(lines: Lines, envelope: bool = False) -> Iterator[tuple[int, str]]:
    """Each outermost {...} with its line, found without holding more than one; in an `envelope` those of its lists."""
    braces, depth, line = _Braces(), 0, 0
    held, size = list[str](), 0
    for piece in _lists(lines) if envelope else lines.pieces():
        start = 0
        for at, opens in braces.of(piece):
            if opens:
                if not depth:
                    start, line = at, lines.number
                depth += 1
            elif depth:
                depth -= 1
                if not depth:
                    if size > MAX_LINE:
                        lines.too_long.append(line)
                    else:
                        yield line, "".join(held) + piece[start : at + 1]
                    held, size = [], 0
        if depth:
            size += len(piece) - start
            if size <= MAX_LINE:
                held.append(piece[start:])
    if depth and size <= MAX_LINE:
        yield line, "".join(held)  # never closed, which JSON's own error says best
    elif depth:
        lines.too_long.append(line)


def _lists(lines: Lines) -> Iterator[str]:
    """The pieces of the lists of papers that envelopes hold, of one page or of many."""
    before, depth, quoted, escaped = "", 0, False, False
    for piece in lines.pieces():
        while piece:
            if not depth:  # outside: wait for the next list
                before += piece
                if not (begun := LIST.search(before)):
                    before, piece = before[-200:], ""
                    continue
                piece, before, depth, quoted, escaped = before[begun.end() :], "", 1, False, False
            end = len(piece)
            for mark in (
                re.finditer(r'[\\"\[\]]|.', piece, re.DOTALL) if escaped else re.finditer(r'\\.?|["\[\]]', piece)
            ):
                if escaped:
                    escaped = False
                    continue
                if mark[0][0] == "\\":
                    escaped = len(mark[0]) == 1
                elif mark[0] == '"':
                    quoted = not quoted
                elif mark[0] in "[]" and not quoted:
                    depth += 1 if mark[0] == "[" else -1
                    if not depth:
                        end = mark.start()
                        break
            yield piece[:end]
            piece = piece[end:]

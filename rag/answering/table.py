"""A comparison that a model writes as a Markdown table: taken apart into sentences, and put together from claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rag.answer import Claim, Table
from rag.answering.markers import Draft, parse, sentences_of

_RULE = re.compile(r"^[\s|:\-–—]+$")
_EMPTY = re.compile(r"^[\s\-–—/.]*(?:not stated|n/a|none|not given|not reported)?[\s\-–—/.]*$", re.IGNORECASE)

Place = tuple[int, int]  # row and column, both from 0


class TableBuilder:
    """Gives a reply out line by line, table cells as lines of their own, and remembers where each stood."""

    def __init__(self) -> None:
        self._columns: list[str] = []
        self._rows: list[str] = []
        self._places: dict[str, Place] = {}  # of a sentence as the model wrote it
        self._claimed: dict[str, Place] = {}  # of a sentence as it is shown

    def lines(self, pieces: Iterable[str]) -> Iterator[str]:
        """The text without the table around its cells, as it comes."""
        waiting = ""
        for piece in pieces:
            waiting += piece
            while "\n" in waiting:
                line, _, waiting = waiting.partition("\n")
                yield from self._line(line + "\n")
            if waiting and not waiting.lstrip().startswith("|") and waiting.strip():
                yield waiting  # no row of a table: given out as it grows
                waiting = ""
                # what follows on the same line is no row either
                for rest in pieces:
                    head, newline, waiting = rest.partition("\n")
                    yield head + newline
                    if newline:
                        break
        yield from self._line(waiting)

    def _line(self, line: str) -> Iterator[str]:
        if not line.lstrip().startswith("|"):
            yield line
            return
        if _RULE.match(line):
            return
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not self._columns:
            self._columns = [_plain(cell) for cell in cells[1:]]
            return
        self._rows.append(_plain(cells[0]))
        for column, cell in enumerate(cells[1 : len(self._columns) + 1]):
            if _EMPTY.match(cell):
                continue
            for sentence in sentences_of([cell]):
                self._places.setdefault(parse(sentence).text, (len(self._rows) - 1, column))
            yield cell.replace("\\|", "|") + "\n"

    def placed(self, draft: Draft, shown: str) -> None:
        """Notes as what text a draft is shown, if it is."""
        if draft.text in self._places:
            self._claimed[shown] = self._places[draft.text]

    def finish(self, claims: Sequence[Claim]) -> Table | None:
        """The table of the claims that stand in it, None where the model wrote none."""
        if not self._columns or not self._rows:
            return None
        cells: list[list[tuple[int, ...] | None]] = [[None] * len(self._columns) for _ in self._rows]
        for row, column in self._claimed.values():
            cells[row][column] = ()  # withheld, unless a claim is shown there
        for number, claim in enumerate(claims):
            if place := self._claimed.get(claim.text):
                row, column = place
                cells[row][column] = (*(cells[row][column] or ()), number)
        return Table(tuple(self._columns), tuple(self._rows), tuple(map(tuple, cells)))


def _plain(cell: str) -> str:
    """A heading without Markdown and ids."""
    return parse(cell.replace("**", "").replace("`", "")).text

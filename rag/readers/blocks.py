"""Files of tagged lines cut into records, one held at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.readers.lines import MAX_LINE, Lines


def blocks(lines: Lines, start: re.Pattern[str], end: re.Pattern[str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """The lines of each record with its first line's number, from a line that matches `start` on.

    Up to a line that matches `end`, which is left out, or to the next start. What stands between records is no record.
    """
    first, held, size = 0, list[str](), 0
    for line in lines:
        over = end is not None and end.match(line) is not None
        begins = start.match(line) is not None
        if held and (over or begins or size > MAX_LINE):
            if size > MAX_LINE:
                lines.too_long.append(first)
            else:
                yield first, held
            held, size = [], 0
        if over or not (held or begins):
            continue
        first = first if held else lines.number
        held.append(line.rstrip("\r\n"))
        size += len(line)
    if held and size <= MAX_LINE:
        yield first, held

"""Files of tagged lines cut into records, one held at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.readers.lines import MAX_LINE, Lines


def tagged(record: Iterable[str], tag: re.Pattern[str]) -> dict[str, list[str]]:
    """The values of a record's lines by their tags: group 1 of `tag`, in capitals; group 2 is a value's first line.

    A line without a tag goes on with the value before it; what stands in front of the first tag is left out.
    """
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for text in record:
        if match := tag.match(text):
            last = values.setdefault(match[1].upper(), [])
            last.append((match[2] or "").strip())
        elif last and text.strip():
            last[-1] = f"{last[-1]} {text.strip()}".strip()
    return values


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

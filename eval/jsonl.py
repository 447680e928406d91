"""Files of JSON lines that people write: read whole, with everything that is wrong told at once, by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import SourceError

T = TypeVar("T")


def read_jsonl(
    path: str | Path,
    parse: Callable[[Any, int], T],
    key: Callable[[T], str] | None = None,
    taken: str = "id {key!r} is taken by line {line}",
) -> list[T]:
    """What `parse` makes of each line's value and number; blank lines are passed over.

    No two may have the same `key`: `taken` says so. Raises SourceError that lists all that is wrong, a line each:
    what is no JSON, and what `parse` objects to in a ValueError (of several lines, where there are several things).
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    problems: list[str] = []
    items: list[T] = []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = parse(_value(line), number)
        except ValueError as error:
            problems += [f"{path}:{number}: {problem}" for problem in str(error).split("\n")]
            continue
        if key and first.setdefault(key(item), number) != number:
            problems.append(f"{path}:{number}: " + taken.format(key=key(item), line=first[key(item)]))
        items.append(item)
    if problems:
        raise SourceError("\n".join(problems))
    return items


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None

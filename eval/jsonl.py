"""Files of JSON lines, or of one JSON list, that people write: read whole, with all that is wrong told at once."""

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

    A file that is one JSON list, or an object with a list `data` (as ALCE's), is read as its items, counted from 1.

    No two may have the same `key`: `taken` says so. Raises SourceError that lists all that is wrong, a line each:
    what is no JSON, and what `parse` objects to in a ValueError (of several lines, where there are several things).
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    problems: list[str] = []
    items: list[T] = []
    first: dict[str, int] = {}
    listed = _listed(text)
    for number, line in enumerate(text.split("\n") if listed is None else listed, 1):
        if isinstance(line, str) and not line.strip():
            continue
        try:
            item = parse(_value(line) if listed is None else line, number)
        except ValueError as error:
            problems += [f"{path}:{number}: {problem}" for problem in str(error).split("\n")]
            continue
        if key and first.setdefault(key(item), number) != number:
            problems.append(f"{path}:{number}: " + taken.format(key=key(item), line=first[key(item)]))
        items.append(item)
    if problems:
        raise SourceError("\n".join(problems))
    return items


def _listed(text: str) -> list[Any] | None:
    """The items of a file that is one JSON value; None for one of JSON lines."""
    begins = text.lstrip()[:1]
    if begins != "[" and not (begins == "{" and text.lstrip().split("\n", 1)[0].rstrip()[-1:] != "}"):
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    data = whole.get("data") if isinstance(whole, dict) else whole
    return data if isinstance(data, list) else None


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None

"""What may be asked, and a filter by year, category, source, author or id as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.clean import clean
from rag.errors import QuestionError
from rag.text.entities import folded

MAX_CHARACTERS = 4000


Condition = tuple[str, list[Any]]  # SQL over the columns of the forward index, and its values


def check_question(text: str) -> str:
    """The question on one line, without what cannot be seen. Raises QuestionError when blank or too long."""
    text = clean(text)
    if not text:
        raise QuestionError("the question is blank: type one")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(text):,} characters; at most {MAX_CHARACTERS:,} can be asked")
    return text


def condition(where: Mapping[str, Any]) -> Condition:
    """A filter as SQL over the columns of the forward index. Raises ValueError for a name that is no column."""
    clauses: list[str] = []
    values: list[Any] = []
    groups: list[list[Any]]
    for name, wanted in where.items():
        options = list(wanted) if isinstance(wanted, (list, tuple, set)) else [wanted]
        if name == "year":
            part, groups = "year = ?", [[int(o)] for o in options]
        elif name == "category":
            part, groups = "instr(categories, ?) > 0", [[f" {o} "] for o in options]
        elif name == "id":
            part, groups = "id = ?", [[str(o)] for o in options]
        elif name == "source":  # a file, or the folder it was read from
            part = "source = ? OR source LIKE ? ESCAPE '\\'"
            groups = [[str(o), _like(str(o).rstrip("/")) + "/%"] for o in options]
        elif name == "author":  # "Ina Beck", or "Beck" alone; in the catalogue also "I. Beck"
            part = "id IN (SELECT paper FROM authors WHERE name = ? OR name LIKE ?)"
            groups = [_author(str(o)) for o in options]
        else:
            raise ValueError(f"cannot filter by {name!r}: year, category, source, author and id can be")
        clauses.append("(" + (" OR ".join([part] * len(options)) or "0") + ")")
        values += [value for group in groups for value in group]
    return " AND ".join(clauses) or "1", values


def _author(name: str) -> list[str]:
    """The values that an author's name is compared with: itself, and where it is one word, a family name."""
    name = folded(name)
    words = name.split()
    return [name, f"% {name}" if len(words) == 1 else f"{words[0][0]} {words[-1]}" if words else ""]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

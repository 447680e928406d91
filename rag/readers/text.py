"""Text of any source as people read it: the one function that every reader's titles, abstracts and names pass."""

from __future__ import annotations

from rag.clean import clean
from rag.readers.latex import decoded
from rag.readers.markup import without_markup
from rag.readers.twice_encoded import decoded_once_more

_NO_DATA = frozenset(
    ("", "nan", "n/a", "na", "n.a.", "none", "null", "nil", "-", "--", "—", "–", "?", "unknown", "undefined", "#n/a",
     "not available", "[not available]", "not applicable", "<na>", "<null>", "\\n")
)  # fmt: skip


def readable(text: str, latex: bool = False) -> str:
    """`text` on one line without LaTeX, HTML, JATS, MathML and entities; formulas stay TeX, unknown commands too.

    `latex` tells that the source is LaTeX through and through, as BibTeX is, where braces and ties are no text.
    """
    text = decoded_once_more(text)
    text = without_markup(text) if not latex else text
    text = decoded(text, latex)
    return clean(without_markup(text))


def is_data(text: str) -> bool:
    """Whether a cell says anything: "NA", "nan" and the like stand for nothing."""
    return text.strip().casefold() not in _NO_DATA

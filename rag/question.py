"""What may be asked."""

from __future__ import annotations

from rag.clean import clean
from rag.errors import QuestionError

MOST_CHARACTERS = 4000


def check_question(text: str) -> str:
    """The question on one line, without what cannot be seen. Raises QuestionError when blank or too long."""
    text = clean(text)
    if not text:
        raise QuestionError("the question is blank: type one")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"the question has {len(text):,} characters; at most {MOST_CHARACTERS:,} can be asked")
    return text

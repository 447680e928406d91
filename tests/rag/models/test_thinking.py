"""Thoughts in the text of a reasoning model, cut into pieces anywhere."""

import pytest

from rag.models.thinking import without_thoughts


def told(text: str, size: int, thinks_first: bool = False) -> tuple[str, str, int]:
    """The answer, the thoughts, and how often a thought ended that was never opened."""
    thoughts: list[str] = []
    unopened: list[int] = []
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    answer = "".join(without_thoughts(pieces, thinks_first, thoughts.append, lambda: unopened.append(1)))
    return answer, "".join(thoughts), len(unopened)


@pytest.mark.parametrize("size", [1, 2, 5, 7, 1000])
def test_thoughts_are_told_from_the_answer(size: int) -> None:
    assert told("<think>Hm, [1.2] says X.</think>\nX. [1.2]", size) == ("\nX. [1.2]", "Hm, [1.2] says X.", 0)
    assert told("Hm, X.</think>X. [1.2]", size, thinks_first=True) == ("X. [1.2]", "Hm, X.", 0)
    assert told("Hm, X.</think>X. [1.2]", size) == ("Hm, X.X. [1.2]", "", 1)
    assert told("a < b and <thin air>", size) == ("a < b and <thin air>", "", 0)
    assert told("<think>never ends", size)[0] == ""
    assert told("A.<think>again</think> B.", size) == ("A. B.", "again", 0)

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.markers import Draft, parse, sentences_of, titles_whole


@pytest.mark.parametrize(
    ("written", "text", "cited"),
    [
        ("It is fast [1].", "It is fast.", ((1, None),)),
        ("It is fast. [1]", "It is fast.", ((1, None),)),
        ("It is fast [1, 2].", "It is fast.", ((1, None), (2, None))),
        ("It is fast [1][3].", "It is fast.", ((1, None), (3, None))),
        ("It is fast [1.2].", "It is fast.", ((1, 2),)),
        ("It is fast [1.2, 3.1].", "It is fast.", ((1, 2), (3, 1))),
        ("It is fast [1-3].", "It is fast.", ((1, None), (2, None), (3, None))),
        ("It is fast (1).", "It is fast.", ((1, None),)),
        ("It is fast【2】.", "It is fast.", ((2, None),)),
        ("It is fast [Source 2].", "It is fast.", ((2, None),)),
        ("It is fast [^1].", "It is fast.", ((1, None),)),
        ("In (2023) it was fast (1).", "In (2023) it was fast.", ((1, None),)),
        ("There are (2) ways.", "There are (2) ways.", ()),
        ("It is fast [1-999].", "It is fast.", ((1, None), (999, None))),
        ("It is fast [sic].", "It is fast [sic].", ()),
        ("[1]", "", ((1, None),)),
        ("No marker.", "No marker.", ()),
    ],
)
def test_parse(written: str, text: str, cited: tuple[tuple[int, int | None], ...]) -> None:
    assert parse(written) == Draft(text, cited)


def test_sentences_keep_the_markers_that_follow() -> None:
    text = "One is so. [1.1] Two is e.g. this [2]. Three. [3][4] Four"
    expected = ["One is so. [1.1]", "Two is e.g. this [2].", "Three. [3][4]", "Four"]
    assert [s.strip() for s in sentences_of([text])] == expected
    assert [s.strip() for s in sentences_of(text)] == expected  # a character at a time


def test_lines_are_sentences_of_their_own() -> None:
    assert [s.strip() for s in sentences_of(["- a [1]\n- b", " [2]\n"])] == ["- a [1]", "- b [2]"]


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    def pieces() -> Iterator[str]:
        yield "One. [1] Tw"
        yield "STOP"

    stream = sentences_of(pieces())
    assert next(stream).strip() == "One. [1]"


@given(st.text(alphabet=st.sampled_from("aB1[](),.-–^ \n【】"), max_size=120))
def test_any_text_is_parsed(text: str) -> None:
    parse(text)
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())


def test_a_title_at_the_head_of_a_line_is_not_cut() -> None:
    titles = {"Does It Scale? Evidence from Birds", "Plain"}
    said = "- Does It Scale? Evidence from Birds: it does [1.2].\n- Plain: not so [2.1].\nDoes it? Yes."
    assert [s.strip() for s in titles_whole(sentences_of([said]), titles)] == [
        "- Does It Scale? Evidence from Birds: it does [1.2].",
        "- Plain: not so [2.1].",
        "Does it?",
        "Yes.",
    ]

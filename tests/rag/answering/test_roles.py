import pytest

from rag.answering.roles import mid_thought, readable, roles_of
from rag.text.sentences import split_sentences


@pytest.mark.parametrize(
    "noise",
    [
        "Code is available at https://example.org.",
        "Our code and data will be made publicly available.",
        "We hope that this work inspires others to count moss.",
        "Copyright 2021 The Authors. All rights reserved.",
        "(C) 2021 The Author(s). Published by Nosuch Society.",
        "The source code can be found here: www.example.org",
    ],
)
def test_what_says_nothing_of_the_work_is_not_quoted(noise: str) -> None:
    assert not readable(noise)


@pytest.mark.parametrize(
    "sentence",
    [
        "We release a corpus of 3,000 letters that were written by hand between 1700 and 1750.",
        "Public data on moss are scarce, so we measure forty roofs ourselves.",
        "The model finds 93% of the moss.",
        "We will release the models in sizes 1B and 7B: https://example.org/moss.",
    ],
)
def test_what_says_something_is(sentence: str) -> None:
    assert readable(sentence)


def test_a_sentence_that_needs_the_one_before() -> None:
    for opening in ("To address this, we cut it.", "Our method is fast.", "It sends a signal.", "These results hold."):
        assert mid_thought(opening)
    for opening in ("MossNet counts moss.", "We introduce MossNet, a network.", "Moss on walls dries in summer."):
        assert not mid_thought(opening)


def test_roles_of_an_abstract() -> None:
    abstract = (
        "Counting moss by hand is costly. We propose MossNet, a network for it. It is trained by cutting photographs "
        "into tiles. Experiments show that it finds 93% of the moss. It still fails on wet walls. Code is available "
        "at x.org."
    )
    assert roles_of(split_sentences(abstract)) == ["problem", "idea", "how", "result", "limit", "other"]

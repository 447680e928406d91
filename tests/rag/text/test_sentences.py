import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import split_sentences


def texts(text: str) -> list[str]:
    return [s.text for s in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "We use many tasks, e.g. question answering, i.e. a lot.",
        "Vaswani et al. introduced the Transformer vs. recurrent nets.",
        "Accuracy rises from 3.5 to 97.6% with v2.1 of the code.",
        "The code is at https://github.com/a/b.git and at example.org/x.",
        "It runs in $O(n. log n)$ time, where $k. K$ is the rank.",
        "See Fig. 3 and Eq. (2) for details.",
        "We follow J. Smith and U.S. law, cf. Section 2.",
        "Models such as GPT-3.5 and Llama 2.0 are tried...",
        "On the one hand (e.g. Mamba, H3), it is fast.",
        "Results: (1) universal: all models; (2) sparse: less than 5\\%.",
        "We show gains w.r.t. BLEU under i.i.d. Data.",
    ],
)
def test_stays_whole(sentence: str) -> None:
    assert texts(sentence) == [sentence]
    assert texts(f"{sentence} We go on.") == [sentence, "We go on."]


def test_cuts_where_sentences_end() -> None:
    assert texts('He said "no." Then he left! Why? (It was maxsim.) So.') == [
        'He said "no."',
        "Then he left!",
        "Why?",
        "(It was maxsim.)",
        "So.",
    ]
    assert texts("We release v2. Try it.") == ["We release v2.", "Try it."]
    assert texts("It has parts, etc. The rest follows.") == ["It has parts, etc.", "The rest follows."]
    assert texts("这是一句。这是第二句！") == ["这是一句。", "这是第二句！"]
    assert texts("Accuracy is 97%. 12 subjects took part.") == ["Accuracy is 97%.", "12 subjects took part."]
    assert texts("") == []
    assert texts(" \n ") == []


@given(st.text(alphabet=st.sampled_from("aB1 .!?\n$()\"'。[]{}\\é"), max_size=200))
def test_spans_are_exact_and_cover_everything(text: str) -> None:
    sentences = split_sentences(text)
    assert all(text[s.start : s.end] == s.text and s.text.strip() == s.text for s in sentences)
    assert [s.index for s in sentences] == list(range(len(sentences)))
    assert "".join("".join(s.text.split()) for s in sentences) == "".join(text.split())

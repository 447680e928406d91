import re

from hypothesis import given
from hypothesis import strategies as st

from rag.models.embedding import load_embedder
from rag.readers import read_papers
from rag.text.chunking import TARGET_TOKENS, passage_text, passages_of
from rag.types import Paper
from tests.conftest import ROOT


def words(text: str) -> int:
    return len(re.findall(r"\S+", text))


def uncovered(paper: Paper, spans: list[tuple[int, int]]) -> str:
    """What of the abstract no passage holds."""
    position, left = 0, ""
    for start, end in spans:
        left += paper.abstract[position:start]
        position = end
    return (left + paper.abstract[position:]).strip()


def test_every_abstract_of_the_collection_is_covered_exactly() -> None:
    count = load_embedder().count
    papers = list(read_papers(ROOT / "data" / "daily_papers"))
    assert len(papers) == 329
    for paper in papers:
        passages = passages_of(paper, count)
        assert [p.index for p in passages] == list(range(len(passages)))
        assert all(paper.abstract[p.start : p.end] == p.text for p in passages)
        assert uncovered(paper, [(p.start, p.end) for p in passages]) == ""
        assert all(count(passage_text(paper, p, count)) <= TARGET_TOKENS for p in passages)


@given(st.text(max_size=3000).filter(str.strip), st.text(max_size=400).filter(str.strip))
def test_any_text_is_covered(abstract: str, title: str) -> None:
    paper = Paper("x", title, abstract)

    def letters(text: str) -> int:
        return len(text.replace(" ", ""))

    passages = passages_of(paper, letters)
    assert all(abstract[p.start : p.end] == p.text for p in passages)
    assert uncovered(paper, [(p.start, p.end) for p in passages]) == ""
    assert all(letters(p.text) <= TARGET_TOKENS for p in passages)


def test_a_sentence_longer_than_the_window_is_cut_between_words() -> None:
    paper = Paper("x", "A title", "word " * 600 + "end.")
    passages = passages_of(paper, words)
    assert len(passages) == 3
    assert all(p.text.startswith("word") for p in passages)
    assert all(words(passage_text(paper, p, words)) <= TARGET_TOKENS for p in passages)


def test_a_very_long_title_leaves_room_for_the_text() -> None:
    paper = Paper("x", "title " * 300, "One sentence here. " * 50)
    assert all(words(passage_text(paper, p, words)) <= TARGET_TOKENS for p in passages_of(paper, words))


def test_a_model_with_a_smaller_window_gets_smaller_passages() -> None:
    paper = Paper("x", "title " * 300, "One sentence here. " * 50)
    passages = passages_of(paper, words, window=40)
    assert all(words(passage_text(paper, p, words, 40)) <= 40 for p in passages)
    assert "title" in passage_text(paper, passages[0], words, 40)
    assert passage_text(paper, passages[1], words, 40) == passages[1].text

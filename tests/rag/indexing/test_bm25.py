from pathlib import Path

import pytest

from rag.indexing.bm25 import Bm25Index
from rag.types import Paper


@pytest.fixture
def lexical(tmp_path: Path, papers: list[Paper]) -> Bm25Index:
    index = Bm25Index(tmp_path / "lexical")
    index.write(papers)
    return index


def test_words_are_stemmed_and_the_title_counts_more(lexical: Bm25Index) -> None:
    assert lexical.search("remembering an ad", 1)[0][0] == "t-ads"
    lexical.write([Paper("a", "Zebras", "Animals graze."), Paper("b", "Animals", "Zebras graze.")])
    assert [i for i, _ in lexical.search("zebra", 5)] == ["a", "b"]


def test_scores_of_some_papers_are_those_of_the_search(lexical: Bm25Index) -> None:
    found = dict(lexical.search("streaming attention heads memory", 10))
    assert lexical.scores("streaming attention heads memory", ["t-hippo", "2410.10819", "unknown"]) == {
        i: pytest.approx(found[i]) for i in ("t-hippo", "2410.10819")
    }


def test_a_word_said_twice_counts_once(lexical: Bm25Index) -> None:
    assert lexical.search("memory memory Memory", 5) == lexical.search("memory", 5)


@pytest.mark.parametrize(
    "text", ["", "?!", "x" * 50, "在限定一亿词以内数据的语言模型训练竞赛中，图文赛道有参赛作品超过基线吗?"]
)
def test_text_without_usable_words_finds_nothing(lexical: Bm25Index, text: str) -> None:
    assert lexical.search(text, 5) == []
    assert lexical.scores(text, ["t-hippo"]) == {}

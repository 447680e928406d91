import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import SettingsError
from rag.library import Library
from rag.readers import read_papers
from rag.retrieval.hybrid import fuse
from rag.types import Paper
from tests.conftest import ROOT, FakeEmbedder


class Backwards:
    """Thinks the shortest abstract best."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Any:
        self.read = list(pairs)
        return [-len(text) for _, text in pairs]


def test_fusion_weighs_both_scores_from_fixed_floors() -> None:
    np.testing.assert_allclose(fuse(np.array([1.0, 0.0]), np.array([0.0, 5.0])), [0.7, 0.7 * 0.5 + 0.3])
    np.testing.assert_allclose(fuse(np.array([0.5]), np.array([0.0])), [0.7])


def test_scores_fall_and_a_smaller_k_is_the_head_of_a_larger_one(library: Library) -> None:
    matches = library.retrieve("streaming attention", 4).matches
    scores = [m.score for m in matches]
    assert scores == sorted(scores, reverse=True)
    assert [m.record.paper.id for m in library.retrieve("streaming attention", 2).matches] == [
        m.record.paper.id for m in matches[:2]
    ]


def test_late_scores_are_shaped_by_question_and_sentences(library: Library) -> None:
    found = library.retrieve("Which theory inspired HippoRAG?", 1)
    maxsim = found.matches[0].maxsim
    sentences = len(found.matches[0].record.sentences)
    assert maxsim.matches.shape == (len(found.tokens.weights), sentences)
    assert maxsim.sentences.shape == (sentences,)
    assert maxsim.coverage.shape == maxsim.title.shape == found.tokens.weights.shape
    assert maxsim.score == pytest.approx(float(found.tokens.weights @ maxsim.coverage))
    assert int(maxsim.sentences.argmax()) == 1


def test_a_wide_filter_finds_what_a_narrow_one_does(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = library.search("memory and attention", where={"year": [2023, 2024]})
    monkeypatch.setattr("rag.retrieval.hybrid.EXACT_PAPERS", 0)
    assert library.search("memory and attention", where={"year": [2023, 2024]}) == narrow


def test_a_wide_filter_is_sifted_until_there_are_enough(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "memory attention graph retrieval cache theory speech vision".split()
    many = [
        Paper(f"p{i}", f"Paper {i}", f"On {words[i % 8]} and {words[i // 8 % 8]}, {i}.", year=2000 + i % 5)
        for i in range(400)
    ]
    library = Library.open(tmp_path / "many", embedder=embedder)
    library.sync(many)
    where = {"year": 2003}
    narrow = library.search("memory and attention", k=60, where=where)
    monkeypatch.setattr("rag.retrieval.hybrid.EXACT_PAPERS", 50)
    monkeypatch.setattr("rag.retrieval.hybrid.MIN_DEPTH_FILTERED", 10)
    asked: list[int] = []
    search = library.index.vector_store.search

    def counted(vector: Any, n: int) -> Any:
        asked.append(n)
        return search(vector, n)

    monkeypatch.setattr(library.index.vector_store, "search", counted)
    wide = library.search("memory and attention", k=60, where=where)
    assert wide == narrow
    assert len(wide) == 60
    assert len(asked) > 1  # one batch did not hold enough of that year
    library.close()


def test_a_reranker_orders_the_papers_and_keeps_the_scores(tmp_path: Path, papers: list[Paper]) -> None:
    plain = Library.open(tmp_path / "home", embedder=FakeEmbedder())
    plain.sync(papers)
    before = plain.search("memory", k=4)
    judge = Backwards()
    after = Library.open(tmp_path / "home", embedder=FakeEmbedder(), reranker=judge).search("memory", k=4)
    lengths = [len(f"{h.paper.title}\n{h.paper.abstract}") for h in after]
    assert lengths == sorted(lengths)
    assert [h.score for h in after] == [h.score for h in before]
    assert judge.read[0][0] == "memory"


def test_a_reranker_that_is_none_is_refused(tmp_path: Path, papers: list[Paper]) -> None:
    class Classifier(Backwards):
        def predict(self, pairs: Sequence[tuple[str, str]]) -> Any:
            return np.zeros((len(pairs), 3))

    library = Library.open(tmp_path / "home", embedder=FakeEmbedder(), reranker=Classifier())
    library.sync(papers)
    with pytest.raises(SettingsError, match="one score a pair"):
        library.search("memory")


def test_an_older_forward_index_is_built_anew_from_chroma(library: Library, embedder: FakeEmbedder) -> None:
    before = library.search("retrieval heads", k=4)
    library.index.forward_index._db.execute("PRAGMA user_version = 0")
    library.close()
    again = Library.open(library.home, embedder=embedder)
    assert again.search("retrieval heads", k=4) == before
    assert again.index.forward_index.state("writing") == ""


def test_a_resumed_index_equals_a_fresh_one(tmp_path: Path, papers: list[Paper], embedder: FakeEmbedder) -> None:
    def cut_off(done: int) -> None:
        raise KeyboardInterrupt

    fresh, cut = (Library.open(tmp_path / name, embedder=embedder) for name in ("fresh", "cut"))
    fresh.sync(papers)
    with pytest.raises(KeyboardInterrupt):
        cut.sync(papers[:2], progress=cut_off)
    cut.close()
    resumed = Library.open(tmp_path / "cut", embedder=embedder)
    resumed.sync(papers)
    assert resumed.index.frequency == fresh.index.frequency
    assert resumed.index.forward_index.hashes() == fresh.index.forward_index.hashes()
    for query in ("memory", "attention sinks", "how much faster is decoding"):
        assert resumed.search(query, k=4) == fresh.search(query, k=4)


@pytest.mark.slow
def test_every_runtime_finds_the_same_papers(tmp_path: Path) -> None:
    """The whole collection, indexed by each runtime and asked by each: the same ten papers."""
    papers = read_papers(ROOT / "data" / "daily_papers")
    homes = {runtime: Library.open(tmp_path / runtime, runtime=runtime) for runtime in ("openvino", "torch")}
    for library in homes.values():
        library.sync(list(papers))
    crossed = Library.open(tmp_path / "openvino", runtime="torch")
    rows = (ROOT / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[::6]
    for question in (json.loads(row)["question"] for row in rows):
        found = {tuple(h.paper.id for h in library.search(question)) for library in (*homes.values(), crossed)}
        assert len(found) == 1, question

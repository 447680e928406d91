"""Papers come, change and go in any order: the library always holds and finds what a plain dict would."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rag.library import Library
from rag.types import Paper
from tests.conftest import FakeEmbedder
from tests.crashing import WORDS

IDS = st.integers(0, 30)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40)


class Churn(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.embedder = FakeEmbedder()
        self.library = Library.open(Path(self.folder.name), embedder=self.embedder)
        self.model: dict[str, Paper] = {}

    @rule(texts=st.dictionaries(IDS, TEXTS, max_size=12), version=st.integers(0, 3))
    def sync(self, texts: dict[int, list[str]], version: int) -> None:
        """Adds papers and brings in other versions; an older one changes nothing."""
        given = [Paper(f"p{i}", f"Title {i}", " ".join(words), version=version) for i, words in texts.items()]
        report = self.library.sync(given)
        newer = [p for p in given if p.id not in self.model or self.model[p.id].version <= p.version]
        changed = [p for p in newer if self.model.get(p.id) != p]
        assert report.added + report.updated == len(changed)
        self.model.update({p.id: p for p in changed})

    @rule(numbers=st.sets(IDS, max_size=12))
    def remove(self, numbers: set[int]) -> None:
        gone = {f"p{i}" for i in numbers}
        assert self.library.remove(sorted(gone)) == len(gone & self.model.keys())
        self.model = {i: p for i, p in self.model.items() if i not in gone}

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(Path(self.folder.name), embedder=self.embedder)

    @invariant()
    def holds_what_the_dict_holds(self) -> None:
        assert {p.id: p for p in self.library.papers()} == self.model
        assert self.library.index.vector_store.hashes() == {i: p.content_hash for i, p in self.model.items()}
        assert self.library.index.bm25.ids() == self.model.keys()

    @invariant()
    def finds_what_an_exact_search_finds(self) -> None:
        vector = self.embedder.encode_query("baran celem ditis").vector
        ids, passages = self.library.index.forward_index.vectors(sorted(self.model))
        exact = sorted(((float((own @ vector).max()), i) for i, own in zip(ids, passages, strict=True)), reverse=True)
        found: dict[str, float] = {}
        for passage, cosine in self.library.index.vector_store.search(vector, 1000):
            found.setdefault(passage.partition("#")[0], cosine)
        assert found.keys() == self.model.keys()
        np.testing.assert_allclose([found[i] for _, i in exact], [cosine for cosine, _ in exact], atol=1e-3)
        assert {h.paper.id for h in self.library.search("baran celem ditis", 1000)} == self.model.keys()

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()


def test_fifty_rounds_leave_the_library_exact() -> None:
    run_state_machine_as_test(
        Churn, settings=settings(max_examples=1, stateful_step_count=50, deadline=None, derandomize=True)
    )

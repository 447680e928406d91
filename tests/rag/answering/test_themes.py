"""Themes and names of a small collection."""

from __future__ import annotations

from collections import Counter

from rag.answering import themes
from rag.library import Library
from rag.types import Paper

MOSS = "We study moss growth on stone walls. Various scenarios with BRYO-2 are compared."
HAWK = "We study hawk nests in tall trees. Various scenarios with RaptorNet are compared."


def test_a_theme_is_named_by_phrases_of_its_own_and_knows_its_papers(library: Library) -> None:
    library.remove([p.id for p in library.papers()])
    library.sync(
        Paper(f"{kind}-{i}", f"{title} {i}", f"{text} It is number {i}.")
        for kind, title, text in (("m", "Moss growth", MOSS), ("h", "Hawk nests", HAWK))
        for i in range(6)
    )
    found = themes.themes(library)
    assert sorted(i for theme in found for i in theme.ids) == sorted(p.id for p in library.papers())
    for theme in found:
        kind = theme.ids[0][0]
        assert {i[0] for i in theme.ids} == {kind}
        assert theme.words[0] == {"m": "moss growth", "h": "hawk nests"}[kind]
        assert not {"various", "scenarios"} & set(" ".join(theme.words).split())


def test_an_incomplete_phrase_names_nothing() -> None:
    spoken: themes.Spoken = {}
    found = themes._phrases("Mixture of Experts, a state-space model", spoken)
    assert {"mixture of expert", "state-space model"} <= found
    assert "of expert" not in found
    here = Counter({"mixture": 5, "expert": 5, "mixture of expert": 5})
    named = themes._names(here, 5, Counter(here), 100, dict.fromkeys(here, 1.0))
    assert named == ["mixture of expert"]


def test_names_that_several_papers_give(library: Library) -> None:
    library.sync(
        Paper(f"n-{i}", f"Paper {i}", f"We use BRYO-2{' and LLMs' if i % 2 else ' and an LLM'}. An LLM-based way.")
        for i in range(20)
    )
    library.sync(Paper(f"o-{i}", f"Other {i}", "Ferns" + " on CLIFF-1." * (i < 4)) for i in range(60))
    assert themes.most_named(library) == {"CLIFF-1": ["o-0", "o-1", "o-2", "o-3"]}

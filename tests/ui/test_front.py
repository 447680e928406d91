from __future__ import annotations

import re

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.types import Paper
from tests.ui.scripted import Scripted
from ui import front, map
from ui.front import Front


def many(library: Library, n: int = 12) -> None:
    papers = [
        Paper(f"m-{i}", f"{'Moss' if i % 2 else 'Fern'} <b> {i}", f"It grows on wall {i}.", year=2020 + i % 3)
        for i in range(n)
    ]
    library.sync(papers)


def test_the_landing_names_the_collection_and_what_answers(library: Library, model: Scripted) -> None:
    page = Front(library, lambda: Assistant(library)).hero()
    assert "Ask 4 papers" in page
    assert "from other.jsonl, a.txt, b.txt" in page
    assert "without a language model" in page
    assert "scripted writes the answers" in Front(library, lambda: Assistant(library, model)).hero()
    library.remove([p.id for p in library.papers()])
    empty = Front(library, lambda: Assistant(library))
    assert "No papers yet" in empty.hero()
    assert empty.below() == ""


def test_below_it_are_examples_years_themes_and_the_newest(library: Library) -> None:
    many(library)
    page = Front(library, lambda: Assistant(library)).below()
    assert 'name="try"' in page
    assert 'value="2022" title="4 papers of 2022"' in page
    assert "<h3>Newest</h3>" in page
    assert 'name="theme"' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_many_sources_are_named_by_their_folder(library: Library) -> None:
    library.sync([Paper(f"s-{i}", f"Title {i}", "Text.", source=f"mine/more/{i}.bib") for i in range(2)])
    library.remove(["t-ads"])
    assert front.collection(library) == "4 files"
    library.remove([p.id for p in library.papers({"source": "pages"})])
    assert front.collection(library) == "0.bib, 1.bib"


def test_the_map_has_a_point_for_each_paper_that_opens_it(library: Library) -> None:
    assert map.picture(library) == "<p>Too few papers for a map.</p>"
    many(library)
    drawn = map.picture(library)
    assert len(re.findall(r'<a class="do" name="paper" href="#" data-value="[^"]+"><title>', drawn)) == 16
    assert "Fern &lt;b&gt; 0" in drawn
    assert "<metadata" not in drawn
    assert map.picture(library) is drawn

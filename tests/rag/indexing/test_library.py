import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryError, NoIndexError, QuestionError
from rag.indexing.records import encode
from rag.indexing.writer import writing
from rag.library import Library
from rag.readers import read_papers
from rag.types import Paper
from tests.conftest import ROOT, FakeEmbedder


def test_sync_counts_every_record_once(library: Library, papers: list[Paper]) -> None:
    newer = replace(papers[0], abstract=papers[0].abstract + " It was extended.")
    other = replace(papers[3], title="Something else entirely", source="x.jsonl", line=7)
    report = library.sync([newer, papers[1], papers[1], papers[2], papers[3], other])
    assert (report.added, report.updated, report.unchanged, report.duplicates, report.rejected) == (0, 1, 3, 1, 1)
    assert report.read == 6
    assert str(report.rejections[0]).startswith("x.jsonl:7: id t-ads already names another paper")
    assert "extended" in next(p for p in library.papers() if p.id == papers[0].id).abstract


def test_unchanged_papers_are_not_embedded_again(library: Library, papers: list[Paper], embedder: FakeEmbedder) -> None:
    embedder.encoded.clear()
    assert library.sync(papers).unchanged == 4
    assert embedder.encoded == []


def test_the_same_paper_with_other_text_is_noted_and_the_first_kept(library: Library, papers: list[Paper]) -> None:
    other = replace(papers[0], abstract="Quite another abstract.", source="b.csv", line=9)
    report = library.sync([papers[0], other])
    assert (report.unchanged, report.duplicates) == (1, 1)
    assert report.notes == ["b.csv:9: differs from pages/a.txt:1, the same paper; the first is kept"]
    assert library.sync([papers[0], other]).updated == 0


def test_the_newest_version_wins_whatever_the_order(library: Library, papers: list[Paper]) -> None:
    first, second = (replace(papers[0], version=v, abstract=f"Version {v} of it.") for v in (1, 2))
    library.sync([first, second])
    assert next(library.papers()).version == 2
    report = library.sync([first, second])
    assert (report.updated, report.unchanged) == (0, 2)
    assert library.index.vector_store.count() == library.index.forward_index.counts()[1]


def test_a_shorter_update_leaves_no_passage_behind(library: Library, papers: list[Paper]) -> None:
    long = replace(papers[0], abstract="One more sentence stands here. " * 120)
    library.sync([long])
    assert len(library.index.vector_store.get([long.id])[0].passages) > 2
    library.sync([papers[0]])
    stored = library.index.vector_store.get([long.id])[0]
    assert stored.whole
    assert stored.paper == papers[0]
    assert len(stored.passages) == 1
    assert library.index.vector_store.count() == library.index.forward_index.counts()[1]


def test_remove_takes_a_paper_from_everywhere(library: Library) -> None:
    before = dict(library.index.frequency)
    assert library.remove(["2410.10819", "unknown"]) == 1
    assert len(library) == 3
    assert library.index.bm25.count() == 3
    assert library.index.vector_store.get(["2410.10819"]) == []
    assert "2410.10819" not in [h.paper.id for h in library.search("DuoAttention retrieval heads", k=10)]
    assert library.index.frequency != before
    assert all(n > 0 for n in library.index.frequency.values())


def test_search_finds_the_paper_its_passage_and_sentence(library: Library) -> None:
    hits = library.search("which theory inspired HippoRAG?", k=2)
    assert len(hits) == 2
    assert hits[0].paper.id == "t-hippo"
    assert hits[0].score > hits[1].score
    assert "hippocampal indexing theory" in hits[0].sentence.text
    assert hits[0].sentence.text in hits[0].passage.text


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"year": 2024}, {"2410.10819", "t-hippo"}),
        ({"year": [2023, 2024]}, {"2309.17453", "2410.10819", "t-hippo"}),
        ({"category": "cs.AI"}, {"2309.17453"}),
        ({"category": "cs"}, set()),
        ({"source": "pages"}, {"2309.17453", "2410.10819", "t-hippo"}),
        ({"source": "pages/b.txt", "category": "cs.IR"}, {"t-hippo"}),
        ({"year": []}, set()),
    ],
)
def test_filters(library: Library, where: dict[str, object], found: set[str]) -> None:
    assert {h.paper.id for h in library.search("memory and attention", where=where)} == found


def test_bad_queries_are_refused(library: Library) -> None:
    with pytest.raises(QuestionError, match="blank"):
        library.search("  \n")
    with pytest.raises(QuestionError, match="20,000 characters"):
        library.search("x" * 20_000)
    with pytest.raises(ValueError, match="'colour'"):
        library.search("attention", where={"colour": "Xiao"})


def test_query_syntax_is_only_text(library: Library) -> None:
    for query in ['title:"x', "AND OR NOT", "(((", "a* b~2 [x TO y]", "!?", "x\x00", "注意力", "{}^^"]:
        library.search(query, k=3)


def test_an_empty_library_finds_nothing(tmp_path: Path, embedder: FakeEmbedder) -> None:
    library = Library.open(tmp_path / "empty", embedder=embedder)
    assert library.search("anything") == []
    assert library.status()["papers"] == 0


def test_reopened_it_finds_the_same(library: Library, embedder: FakeEmbedder) -> None:
    before = library.search("retrieval heads", k=4)
    library.close()
    assert Library.open(library.home, embedder=embedder).search("retrieval heads", k=4) == before


def test_another_model_is_refused_and_named(library: Library) -> None:
    library.close()
    with pytest.raises(LibraryError, match=r"embedding 'fake@1'.*'fake@2'.*index"):
        Library.open(library.home, embedder=FakeEmbedder("fake@2"))


def test_no_index_says_how_to_make_one(tmp_path: Path, embedder: FakeEmbedder) -> None:
    with pytest.raises(NoIndexError, match="askpapers index"):
        Library.open(tmp_path / "none", embedder=embedder, create=False)
    assert not (tmp_path / "none").exists()


def test_what_a_cut_off_write_left_is_repaired(library: Library, papers: list[Paper], embedder: FakeEmbedder) -> None:
    """Chroma is the truth: rows it has and the others lack are derived again, half papers are completed."""
    more = replace(papers[0], id="t-more", title="Reached Chroma only", abstract="Zebras graze. " * 80)
    with writing(library.index):
        record = encode(library.embedder, [more])[0]
        library.index.vector_store.put([(record.paper, record.passages, record.vectors)], [])
        library.index.vector_store._delete_rows([f"{more.id}#1"])  # half written
        library.index.vector_store.delete(["t-ads"])  # deleted there, not yet elsewhere
    library.index.forward_index.set_state("writing", "1")
    library.close()
    again = Library.open(library.home, embedder=embedder)
    assert {p.id for p in again.papers()} == {"2309.17453", "2410.10819", "t-hippo", "t-more"}
    assert again.search("zebras", k=1)[0].paper == more
    assert all(s.whole for s in again.index.vector_store.get([p.id for p in papers] + [more.id]))
    assert again.index.bm25.count() == 4
    assert again.index.vector_store.count() == again.index.forward_index.counts()[1]
    assert again.index.forward_index.state("writing") == ""


def test_a_second_reader_sees_what_was_written(library: Library, papers: list[Paper], embedder: FakeEmbedder) -> None:
    reader = Library.open(library.home, embedder=embedder)
    assert reader.search("zebras graze", k=1)[0].paper.id != "t-zebra"
    library.sync([replace(papers[0], id="t-zebra", title="Zebras", abstract="Zebras graze in the savanna.")])
    assert reader.search("zebras graze", k=1)[0].paper.id == "t-zebra"


def test_a_second_writer_is_told_who_writes(library: Library, papers: list[Paper], embedder: FakeEmbedder) -> None:
    other = Library.open(library.home, embedder=embedder)
    with writing(library.index), pytest.raises(LibraryError, match=r"process \d+ is writing"):
        other.sync(papers)


def test_every_import_is_in_the_ledger(library: Library, papers: list[Paper], tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"title": "No abstract"}\nnot json\n')
    library.sync(read_papers(tmp_path / "bad.jsonl"))
    entries = [json.loads(line) for line in (library.home / "ledger.jsonl").read_text().splitlines()]
    assert [e["added"] for e in entries] == [4, 0]
    assert entries[1]["read"] == entries[1]["rejected"] == 2
    assert entries[1]["rejections"][0].startswith("bad.jsonl:1: ")


def test_the_default_collection(tmp_path: Path) -> None:
    """The real model over the real pages: 329 records, 259 papers, and a question finds its paper."""
    library = Library.open(tmp_path / "real")
    report = library.sync(read_papers(ROOT / "data" / "daily_papers"))
    assert (report.read, report.added, report.duplicates, report.rejected) == (329, 259, 70, 0)
    assert library.sync(read_papers(ROOT / "data" / "daily_papers")).unchanged == 259
    hits = library.search("What does BiFormer do at the coarse level before its fine-grained attention?", k=3)
    assert hits[0].paper.title.startswith("BiFormer")
    assert "first filtered out at a coarse region level" in hits[0].sentence.text


def test_what_chroma_does_not_find_is_written_again(
    tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path / "home", embedder=embedder)
    answers = [["a#0"], []]
    monkeypatch.setattr(library.index.vector_store, "unreachable", lambda rows: answers.pop(0))
    written: list[str] = []
    put = library.index.vector_store.put

    def noted(rows: Any, known: Any) -> None:
        written.extend(row[0].id for row in rows)
        put(rows, known)

    monkeypatch.setattr(library.index.vector_store, "put", noted)
    papers = [Paper("a", "A", "On memory."), Paper("b", "B", "On attention.")]
    assert library.sync(papers).notes == []
    assert written == ["a", "b", "a"]
    monkeypatch.setattr(library.index.vector_store, "unreachable", lambda rows: ["c#0"])
    (note,) = library.sync([Paper("c", "C", "On speech.")]).notes
    assert note.startswith("the passage c#0 is not found by its own vector: askpapers doctor --repair")
    library.close()


def test_an_authors_whole_name_finds_that_authors_papers(library: Library) -> None:
    assert {hit.paper.id for hit in library.search("Guangxuan Xiao")} == {"2309.17453", "2410.10819"}
    assert [hit.paper.id for hit in library.search("song han")] == ["2309.17453"]
    assert len(library.search("Nobody Known")) == 4
    assert [hit.paper.id for hit in library.search("Song Han", where={"year": 2024})] == []


def test_pages_of_papers_and_one_by_its_id(library: Library) -> None:
    ids = [paper.id for paper in library.papers()]
    assert [p.id for start in (0, 1) for p in library.catalogue.listed("id", 1, None, start)] == ids[:2]
    assert library.catalogue.listed("id", 1, None, len(ids)) == []
    first = library.paper(ids[0])
    assert first is not None
    assert first.id == ids[0]
    assert library.paper("nobody's") is None

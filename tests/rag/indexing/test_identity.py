"""One paper however it comes: what an import merges, refuses and says of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.indexing.identity import known_by, may_be_one, merged, same_title
from rag.indexing.sync import SyncReport
from rag.library import Library
from rag.readers import read_papers
from rag.types import Paper, paper_from_json, paper_to_json
from tests.conftest import FakeEmbedder

Bring = Callable[[str, str], SyncReport]
PREPRINT = (
    "@misc{k, title={Ferns that grow on the stairs of castles}, author={Lund, Ada},\n"
    " abstract={Ferns grow.}, year=2020, eprint={2101.00001}, archiveprefix={arXiv}}"
)
ARTICLE = (
    "TY  - JOUR\nTI  - Ferns That Grow on the Stairs of Castles.\nAU  - Lund, A.\nAB  - Ferns grow, in print.\n"
    "PY  - 2021\nDO  - 10.5555/F.9\nJO  - J Ferns\nER  - \n"
)


@pytest.fixture
def bring(library: Library, tmp_path: Path) -> Bring:
    """(name, content) -> the report of an import of a file of that name and content."""

    def written(name: str, content: str) -> SyncReport:
        (tmp_path / name).write_text(content)
        return library.sync(read_papers(tmp_path / name))

    return written


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.duplicates, report.rejected


def test_row_numbers_are_no_identity_across_files(library: Library, bring: Bring) -> None:
    before = len(library)
    assert bring("a.csv", "id,title,abstract\n1,Ferns,They grow.\n2,Wells,They are deep.\n").added == 2
    assert counts(bring("b.csv", "id,title,abstract\n1,Owls,They hoot.\n2,Bats,They hang.\n")) == (2, 0, 0, 0, 0)
    assert len(library) == before + 4


def test_an_id_of_its_sources_own_that_names_another_paper_is_refused(library: Library, bring: Bring) -> None:
    bring("a.csv", "id,title,abstract\nq7,Ferns,They grow.\n")
    report = bring("b.csv", "id,title,abstract\nq7,Owls,They hoot.\n")
    assert counts(report) == (0, 0, 0, 0, 1)
    assert str(report.rejections[0]) == "b.csv:2: id q7 already names another paper ('Ferns', a.csv:2)"
    assert "q7" in {paper.id for paper in library.papers() if paper.title == "Ferns"}
    assert counts(bring("a.csv", "id,title,abstract\nq7,Ferns on stairs,They grow.\n")) == (0, 1, 0, 0, 0)


def test_the_same_title_but_for_apostrophes_and_dashes(bring: Bring) -> None:
    rows = (
        "title,abstract,doi\nThe stair's fern-bed,It grows.,10.5555/f.1\nThe stair’s fern–bed,It grows.,10.5555/f.1\n"
    )
    assert counts(bring("a.csv", rows)) == (1, 0, 0, 1, 0)
    assert same_title("The wall's re-use", "The wallʼs reuse")
    assert not same_title("Moss on walls", "Moss on wells")


@pytest.mark.parametrize("together", [False, True])
def test_a_preprint_and_its_article_are_one(library: Library, bring: Bring, together: bool, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(PREPRINT)
    (tmp_path / "b.ris").write_text(ARTICLE)
    before = len(library)
    if together:
        assert counts(library.sync(read_papers(tmp_path / "a.bib", tmp_path / "b.ris"))) == (1, 1, 0, 0, 0)
    else:
        assert counts(bring("a.bib", PREPRINT)) == (1, 0, 0, 0, 0)
        report = bring("b.ris", ARTICLE)
        assert counts(report) == (0, 1, 0, 0, 0)
        assert report.notes[0].startswith("b.ris:1: the same paper as a.bib:1 (2101.00001), which keeps its text")
        assert report.replaced == {}
    (paper,) = [paper for paper in library.papers() if paper.id == "2101.00001"]
    assert len(library) == before + 1
    assert (paper.abstract, paper.doi, paper.venue, paper.ids) == (
        "Ferns grow.",
        "10.5555/f.9",
        "J Ferns",
        ("doi:10.5555/f.9",),
    )
    assert (paper.url, paper.links) == ("https://arxiv.org/abs/2101.00001", ("https://doi.org/10.5555/f.9",))
    for name, content in ("a.bib", PREPRINT), ("b.ris", ARTICLE):
        assert counts(bring(name, content)) == (0, 0, 1, 0, 0), "brought again, nothing changes"


def test_what_an_import_replaced_is_in_the_ledger(library: Library, bring: Bring) -> None:
    bring("a.csv", "doi,title,abstract\n10.5555/f.1,Ferns,They grow.\n")
    report = bring("b.csv", "doi,title,abstract\n10.5555/f.1,Ferns,They grow well.\n")
    assert report.replaced == {"a.csv": ["10.5555/f.1"]}
    assert library.index.ledger.last("replaced")["replaced"] == {"a.csv": {"papers": 1, "ids": ["10.5555/f.1"]}}  # type: ignore[index]


def test_notes_on_encodings_reach_the_ledger(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("title,abstract\nFarn,Farn wächst an Wänden – überall.\n".encode("cp1252"))
    assert library.sync(read_papers(tmp_path / "a.csv")).notes == ["a.csv: read as Windows-1252"]


def test_other_papers_stay_others() -> None:
    one = Paper("10.5555/a", "Ferns that grow on the stairs", "A.", ("Ada Lund",), 2020, doi="10.5555/a")
    assert not may_be_one(one, replace(one, id="10.5555/b", doi="10.5555/b")), "two articles of one title"
    assert not may_be_one(one, replace(one, year=2010, doi=""))
    assert not may_be_one(one, replace(one, title="Bats in wells"))
    assert not any(name.startswith("title:") for name in known_by(replace(one, title="Introduction")))


def test_a_retraction_told_by_another_source_stays() -> None:
    one = Paper("10.5555/a", "Ferns", "A.", doi="10.5555/a", source="a.csv")
    other = replace(one, withdrawn=True, notices=("Retraction in J Ferns",), source="b.xml")
    assert merged(one, other).withdrawn
    assert merged(one, other).notices == ("Retraction in J Ferns",)


def test_papers_of_before_keep_their_hash_and_open() -> None:
    fields = {"id": "x", "title": "T", "abstract": "A.", "authors": ["B"], "year": 2020, "url": "", "categories": []}
    old = json.dumps({**fields, "version": 0})
    paper = paper_from_json(old)
    assert paper.content_hash == "7d6a2ebe69fcd85517ce773a10aadce10bbf9641994f3d3ec45146d8570074a8"
    assert json.loads(paper_to_json(paper)).keys() == json.loads(old).keys() | {"source", "line"}
    assert paper_from_json(paper_to_json(replace(paper, ids=("pmid:1",)))).ids == ("pmid:1",)


def test_a_file_that_was_read_worse_before_is_read_anew(library: Library, bring: Bring) -> None:
    """Signs, authors and ids that an earlier version lost: the same records again, not further papers."""
    found = [
        Paper(
            "{10.5555/f.9}",
            "Ferns that grow on the stairs of castles",
            "Ferns grow  5 cm.",
            ("Ada Lund",),
            source="a.csv",
        ),
        Paper("lund22", "Ferns that grow in the wells of castles", "Ferns grow.", (), 2022, source="a.csv"),
        Paper("lund23", "Ferns that grow in the wells of cities", "Ferns grow.", (), 2022, source="b.csv"),
    ]
    library.sync(found)
    report = bring(
        "a.csv",
        "title,abstract,authors,doi\nFerns that grow on the stairs of castles,Ferns grow < 5 cm.,Ada Lund,10.5555/f.9\n"
        "Ferns that grow in the wells of castles,Ferns grow.,Ada Lund,10.5555/f.8\n"
        "Ferns that grow in the wells of cities,Ferns grow.,Ada Lund,10.5555/f.7\n",
    )
    assert (report.added, report.updated) == (1, 2)
    papers = {p.id: p for p in library.papers({"source": "a.csv"})}
    assert papers["{10.5555/f.9}"].abstract == "Ferns grow < 5 cm."
    assert (papers["lund22"].doi, papers["lund22"].authors) == ("10.5555/f.8", ("Ada Lund",))
    assert len(papers) == 3


def test_a_home_made_before_identity_was_kept_knows_its_papers(tmp_path: Path) -> None:
    """An index of an earlier version has no table of what papers are known by: the next import makes it."""
    embedder = FakeEmbedder()
    article = Paper(
        "10.5555/ab.1", "Moss on the walls of old towns", "Moss grows.", ("Ina Beck",), 2021, source="a.bib", line=1
    )
    other = Paper("t-other", "Lichen on the roofs of old towns", "Lichen grows.", ("Al Roe",), source="a.bib", line=2)
    library = Library.open(tmp_path, embedder=embedder)
    library.sync([article, other])
    library.close()
    file = next(tmp_path.rglob("derived.sqlite"))
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("DROP TABLE known")
        db.execute("DELETE FROM state WHERE name = 'known'")
    library = Library.open(tmp_path, embedder=embedder)
    again = Paper(
        "2101.00001", "Moss on the walls of old towns", "Moss grows in towns.", ("Ina Beck",), 2020,
        url="https://arxiv.org/abs/2101.00001", ids=("doi:10.5555/ab.1",), source="b.jsonl", line=1,
    )  # fmt: skip
    report = library.sync([again, other])
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)
    (kept,) = (
        library.papers({"source": "a.bib"})
        if len(library) == 1
        else [p for p in library.papers() if p.id == article.id]
    )
    assert "https://arxiv.org/abs/2101.00001" in kept.links
    assert len(library) == 2
    library.remove(["t-other"])
    assert library.sync([other]).added == 1
    library.close()


PREPRINTS = (
    "10.21203/rs.3.rs-7/v{}",
    "10.31234/osf.io/abcde_v{}",
    "10.12688/f1000research.9.{}",
    "10.1101/2020.1.9v{}",
)


@pytest.mark.parametrize("doi", PREPRINTS)
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_versions_are_one_paper_and_the_newer_is_kept(
    library: Library, bring: Bring, doi: str, together: bool, order: tuple[int, int]
) -> None:
    before = len(library)
    rows = [f"Ferns {version},In version {version} they grow.,{doi.format(version)}\n" for version in order]
    head = "title,abstract,doi\n"
    if together:
        report = bring("a.csv", head + "".join(rows))
        assert (report.added, report.rejected) == (1, 0)
    else:
        assert [bring(f"{name}.csv", head + row).rejected for name, row in zip("ab", rows, strict=True)] == [0, 0]
    assert len(library) == before + 1
    (kept,) = (paper for paper in library.papers() if paper.title.startswith("Ferns"))
    assert (kept.title, kept.abstract, kept.version) == ("Ferns 2", "In version 2 they grow.", 2)


def test_a_title_that_two_people_gave_is_two_papers(library: Library, bring: Bring) -> None:
    before = len(library)
    head = "title,abstract,authors\n"
    bring("a.csv", f"{head}Introduction,Ferns grow.,Ada Lund\n")
    assert counts(bring("b.csv", f"{head}Introduction,Owls hoot.,Bo Dahl\n")) == (1, 0, 0, 0, 0)
    assert counts(bring("b.csv", f"{head}Introduction,Owls hoot.,Bo Dahl\n")) == (0, 0, 1, 0, 0)
    assert bring("c.csv", f'{head}Introduction,Ferns grow.,"Lund, A."\n').added == 0
    assert len(library) == before + 2
    bring("d.csv", f"{head}Ferns,Ferns grow.,Nobody\n")
    assert counts(bring("d.csv", f"{head}Ferns,Ferns grow.,Ada Lund\n")) == (0, 1, 0, 0, 0)

from __future__ import annotations

import gzip
from pathlib import Path

from rag.readers import read_papers
from rag.readers.identity import normalised
from rag.readers.tails import without_tail
from rag.readers.text import readable
from tests.rag.readers.conftest import Read

PAGES = Path(__file__).parents[3] / "data" / "daily_papers"
HEAD = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "Daily Papers\n\nby AK and the research community\n\n"
)
LONG = "We study it at length, and find that it works. " * 10


def test_the_collection_has_329_records_of_259_papers() -> None:
    reading = read_papers(PAGES)
    papers = list(reading)
    assert (len(papers), reading.read, reading.rejected) == (329, 329, [])
    assert len({normalised(paper.title) for paper in papers}) == len({paper.id for paper in papers}) == 259


def test_titles_and_abstracts_of_the_collection_are_what_their_lines_say() -> None:
    for path in PAGES.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").split("\n")
        papers = list(read_papers(path))
        assert papers
        for paper in papers:
            assert paper.source == path.name
            assert readable(lines[paper.line - 1]) == paper.title
            assert without_tail(readable(lines[paper.line + 1])) == (paper.abstract, "")


def test_latex_becomes_what_it_says_as_in_every_other_format(read: Read) -> None:
    title, abstract = r"Ferns at 5\% and \emph{moss}", r"We gain 5\% for na\"\i ve ferns. "
    papers, _ = read("page.txt", f"{HEAD}{title}\n\n{abstract}{LONG}")
    assert papers[0].title == "Ferns at 5% and moss"
    assert papers[0].abstract.startswith("We gain 5% for naïve ferns. We")


def test_the_heads_of_the_pages_are_left_out(read: Read) -> None:
    for head in HEAD, HEAD.replace("by AK", "byAK") + "Mar 14\n\n", "Daily Papers\n", "":
        papers, rejected = read("page.txt", f"{head}A Title\n\n{LONG}")
        assert [paper.title for paper in papers] == ["A Title"]
        assert not rejected


def test_a_missing_abstract_shifts_no_other_pair(read: Read) -> None:
    papers, rejected = read("page.txt", f"{HEAD}First\n\n{LONG}1\n\nLost\n\nThird\n\n{LONG}3\n\nLast")
    assert [(paper.title, paper.abstract[-1]) for paper in papers] == [("First", "1"), ("Third", "3")]
    assert [(r.line, r.reason) for r in rejected] == [(15, "no abstract (Lost)"), (21, "no abstract (Last)")]


def test_a_missing_title_shifts_no_other_pair_and_mixes_no_papers(read: Read) -> None:
    papers, rejected = read("page.txt", f"{HEAD}First\n\n{LONG}1\n\n{LONG}2\n\nThird\n\n{LONG}3")
    assert [(paper.title, paper.abstract[-1]) for paper in papers] == [("First", "1"), ("Third", "3")]
    assert [r.line for r in rejected] == [15]
    assert rejected[0].reason.startswith("no title (We study it")


def test_short_abstracts_and_titles_with_full_stops(read: Read) -> None:
    page = f"{HEAD}One\n\nIt is short.\n\nTwo\n\n短い要約です。\n\nCats vs. Dogs\n\n{LONG}\n\n"
    page += f"Lost\n\nMice vs. Men\n\n{LONG}"
    papers, rejected = read("page.txt", page)
    assert [paper.title for paper in papers] == ["One", "Two", "Cats vs. Dogs", "Mice vs. Men"]
    assert [str(r) for r in rejected] == ["page.txt:23: no abstract (Lost)"]


def test_lines_of_a_paragraph_are_joined_and_scripts_survive(read: Read) -> None:
    abstract = "Überraschend — 注意力机制。 Les modèles « appris » à Łódź: ध्यान तंत्र."
    papers, _ = read("page.txt", f"{HEAD}Ein\r\nTitel\r\n\r\n{abstract}\r\n{LONG}\r\n")
    assert papers[0].title == "Ein Titel"
    assert papers[0].abstract == f"{abstract} {LONG.strip()}"


def test_a_page_without_papers(read: Read) -> None:
    assert read("page.txt", HEAD)[0] == []
    assert read("page.txt", HEAD) == ([], [])


def test_a_page_under_any_name_and_packed(read: Read) -> None:
    page = f"{HEAD}A Title\n\n{LONG}"
    assert len(read("page.html.saved", page)[0]) == 1
    assert len(read("page.txt.gz", gzip.compress(page.encode()))[0]) == 1


def test_a_paragraph_of_megabytes_is_refused_by_name(read: Read) -> None:
    papers, rejected = read("page.txt", f"{HEAD}Dump\n\n{'word ' * 600_000}\n\nOther\n\n{LONG}")
    assert [paper.title for paper in papers] == ["Other"]
    assert rejected[0].reason == "abstract of 2,999,999 characters; more than 100,000 is not an abstract (Dump)"

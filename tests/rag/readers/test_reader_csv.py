from __future__ import annotations

import csv

import pytest

from rag.types import Paper
from tests.rag.readers.conftest import Read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(read: Read, delimiter: str) -> None:
    row = '"x1"{0}"On A{0} and B"{0}"It says ""yes""."{0}"A. Lee and B. Ek"{0}2020{0}"cs.CL cs.LG"'
    header = "id{0}Title{0}Abstract{0}Authors{0}Year{0}Categories"
    for name in "a.csv", "a.tsv", "a.txt", "a.dat":
        papers, rejected = read(name, "\ufeff" + f"{header}\r\n{row}\r\n".format(delimiter))
        title = f"On A{' ' if delimiter == chr(9) else delimiter} and B".replace("  ", " ")
        assert papers == [Paper("x1", title, 'It says "yes".', ("A. Lee", "B. Ek"), 2020, "", ("cs.CL", "cs.LG"))]
        assert not rejected


def test_line_numbers_with_newlines_in_cells(read: Read) -> None:
    papers, rejected = read("a.csv", '\ntitle,abstract\n"A\nA","a\nb"\n\nB,\n   \nC,c\nD,d,e\n')
    assert [(paper.title, paper.abstract, paper.line) for paper in papers] == [("A A", "a b", 3), ("C", "c", 9)]
    assert [str(r) for r in rejected] == [
        "a.csv:7: no abstract (B)",
        "a.csv:10: 3 cells for 2 columns: is a quote missing?",
    ]


def test_an_open_quote_costs_one_row(read: Read) -> None:
    papers, rejected = read("a.csv", 'title,abstract\nA,a\nB,"b\nC,c\nD,"d"\nE,e\nF,"f" g\nG,g\n')
    assert [(paper.title, paper.line) for paper in papers] == [("A", 2), ("C", 4), ("D", 5), ("E", 6), ("G", 8)]
    assert [r.line for r in rejected] == [3, 7]
    assert all(r.reason.startswith("not CSV: ") for r in rejected)


def test_huge_cells_nul_and_no_usable_header(read: Read) -> None:
    papers, rejected = read("a.csv", f"title,abstract,full\nA,a\0,{'x' * 500_000}\nB,{'y ' * 200_000},\n")
    assert [(paper.title, paper.abstract) for paper in papers] == [("A", "a")]
    assert rejected[0].reason == "abstract of 399,999 characters; more than 100,000 is not an abstract (B)"
    assert read("b.csv", "name,size\nA,1\n")[1][0].reason.startswith("the first row must name the columns")
    assert read("c.csv", "title,abstract\n") == ([], [])


def test_csv_limit_is_not_lowered(read: Read) -> None:
    read("a.csv", "title,abstract\nA,a\n")
    assert csv.field_size_limit() >= 10_000_000


def test_quotes_that_are_not_doubled(read: Read) -> None:
    rows = '"title","abstract","year"\n"Ferns "on" stairs","They \\"grow\\".","2020"\n"Moss","It grows.","2021"\n'
    rows += '"Broken "row","x"\n'
    papers, rejected = read("a.csv", rows)
    assert [(p.title, p.abstract, p.year) for p in papers] == [
        ('Ferns "on" stairs', 'They "grow".', 2020),
        ("Moss", "It grows.", 2021),
    ]
    assert [r.line for r in rejected] == [4]


def test_web_of_sciences_id_is_a_keyword(read: Read) -> None:
    papers, _ = read("a.txt", "PT\tTI\tID\tAB\tUT\nJ\tFerns\tTRANSFORMATION\tThey grow.\tWOS:1\n")
    assert (papers[0].id[:2], papers[0].keywords) == ("t-", ("TRANSFORMATION",))


def test_an_index_of_words_in_a_cell(read: Read) -> None:
    cells = ('"{""They"": [0], ""grow."": [1]}"', "\"{'They': [0], 'grow.': [1]}\"")
    rows = "".join(f"Ferns {n},{cell}\n" for n, cell in enumerate(cells))
    papers, _ = read("a.csv", f"title,abstract_inverted_index\n{rows}")
    assert [paper.abstract for paper in papers] == ["They grow."] * 2


def test_names_in_english_and_authors_between_slashes(read: Read) -> None:
    papers, _ = read("a.csv", "Author(s),English Title,Abstract\nLund A//Dahl B,Ferns,They grow.\n")
    assert (papers[0].title, papers[0].authors) == ("Ferns", ("A Lund", "B Dahl"))

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.readers import jsonl
from rag.readers import lines as lines_module
from rag.types import Paper
from tests.rag.readers.conftest import Read

A = {"id": "a", "title": "On A", "abstract": "About A."}
MADE = {"paperId": "f1", "title": "Ferns", "abstract": "They grow.", "year": 2020}
B = {"id": "b", "title": 'On "B" \\ {', "abstract": "About } B."}


def test_the_shape_of_beir(read: Read) -> None:
    papers, rejected = read("corpus.jsonl", '{"_id": "4983", "title": "T.", "text": "Body\\nof it.", "metadata": {}}\n')
    assert papers == [Paper("4983", "T.", "Body of it.")]
    assert (papers[0].source, papers[0].line, rejected) == ("corpus.jsonl", 1, [])


def test_the_names_of_fields(read: Read) -> None:
    full = {
        "paper_id": "x1",
        "Title": "T",
        "summary": "S",
        "authors": ["Ann Lee", {"name": "Bo Ek"}],
        "published": "2021-03-04T00:00:00Z",
        "url": "https://example.org/x",
        "categories": "cs.CL cs.LG",
    }
    papers, _ = read("a.jsonl", json.dumps(full))
    assert papers == [Paper("x1", "T", "S", ("Ann Lee", "Bo Ek"), 2021, "https://example.org/x", ("cs.CL", "cs.LG"))]


def test_a_bad_line_is_told_and_the_rest_is_read(read: Read) -> None:
    broken = '{"title": "cut'
    papers, rejected = read("a.jsonl", "\n".join([broken, json.dumps(A), "", "[1]", "7", json.dumps(B)]))
    assert [(paper.id, paper.line) for paper in papers] == [("a", 2), ("b", 6)]
    assert [str(r) for r in rejected] == [
        "a.jsonl:1: not JSON: Unterminated string starting at at character 11",
        "a.jsonl:4: not a JSON object",
        "a.jsonl:5: not a JSON object",
    ]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.txt", "a"])
def test_an_array(read: Read, indent: Any, name: str) -> None:
    papers, rejected = read(name, json.dumps([A, 5, B, {**A, "id": "c", "extra": {"deep": [{}]}}], indent=indent))
    assert [paper.id for paper in papers] == ["a", "b", "c"]
    assert papers[1].title == B["title"]
    assert [paper.line for paper in papers] == ([1, 1, 1] if indent is None else [2, 8, 13])
    assert not rejected


def test_an_array_with_a_bad_record_or_without_an_end(read: Read) -> None:
    papers, rejected = read("a.json", f'[{json.dumps(A)},\n{{"title": 01}},\n{json.dumps(B)},\n{{"title": "cut')
    assert [paper.id for paper in papers] == ["a", "b"]
    assert [r.line for r in rejected] == [2, 4]
    assert read("b.json", "[]") == ([], [])


def test_escapes_across_pieces(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read("a.json", json.dumps([A, B]))[0]
    for size in range(1, 12):
        monkeypatch.setattr(lines_module, "PIECE", size)
        assert read("a.json", json.dumps([A, B]))[0] == expected


def test_one_object_over_several_lines(read: Read) -> None:
    assert [paper.id for paper in read("a.json", json.dumps(A, indent=2))[0]] == ["a"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_a_record_too_long_to_hold(read: Read, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE", 10_000)
    monkeypatch.setattr(jsonl, "MAX_LINE", 10_000)
    monkeypatch.setattr(lines_module, "PIECE", 1_000)
    rows = [json.dumps(row) for row in (A, {**A, "abstract": "word " * 10_000}, B)]
    papers, rejected = read(name, "\n".join(rows) if name == "a.jsonl" else f"[{', '.join(rows)}]")
    assert [paper.id for paper in papers] == ["a", "b"]
    assert len(rejected) == 1
    assert rejected[0].line == (2 if name == "a.jsonl" else 1)


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 5_000, "NaN", "Infinity", "1e999", "{}", "[[[]]]", '"\\ud800"'])
def test_odd_values_never_raise(read: Read, value: Any) -> None:
    for field in "id", "title", "abstract", "authors", "year", "url", "categories", "version":
        row = ", ".join(f'"{name}": {value if name == field else json.dumps(A.get(name))}' for name in (*A, field))
        for name in "a.jsonl", "a.json":
            papers, _ = read(name, f"{{{row}}}\n{json.dumps(B)}\n" if name == "a.jsonl" else f"[{{{row}}}]")
            for paper in papers:
                assert paper.content_hash


def test_control_characters_and_halves_of_pairs_are_removed(read: Read) -> None:
    papers, _ = read(
        "a.jsonl", '{"title": "A\\u0000 \\ud800ti\x00t\x07le", "abstract": "Raw\ttab\\u001b[31m and \\ud83d\\ude00"}'
    )
    assert (papers[0].title, papers[0].abstract) == ("A title", "Raw tab[31m and 😀")


@pytest.mark.parametrize(
    "envelope", [{"data": [{"citingPaper": MADE}]}, {"data": [{"citedPaper": MADE}]}, {"recommendedPapers": [MADE]}]
)
def test_semantic_scholars_lists(read: Read, envelope: dict[str, Any]) -> None:
    papers, _ = read("a.json", json.dumps(envelope))
    assert [(p.title, p.year) for p in papers] == [("Ferns", 2020)]


def test_crossref_says_which_preprint_is_the_paper(read: Read) -> None:
    relation = {"has-preprint": [{"id-type": "doi", "id": "10.1101/2020.01.01.123456"}]}
    article = {"DOI": "10.5555/f.1", "title": ["Ferns"], "abstract": "They grow.", "issued": {}, "relation": relation}
    papers, _ = read("a.json", json.dumps({"message": {"items": [article]}}))
    assert papers[0].ids == ("doi:10.1101/2020.01.01.123456",)

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import SourceError
from rag.readers import read_papers
from rag.readers.formats import READERS
from tests.rag.readers.conftest import Read


def row(name: str) -> str:
    return json.dumps({"id": name, "title": f"On {name}", "abstract": f"About {name}."}) + "\n"


def test_a_folder_is_read_in_order_with_sources_from_its_own_name(tmp_path: Path) -> None:
    root = tmp_path / "papers"
    (root / "sub" / ".git").mkdir(parents=True)
    (root / "b.jsonl").write_text(row("b"))
    (root / "sub" / "a.jsonl.gz").write_bytes(gzip.compress(row("a").encode()))
    for aside in ".hidden.jsonl", "README", "readme.txt", "NOTES.md", "LICENSE", "sub/.git/x.jsonl":
        (root / aside).write_text(row("never"))
    (root / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (root / "z.txt").write_text("")
    reading = read_papers(root, root / "b.jsonl")
    assert [(paper.id, paper.location) for paper in reading] == [
        ("b", "papers/b.jsonl:1"),
        ("a", "papers/sub/a.jsonl.gz:1"),
        ("b", "b.jsonl:1"),
    ]
    assert [str(r) for r in reading.rejected] == [
        "papers/image.png: not recognised: it holds no text; export it as RIS, BibTeX, CSV or JSON "
        "(docs/formats.md lists what is read)",
    ]
    assert reading.notes == ["papers/z.txt: is empty"]
    assert reading.read == 4, "an empty file is no record"


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.jsonl").write_text(row("a"))
    monkeypatch.chdir(tmp_path / "papers")
    for path in ".", "../papers", Path("../papers/"):
        assert [paper.source for paper in read_papers(path)] == ["papers/a.jsonl"]
    assert [paper.source for paper in read_papers("a.jsonl")] == ["a.jsonl"]


def test_reading_streams_and_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(row("a") + "{\n" + row("b"))
    reading = read_papers(path)
    assert (reading.read, reading.rejected) == (0, [])
    papers = iter(reading)
    assert next(papers).id == "a"
    assert (reading.read, reading.rejected) == (1, [])
    assert next(papers).id == "b"
    assert (reading.read, len(reading.rejected)) == (3, 1)
    path.write_text(row("c"))
    assert [paper.id for paper in reading] == ["c"]
    assert (reading.read, reading.rejected) == (1, [])
    path.unlink()
    assert list(reading) == []
    assert [r.reason for r in reading.rejected] == ["cannot be read to its end: No such file or directory"]


@pytest.mark.parametrize("path", ["missing.jsonl", "", "a\nb", "a\0b", "x" * 5_000, "/dev/null"])
def test_a_path_that_is_missing_is_told_at_once(path: Any) -> None:
    with pytest.raises(SourceError) as error:
        read_papers(path)
    assert "no such file or folder" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_without_files(tmp_path: Path) -> None:
    reading = read_papers(tmp_path)
    assert list(reading) == []
    assert reading.notes == [f"{tmp_path.name}: holds no files to read"]
    assert (reading.read, reading.rejected) == (0, [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.bib", b"\xef\xbb\xbf", "is empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("b.json", b"[]", "no papers found"),
        ("c.csv", b"title,abstract\n", "no papers found"),
    ],
)
def test_files_that_hold_no_records_count_as_none(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    reading = read_papers(tmp_path / name)
    assert list(reading) == []
    assert (reading.read, reading.rejected, reading.notes) == (0, [], [f"{name}: {said}"])


def test_files_that_hold_no_text(read: Read) -> None:
    for name, content in (
        ("a.pdf", b"%PDF-1.7\n\xff\xfe\x00"),
        ("data", b"\0" * 100),
        ("a.html", b"<!DOCTYPE html><p>x</p>"),
    ):
        assert read(name, content)[1][0].reason.startswith("not recognised")


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.bib", "a.csv", "a.xml"])
def test_encodings_are_told(tmp_path: Path, name: str) -> None:
    good, other = ("On good", "About it."), ("On café", "Déjà vu – à 5 °C.")
    page = "Get trending papers in your email inbox!\n\n"
    text = {
        "a.jsonl": "".join(f'{{"title": "{t}", "abstract": "{a}", "other": "é"}}\n' for t, a in (good, other)),
        "a.txt": page + "".join(f"{t}\n\n{a}\n\n" for t, a in (good, other)),
        "a.bib": "".join(f"@a{{k, title={{{t}}}, abstract={{{a}}}}}\n" for t, a in (good, other)),
        "a.csv": "title,abstract\n" + "".join(f"{t},{a}\n" for t, a in (good, other)),
        "a.xml": "".join(f"<entry><title>{t}</title><summary>{a}</summary></entry>" for t, a in (good, other)),
    }[name]
    text = f"<feed>{text}</feed>" if name == "a.xml" else text
    for encoding in "utf-8", "utf-16", "utf-8-sig", "utf-16-le", "cp1252":
        (tmp_path / name).write_bytes(text.encode(encoding))
        reading = read_papers(tmp_path / name)
        assert [(paper.title, paper.abstract) for paper in reading] == [good, other]
        said = {"cp1252": [f"{name}: read as Windows-1252"], "utf-16-le": [f"{name}: read as UTF-16"]}
        assert reading.notes == said.get(encoding, [])


def test_xml_is_read_in_the_encoding_that_it_says(read: Read) -> None:
    entry = "<entry><title>Łódź</title><summary>Ř.</summary></entry>"
    text = f'<?xml version="1.0" encoding="ISO-8859-2"?><feed>{entry}</feed>'
    assert read("a.xml", text.encode("iso-8859-2"))[0][0].title == "Łódź"


def test_damaged_utf8_is_told_where_it_is_used(read: Read) -> None:
    rows = "".join(row(f"é{i}é") for i in range(5)).encode().replace(b"\\u00e9", "é".encode())
    papers, rejected = read("a.jsonl", rows + b'{"title": "On caf\xe9", "abstract": "It is."}\n' + row("z").encode())
    assert len(papers) == 6
    assert [r.reason for r in rejected] == ["not UTF-8: save the file as UTF-8 (On caf\ufffd)"]


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ada,\n\nThe ferns are fine. We watered them.\n\nYours,\n\nBo\n",
        "Chapter 1\n\n"
        + "It was dark. The rain fell on the stairs and nobody came. " * 6
        + "\n\n"
        + "She waited. " * 40,
        "milk\neggs\nbread\n",
    ],
)
def test_plain_text_is_refused_once(read: Read, text: str) -> None:
    papers, rejected = read("notes.txt", text)
    assert not papers
    assert [r.reason.partition(";")[0] for r in rejected] == ["not recognised: it looks like plain text"]


def test_a_replacement_character_of_the_source_is_kept(read: Read) -> None:
    assert read("a.jsonl", row("x\ufffd"))[0][0].title == "On x\ufffd"


def test_damaged_archives_give_what_is_in_front_of_the_damage(read: Read) -> None:
    draw = random.Random(0)
    rows = "".join(row(f"{i} {draw.random()} {draw.random()}") for i in range(200))
    packed = gzip.compress(rows.encode())
    papers, rejected = read("a.jsonl.gz", packed[: len(packed) // 2])
    assert 50 < len(papers) < 150
    assert [str(r) for r in rejected] == [
        "a.jsonl.gz: cannot be read to its end: Compressed file ended before the end-of-stream marker was reached"
    ]
    papers, rejected = read("a.jsonl.gz", packed[:-8] + b"\0" * 8)
    assert len(papers) == 200
    assert "CRC check failed" in rejected[-1].reason
    for content in packed[:5], b"hello", b"\x1f\x8b" + b"\xff" * 50:
        papers, rejected = read("a.jsonl.gz", content)
        assert papers == []
        assert rejected[0].reason.startswith("cannot be read to its end: ")
    assert len(read("unmarked.jsonl", packed)[0]) == 200


def test_a_line_that_unfolds_without_end(read: Read) -> None:
    packed = gzip.compress(b'{"title": "' + b"a" * 25_000_000 + b'"}\n' + row("b").encode(), 1)
    papers, rejected = read("bomb.jsonl.gz", packed)
    assert [(paper.id, paper.line) for paper in papers] == [("b", 2)]
    assert [str(r) for r in rejected] == ["bomb.jsonl.gz:1: more than 10,000,000 characters: not read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(row("a"))
    (tmp_path / "a.jsonl").chmod(0)
    reading = read_papers(tmp_path / "a.jsonl")
    assert list(reading) == []
    assert reading.rejected[0].reason == "cannot be read to its end: Permission denied"


SUFFIXES = ["", ".txt", ".jsonl", ".json", ".csv", ".tsv", ".bib", ".xml", ".atom", ".jsonl.gz", ".txt.gz"]
# What the formats are made of, so that the readers get far.
PARTS = (
    '{"title": "a", "abstract": "b"}|{"versions": [|[|]|{|}|"|,|:|\n|\n\n|\r|\t|title,abstract|title\tabstract'
    "|@article{a,|@string{|abstract = {|author|year=2020| and |\\|\\'|$|%|<feed>|<entry>|</entry>|</feed>|<title>"
    "|</title>|<!DOCTYPE a [|&lt;|&x;|new|A title|An abstract of it.|" + "long " * 80 + "|2306.00978|\0|é|\ud7ff|\ufeff"
).split("|")


def counts_add_up(path: Path, content: bytes) -> None:
    for suffix in SUFFIXES:
        file = path / f"fuzz{suffix}"
        file.write_bytes(gzip.compress(content, 1) if suffix.endswith(".gz") else content)
        reading = read_papers(file)
        papers = list(reading)
        assert reading.read == len(papers) + len(reading.rejected)
        assert reading.read or reading.notes
        for paper in papers:
            assert all((paper.title.strip(), paper.abstract.strip(), paper.id, paper.line, paper.content_hash))


FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(content=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, content: Any) -> None:
    counts_add_up(tmp_path, content)


@FUZZ
@given(parts=st.lists(st.sampled_from(PARTS), max_size=40), codec=st.sampled_from(["utf-8", "utf-16", "utf-7"]))
def test_any_mix_of_the_formats(tmp_path: Path, parts: Any, codec: Any) -> None:
    counts_add_up(tmp_path, "".join(parts).encode(codec))


@FUZZ
@given(content=st.binary(max_size=200))
def test_any_damaged_archive(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "fuzz.jsonl.gz"
    file.write_bytes(b"\x1f\x8b\x08\x00" + content)
    reading = read_papers(file)
    papers = list(reading)
    assert reading.read == len(papers) + len(reading.rejected)
    assert reading.read or reading.notes


def test_every_reader_is_named_for_its_file() -> None:
    assert all(reader.__module__ == f"rag.readers.{name}" for name, reader in READERS.items())

"""`askpapers export`, and what it looks up when asked to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.fetching.completing import fields_of
from tests.rag.cli.test_cli import run  # noqa: F401 - a fixture
from tests.rag.fetching import recorded
from tests.rag.fetching.conftest import Serve
from tests.service_server import Fault

BIB = """@inproceedings{beck2026moss,
  title = {Moss {\\&} Walls},
  author = {Beck, Ina},
  booktitle = {Proc. of Moss},
  doi = {10.5555/kept.1},
  abstract = {Moss grows on walls.},
}
"""
CSV = """title,abstract,doi
Moss on roofs,Moss grows on roofs.,10.5555/bare.1
Moss on barns,Moss grows on barns.,10.5555/unknown.1
Moss anywhere,Moss grows anywhere.,
Moss in arXiv,Moss grows in arXiv.,10.48550/arXiv.2405.14831
"""


@pytest.fixture
def indexed(run: Any, tmp_path: Path) -> Any:  # noqa: F811
    (tmp_path / "a.bib").write_text(BIB)
    (tmp_path / "b.csv").write_text(CSV)
    run("index", tmp_path / "a.bib", tmp_path / "b.csv")
    return run


def answer(path: str, given: dict[str, str], _: Any) -> Any:
    if "id_list" in given:
        return recorded.arxiv(["2405.14831"], 1)
    known = [name for name in ("10.5555/kept.1", "10.5555/bare.1") if f"doi:{name}" in given["filter"]]
    return recorded.crossref([recorded.crossref_work(doi.upper()) for doi in known])


def test_without_being_asked_nothing_is_looked_up(indexed: Any, serve: Serve) -> None:
    service = serve(answer)
    code, out, err = indexed("export")
    assert code == 0
    assert "@inproceedings{beck2026moss," in out
    assert "its source told no author, year, journal" in out
    assert not service.asked
    assert indexed("export", "10.5555/kept.1")[1].count("@") == 1
    code, out, err = indexed("export", "nosuch")
    assert (code, out) == (1, "")
    assert "not in the library: nosuch" in err


def test_what_is_missing_is_looked_up_when_asked(indexed: Any, serve: Serve) -> None:
    service = serve(answer)
    code, out, _ = indexed("export", "--complete")
    assert code == 0
    entries = {part.split("{")[1].split(",")[0]: part for part in out.split("@")[1:]}
    bare = entries["10.5555-bare.1"]
    assert bare.startswith("article{")
    for line in (
        "title = {{Moss on roofs}}", "author = {Ina Beck and Nosuch Moss Group}", "year = {2026}",
        "journal = {Moss Letters}", "volume = {12}", "number = {3}", "pages = {45--67}", "doi = {10.5555/bare.1}",
        "publisher = {Nosuch Moss Society}",
    ):  # fmt: skip
        assert f"  {line},\n" in bare
    kept = entries["beck2026moss"]
    assert "  title = {Moss {\\&} Walls},\n  author = {Beck, Ina},\n  booktitle = {Proc. of Moss},\n" in kept
    assert "  year = {2026},\n" in kept
    assert "journal = " not in kept
    assert kept.count("  author = ") == 1
    assert "author = {Ina Beck and Al Roe}" in entries["2405.14831"]
    assert "year = {2024}" in entries["2405.14831"]
    assert "% 10.5555-unknown.1: its source told no author, year, journal\n" in out
    assert len(service.asked) == 2
    assert "abstract" not in bare


def test_a_hostile_reply_ends_no_entry() -> None:
    from rag.text.bibtex import bibtex_entry
    from tests.conftest import PAPERS

    work = {**recorded.crossref_work("10.5555/x"), "publisher": "}} \\input{/etc/passwd} @string{a=b}\n@x{",
            "volume": ["1"], "issue": 3, "container-title": [None], "author": [{"family": "A} \\write18{x}"}, 7],
            "issued": {"date-parts": [[None]]}}  # fmt: skip
    fields = fields_of(work)
    entry = bibtex_entry(PAPERS[3], fields)
    assert entry.count("{") - entry.count("}") == 0
    assert "\\input{" not in entry
    assert "\\write18{" not in entry
    assert [line for line in entry.splitlines() if line.startswith("@")] == ["@article{t-ads,"]
    assert "year" not in fields


def test_a_service_that_is_down_is_one_line(indexed: Any, serve: Serve) -> None:
    service = serve(answer)
    service.faults = [Fault(404, body="Resource not found.")]
    code, _, err = indexed("export", "--complete")
    assert code == 1
    assert err.splitlines()[-1] == "askpapers: Crossref refuses (HTTP 404): Resource not found."

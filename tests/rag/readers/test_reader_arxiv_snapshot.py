from __future__ import annotations

import gzip
import json

from rag.types import Paper
from tests.rag.readers.conftest import Read

ROW = {
    "id": "0704.0001",
    "submitter": "Pavel Nadolsky",
    "authors": "C. Bal\\'azs, E. L. Berger",
    "title": "Calculation of prompt diphoton production\n  cross sections",
    "comments": None,
    "journal-ref": "Phys.Rev.D76:013009,2007",
    "doi": "10.1103/PhysRevD.76.013009",
    "abstract": "  A fully differential calculation\nis presented.\n",
    "categories": "hep-ph hep-ex",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2008 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", "Jr.", "Argonne"]],
}
PAPER = Paper(
    "0704.0001",
    "Calculation of prompt diphoton production cross sections",
    "A fully differential calculation is presented.",
    ("C. Balázs", "E. L. Berger Jr."),
    2007,
    "https://arxiv.org/abs/0704.0001",
    ("hep-ph", "hep-ex"),
    2,
    doi="10.1103/physrevd.76.013009",
    ids=("doi:10.1103/physrevd.76.013009",),
    venue="Phys.Rev.D76:013009,2007",
)


def test_the_snapshot_under_any_name_and_packed(read: Read) -> None:
    rows = json.dumps(ROW) + "\n" + json.dumps({**ROW, "id": "hep-th/9901001"}) + "\n"
    for name in "arxiv-metadata-oai-snapshot.json", "snapshot.txt":
        papers, rejected = read(name, rows)
        assert papers[0] == PAPER
        assert [(paper.id, paper.line) for paper in papers] == [("0704.0001", 1), ("hep-th/9901001", 2)]
        assert not rejected
    assert read("snapshot.json.gz", gzip.compress(rows.encode()))[0][0] == PAPER


def test_a_snapshot_with_odd_fields(read: Read) -> None:
    odd = {"versions": [None], "authors_parsed": [[], "x", [1]], "update_date": "2008-11-26"}
    papers, rejected = read(
        "s.json", json.dumps({**ROW, **odd}) + "\nnot JSON\n" + json.dumps({**ROW, "abstract": " "})
    )
    assert (papers[0].year, papers[0].version) == (2008, 0)
    assert [r.line for r in rejected] == [2, 3]

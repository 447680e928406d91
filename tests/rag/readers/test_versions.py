"""Versions that DOIs tell, DOIs with spaces, and the type with which an entry goes out as it came in."""

from __future__ import annotations

import pytest

from rag.indexing.identity import known_by
from rag.readers.identity import doi_of, work_of
from rag.text.bibtex import bibtex_entry
from tests.rag.readers.conftest import Read


@pytest.mark.parametrize(
    "written",
    ["10.1000 / abc", "doi: 10.1000 / abc", "DOI:10.1000 /abc", "https://doi.org/10.1000/ abc", "doi:10.1000/ abc"],
)
def test_a_doi_with_spaces_around_its_slash(written: str) -> None:
    assert doi_of(written) == "10.1000/abc"


@pytest.mark.parametrize(
    ("written", "work"),
    [
        ("10.21203/rs.3.rs-123/v2", ("10.21203/rs.3.rs-123", 2)),
        ("https://doi.org/10.26434/chemrxiv-2023-abcde-v2", ("10.26434/chemrxiv-2023-abcde", 2)),
        ("10.26434/chemrxiv.123456.v1", ("10.26434/chemrxiv.123456", 1)),
        ("10.20944/preprints202301.0001.v12", ("10.20944/preprints202301.0001", 12)),
        ("10.31234/osf.io/abcde_v1", ("10.31234/osf.io/abcde", 1)),
        ("10.12688/f1000research.123.2", ("10.12688/f1000research.123", 2)),
        ("10.22541/au.1234.5678/v1", ("10.22541/au.1234.5678", 1)),
        ("https://www.medrxiv.org/content/10.1101/2020.01.01.123v3.full.pdf+html", ("10.1101/2020.01.01.123", 3)),
        ("10.1002/joc.3", ("10.1002/joc.3", 0)),
        ("10.3389/fpsyg.2020.1.2", ("10.3389/fpsyg.2020.1.2", 0)),
        ("10.5281/zenodo.123", ("10.5281/zenodo.123", 0)),
    ],
)
def test_versions(written: str, work: tuple[str, int]) -> None:
    assert work_of(written) == work


def test_a_version_with_a_doi_of_its_own_keeps_it_and_is_known_as_the_work(read: Read) -> None:
    (paper,) = read("a.csv", "title,abstract,doi\nFerns,Ferns grow.,10.21203/rs.3.rs-1/v2\n")[0]
    assert (paper.id, paper.version, paper.doi) == ("10.21203/rs.3.rs-1", 2, "10.21203/rs.3.rs-1/v2")
    assert paper.url == "https://doi.org/10.21203/rs.3.rs-1/v2"
    assert {"doi:10.21203/rs.3.rs-1", "doi:10.21203/rs.3.rs-1/v2"} <= set(known_by(paper))


def test_a_link_tells_the_version_where_the_doi_does_not(read: Read) -> None:
    table = "title,abstract,doi,url\nFerns,Ferns grow.,10.1101/1.2,https://www.biorxiv.org/content/10.1101/1.2v4.full\n"
    (paper,) = read("a.csv", table)[0]
    assert (paper.id, paper.version, paper.doi) == ("10.1101/1.2", 4, "10.1101/1.2")


@pytest.mark.parametrize(
    ("name", "content", "head"),
    [
        ("a.ris", "TY  - JOUR\nTI  - Ferns\nAB  - They grow.\nER  - \n", "@article{"),
        ("a.ris", "TY  - CPAPER\nTI  - Ferns\nAB  - They grow.\nT2  - Proc. of Ferns\nER  - \n", "@inproceedings{"),
        ("a.ris", "TY  - THES\nTI  - Ferns\nAB  - They grow.\nER  - \n", "@phdthesis{"),
        ("a.ris", "TY  - GEN\nTI  - Ferns\nAB  - They grow.\nT2  - Fern Letters\nER  - \n", "@misc{"),
        ("a.ris", "TY  - XYZ\nTI  - Ferns\nAB  - They grow.\nT2  - Fern Letters\nER  - \n", "@article{"),
        ("a.ris", "TY  - THES\nTI  - Ferns\nAB  - They grow.\nPB  - University of Ferns\nER  - \n", "@phdthesis{"),
        ("a.enw", "%0 Conference Paper\n%T Ferns\n%X They grow.\n", "@inproceedings{"),
        ("a.csv", "Title,Abstract,Document Type\nFerns,They grow.,Book Chapter\n", "@incollection{"),
        ("a.csv", "Title,Abstract,Item Type\nFerns,They grow.,journalArticle\n", "@article{"),
        ("a.json", '[{"type": "paper-conference", "title": "Ferns", "abstract": "They grow.", "issued": {}}]',
         "@inproceedings{"),
        ("a.bib", "@techreport{k, title={Ferns}, abstract={They grow.}}", "@techreport{k,"),
        ("a.txt", "RT Dissertation/Thesis\nT1 Ferns\nAB They grow.\n", "@phdthesis{"),
        ("a.txt", "PMID- 1\nTI  - Ferns\nAB  - They grow.\nPT  - Journal Article\nPT  - Review\n", "@article{"),
    ],
)  # fmt: skip
def test_what_came_in_comes_out_with_its_type(read: Read, name: str, content: str, head: str) -> None:
    (paper,) = read(name, content)[0]
    entry = "".join(line for line in bibtex_entry(paper).splitlines(keepends=True) if not line.startswith("%"))
    assert entry.startswith(head)


def test_a_venue_stands_where_the_type_has_it_and_what_is_found_elsewhere_changes_no_type(read: Read) -> None:
    (paper,) = read("a.ris", "TY  - CONF\nTI  - Ferns\nAB  - They grow.\nT2  - Proc. of Ferns\nER  - \n")[0]
    entry = bibtex_entry(paper, {"ENTRYTYPE": "article", "journal": "Fern Letters", "volume": "3"})
    assert "@inproceedings{" in entry
    assert "  booktitle = {Proc. of Ferns},\n" in entry
    assert "journal" not in entry
    assert "  volume = {3},\n" in entry


@pytest.mark.parametrize("end", [". ", ": "])
def test_pubmeds_summary_is_refused_by_name(read: Read, end: str) -> None:
    line = "Lund A, Dahl B. Ferns on stairs. J Nosuch\nFern. 2020 Jan 1;7(3):27-28. doi: 10.5555/f.1.\nPMID: 11.\n\n"
    papers, (refused,) = read("a.txt", f"1{end}{line}2{end}{line}")
    assert not papers
    assert 'PubMed\'s "Summary (text)", which has no abstracts: save it as "PubMed" or "Abstract (text)"' in str(
        refused
    )

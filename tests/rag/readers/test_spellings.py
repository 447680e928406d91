# ruff: noqa: E501 - names and addresses as others write them
"""Variants of what files hold: commands, tails, placeholders, names and ids, each with what it says."""

from __future__ import annotations

from typing import Any

import pytest

from rag.readers.identity import arxiv_id, arxiv_in_venue, doi_of, number
from rag.readers.people import people
from rag.readers.tails import has_none, without_tail
from rag.readers.text import readable
from tests.rag.readers.conftest import Read

SAID = "Ferns grow on old stairs within nine years."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\SI{5}{\micro\metre}, \SI{3}{\kilo\gram\per\square\metre}, \qty{3}{\percent}, \si{\nano\second}, \ang{45}",
         "5 µm, 3 kg/m^2, 3%, ns, 45°"),
        (r"\href{http://x.org/a_b}{the \emph{site}} of ferns", "the site of ferns"),
        (r"\makebox[2cm]{ferns} \odd[x]{stairs}", "ferns stairs"),
        (r"$^{13}$C, 10$^{3}$, 10\textsuperscript{-3}, H\textsubscript{2}O", "13C, 10^3, 10^-3, H2O"),
        (r"$\gamma\delta$ T cells", "γδ T cells"),
        (r"a stair\u2019s fern, \u{g}", "a stair’s fern, ğ"),
        (r"It costs US$5 per m$^2$ and \$6 or 7\$, $n$ of 10\%.", "It costs US$5 per m^2 and $6 or 7$, $n$ of 10%."),
        ("{`}old{'} stairs' ferns", "‘old’ stairs' ferns"),
        ("<font size=2>fern</font><!-- c --> stairs", "fern stairs"),
    ],
)  # fmt: skip
def test_text(written: str, shown: str) -> None:
    assert readable(written, latex="<" not in written) == shown


@pytest.mark.parametrize(
    "tail",
    [
        "This is a U.S. Government work and not under copyright protection in the US.",
        "This work is licensed under a Creative Commons Attribution 4.0 International License.",
        "Open Access. This article is distributed under the terms of CC BY.",
        "2021 Elsevier Ltd. All rights reserved.",
        "Fern House. All rights reserved.",
        "Georg Thieme Verlag KG Stuttgart · New York.",
        "The Author(s) 2021.",
        "First published online 3 May 2021.",
        "Supplemental material is available for this article. © RSNA, 2021",
        "[Figure: see text].",
        "(APA PsycInfo Database Record (c) 2020 APA, all rights reserved)",
    ],
)
def test_tails(tail: str) -> None:
    assert without_tail(f"{SAID} {tail}") == (SAID, tail)


@pytest.mark.parametrize("head", ["Abstract Background: ", "[Abstract] ", "Background. ", "AIM. ", "A b s t r a c t: "])
def test_headings(head: str) -> None:
    assert without_tail(head + SAID) == (SAID, "")


def test_labels_in_capitals_with_a_full_stop() -> None:
    assert without_tail("AIM. To look. METHODS. We look. RESULTS. It grew.")[0] == "To look. We look. It grew."


@pytest.mark.parametrize(
    "said",
    ["Abstract unavailable", "Kein Abstract", "No disponible", "TBA", "This article has no abstract.", "...", "No Data",
     "[Figure: see text]", "The abstract is not available.", "no-abstract", "abstract:", "Abstract missing", "see text",
     "An abstract is not available for this content so a preview has been provided"],
)  # fmt: skip
def test_placeholders(said: str) -> None:
    assert has_none(said)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Lund, Ada, et al.", ("Ada Lund",)),
        ("Lund, A. and Dahl, B. and et al.", ("A. Lund", "B. Dahl")),
        ("Lund, Ada, Jr.", ("Ada Lund Jr.",)),
        ("de la Cruz, María José", ("María José de la Cruz",)),
        ("Lund, Ada (0000-0001-2345-678X)", ("Ada Lund",)),
        ("Lund, Ada [1]; Dahl, Bo [2]", ("Ada Lund", "Bo Dahl")),
        ("Ada Lund1, Bo Dahl2", ("Ada Lund", "Bo Dahl")),
        ("Ada Lund (University of Ferns), Bo Dahl (Fern Lab)", ("Ada Lund", "Bo Dahl")),
        ("Lund, Ada <ada@x.org>", ("Ada Lund",)),
        ("Prof. Ada Lund", ("Ada Lund",)),
        ("Lund, Ada, PhD; Dahl, Bo, MD", ("Ada Lund", "Bo Dahl")),
        ("Lund, MD; Dahl, BE", ("MD Lund", "BE Dahl")),
        ("Ada Lund, PhD; Bo Dahl, MD", ("Ada Lund", "Bo Dahl")),
        ("Islam, Md Lund", ("Md Lund Islam",)),
        ("Lund, Ada AND Dahl, Bo", ("Ada Lund", "Bo Dahl")),
        ("Ada Lund¹, Bo Dahl2,3 and Cy Berg⁴*", ("Ada Lund", "Bo Dahl", "Cy Berg")),
        ("Ada Lund, Bo Dahl, +3 more", ("Ada Lund", "Bo Dahl")),
        ("Lund, A. B. 3rd; Dahl BE 4th", ("A. B. Lund 3rd", "BE Dahl 4th")),
        ("NCT01234567; ChiCTR2500105468; CTRI/2020/01/022716; Lund, A.", ("A. Lund",)),
        ("Lund A//Dahl B", ("A Lund", "B Dahl")),
        ("Lund A. B.Dahl C.van Berg D.", ("A. B. Lund", "C. Dahl", "D. van Berg")),
        ("Lund A. B. Dahl C. Berg D.", ("A. B. Lund", "C. Dahl", "D. Berg")),
        (["Fern Study, Group", "Foundation, U. S. Fern", "Center, Ada"], ("Fern Study Group", "U. S. Fern Foundation", "Ada Center")),
        ("SOCIETY FOR FERNS AND STAIRS", ("SOCIETY FOR FERNS AND STAIRS",)),
        ([{"LastName": "Lund", "ForeName": "Ada"}, {"name": {"given": "Bo", "family": "Dahl"}}], ("Ada Lund", "Bo Dahl")),
        ([{"firstName": "Ada", "lastName": "Lund", "creatorType": "author"}, {"lastName": "Ek", "creatorType": "editor"}],
         ("Ada Lund",)),
    ],
)  # fmt: skip
def test_people(written: Any, names: tuple[str, ...]) -> None:
    assert people(written) == names


@pytest.mark.parametrize(
    "written",
    ["info:doi/10.5555/f.1", "<10.5555/F.1>", "https://doi-org.proxy.uni.edu/10.5555/f.1", "doi=10.5555/f.1",
     "['10.5555/f.1']", "https://hdl.handle.net/10.5555/f.1", "DOI10.5555/f.1", "urn:doi:10.5555/f.1",
     "https://www.cochranelibrary.com/central/doi/10.5555/f.1/full", "10.5555/f.1/abstract"],
)  # fmt: skip
def test_dois(written: str) -> None:
    assert doi_of(written) == "10.5555/f.1"


def test_a_doi_with_entities_and_one_with_a_version() -> None:
    assert doi_of("10.1002/(SICI)1:2&lt;3::AID-4&gt;3.0.CO;2-2") == "10.1002/(sici)1:2<3::aid-4>3.0.co;2-2"
    assert doi_of("10.1101/2020.01.01.123456v2") == "10.1101/2020.01.01.123456"
    assert doi_of("10.21203/rs.3.rs-1/v1") == "10.21203/rs.3.rs-1/v1"  # there each version has a DOI of its own


@pytest.mark.parametrize(
    "written",
    ["abs/2405.14831", "https://ar5iv.org/abs/2405.14831", "https://www.alphaxiv.org/abs/2405.14831",
     "https://ar5iv.labs.arxiv.org/html/2405.14831", "arXiv.2405.14831", "arxiv-2405.14831"],
)  # fmt: skip
def test_arxiv_ids(written: str) -> None:
    assert arxiv_id(written) == ("2405.14831", 0)


@pytest.mark.parametrize(
    "venue", ["arXiv preprint arXiv:2405.14831", "CoRR abs/2405.14831", "arXiv, abs/2405.14831, 2024"]
)
def test_an_arxiv_id_in_place_of_a_journal(read: Read, venue: str) -> None:
    assert arxiv_id(arxiv_in_venue(venue))[0] == "2405.14831"
    entry = f"@article{{k, title={{Ferns}}, abstract={{{SAID}}}, journal={{{venue}}}}}"
    assert read("a.bib", entry)[0][0].id == "2405.14831"


@pytest.mark.parametrize(
    "written", ["PubMed:12345678", "PM:12345678", "https://pubmed.ncbi.nlm.nih.gov/12345678?dopt=Abstract"]
)
def test_pubmed_numbers(written: str) -> None:
    assert number(written) == "12345678"


@pytest.mark.parametrize(
    ("name", "content", "right"),
    [
        ("a.bib", f'@string{{j = "Fern " # "Letters"}}\n@article{{k, title="Ferns", journal=j # " B", abstract="{SAID}"}}',
         {"venue": "Fern Letters B"}),
        ("a.json", '{"resultList": {"result": [{"pmid": "11", "title": "Ferns", "abstractText": "Ferns grow.", "authorString": "Lund A, Dahl B",'
         ' "pubYear": "2021", "journalTitle": "Fern Letters"}]}}', {"id": "pmid:11", "authors": ("A Lund", "B Dahl"), "year": 2021}),
        ("a.json", '{"hits": {"hits": [{"id": 1, "doi": "10.5555/f.1", "metadata": {"title": "Ferns", "description": "<p>Ferns grow.</p>",'
         ' "creators": [{"name": "Lund, Ada"}], "publication_date": "2021-05-03"}}]}}', {"id": "10.5555/f.1", "authors": ("Ada Lund",), "year": 2021}),
        ("a.json", '{"response": {"docs": [{"id": "10.5555/f.1", "title_display": "Ferns", "abstract": ["Ferns grow."], "author_display": ["Ada Lund"]}]}}',
         {"title": "Ferns", "authors": ("Ada Lund",)}),
        ("a.csv", f"Titel;Zusammenfassung;Autoren;Jahr\nFarne;{SAID};Lund, Ada;2021", {"title": "Farne", "authors": ("Ada Lund",), "year": 2021}),
        ("a.csv", f"study_title,abstract_text,first_author,pub_date\nFerns,{SAID},Ada Lund,2021-05-03", {"authors": ("Ada Lund",), "year": 2021}),
        ("a.html", '<html><head><meta name="citation_title" content="Ferns"><meta name="citation_abstract" content="They grow."></head></html>',
         {"abstract": "They grow."}),
        ("a.html", '<html><head><meta name="DC.Title" content="Ferns"><meta name="DC.Creator" content="Lund, Ada"><meta name="DCTERMS.abstract" '
         f'content="{SAID}"><meta name="DC.Date" content="2021"></head></html>', {"authors": ("Ada Lund",), "year": 2021}),
        ("a.html", '<html><script type="application/ld+json">{"@type": "ScholarlyArticle", "headline": "Ferns", "abstract": "They grow.", "author": '
         '[{"name": "Ada Lund"}], "datePublished": "2021-05-03"}</script></html>', {"title": "Ferns", "authors": ("Ada Lund",), "year": 2021}),
    ],
)  # fmt: skip
def test_shapes(read: Read, name: str, content: str, right: dict[str, Any]) -> None:
    papers, rejected = read(name, content)
    assert len(papers) == 1, [str(r) for r in rejected]
    assert {field: getattr(papers[0], field) for field in right} == right

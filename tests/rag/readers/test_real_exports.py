# ruff: noqa: E501 - lines of the files that others write
"""What real exports of databases have, each kind with a small made file and what is right."""

from __future__ import annotations

from typing import Any

import pytest

from rag.readers.identity import doi_of, number
from rag.readers.people import people
from rag.readers.tails import without_tail
from rag.readers.text import readable
from rag.readers.twice_encoded import decoded_once_more
from tests.rag.readers.conftest import Read, reads_as

SAID = "Ferns grow on old stairs."
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<bib:Article rdf:about="http://x.org/1"><z:itemType>journalArticle</z:itemType><dcterms:isPartOf rdf:resource="urn:issn:1"/>'
    "<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Lund</foaf:surname><foaf:givenName>Ada</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>"
    "<dc:subject>ferns</dc:subject><dc:title>Ferns &amp; stairs</dc:title><dcterms:abstract>Ferns grow on old stairs.</dcterms:abstract>"
    "<dc:date>2021-05</dc:date><z:language>en</z:language></bib:Article>"
    '<bib:Journal rdf:about="urn:issn:1"><dc:title>Fern Letters</dc:title><dc:identifier>DOI 10.5555/f.1</dc:identifier></bib:Journal>'
    '<z:Attachment rdf:about="#1"><z:itemType>attachment</z:itemType><dc:title>a.pdf</dc:title></z:Attachment>'
    '<bib:Report rdf:about="#2"><z:itemType>report</z:itemType><dc:title>More</dc:title><dcterms:abstract>They grow.</dcterms:abstract>'
    "<dcterms:isPartOf><bib:Journal><dc:title>Fern Reports</dc:title></bib:Journal></dcterms:isPartOf>"
    "<dc:description>PMID: 12345678\nDOI: 10.21203/rs.3.rs-9/v1</dc:description></bib:Report></rdf:RDF>"
)
EMBASE = (
    "RECORD 1\nTITLE\n  Ferns on stairs of \ncastles\nAUTHOR NAMES\n  Lund A.; Dahl B.-E.\nSOURCE TITLE\n  Fern Letters\nPUBLICATION YEAR\n  2021\n"
    "ABSTRACT\n  Ferns grow on \nold stairs.\nAUTHOR KEYWORDS\n ferns; stairs\nMEDLINE PMID\n  123456 (http://www.ncbi.nlm.nih.gov/pubmed/123456)\nDOI\n  10.5555/f.1\n\n"
    "RECORD 2\nTITLE\n  More\nABSTRACT\n  They grow.\n"
)

KINDS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "Zotero's RDF, a journal behind its article or inside it": (
        "a.rdf",
        RDF,
        [
            {"title": "Ferns & stairs", "authors": ("Ada Lund",), "year": 2021, "venue": "Fern Letters", "id": "10.5555/f.1",
             "keywords": ("ferns",), "language": "en", "kind": "article"},
            {"title": "More", "venue": "Fern Reports", "id": "10.21203/rs.3.rs-9", "version": 1, "kind": "techreport",
             "ids": ("doi:10.21203/rs.3.rs-9/v1", "pmid:12345678")},
        ],
    ),
    "Embase's plain text": (
        "a.txt",
        EMBASE,
        [
            {"title": "Ferns on stairs of castles", "authors": ("A. Lund", "B.-E. Dahl"), "venue": "Fern Letters", "year": 2021,
             "abstract": SAID, "keywords": ("ferns", "stairs"), "ids": ("pmid:123456",)},
            {"title": "More", "abstract": "They grow."},
        ],
    ),
    "Scopus in Chinese": (
        "a.csv",
        f'"作者","文献标题","年份","来源出版物名称","链接","摘要"\n"Lund, A.; Dahl, B.",Ferns,2021,Fern Letters,https://x.org/1,{SAID}\n',
        [{"title": "Ferns", "authors": ("A. Lund", "B. Dahl"), "year": 2021, "venue": "Fern Letters", "url": "https://x.org/1"}],
    ),
    "Scopus without a column for the DOI": (
        "a.csv",
        f"Title,Abstract,Link\nFerns,{SAID},https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.5555%2ff.1&partnerID=40&md5=1\n",
        [{"id": "10.5555/f.1"}],
    ),
    "Ovid's table": (
        "a.csv",
        'ORN,DB,UI,PM,TI,SO,AU,KW,AB,DO,LG,YR\n1,Embase,20,123456 [http://www.ncbi.nlm.nih.gov/pubmed/?term=123456],Ferns,"Fern Letters. 25 (1) (no pagination), 2018. Article Number: 3",'
        f'"Lund A.\n\nDahl B.","ferns; stairs",{SAID},http://dx.doi.org/10.5555/f.1,English,\n',
        [{"id": "10.5555/f.1", "ids": ("pmid:123456",), "venue": "Fern Letters", "year": 2018, "authors": ("A. Lund", "B. Dahl"), "language": "English"}],
    ),
    "PubMed as a table of its tags (PubData2XL)": (
        "a.csv",
        f"PMID,Title,Author(s),Author(s) Full Name,Abstract,Article Identifier\n12,Ferns,Lund A||Dahl B,\"Lund, Ada||Dahl, Bo\",{SAID},S1 [pii]||10.5555/f.1 [doi]\n",
        [{"id": "10.5555/f.1", "authors": ("Ada Lund", "Bo Dahl")}],
    ),
    "PubMed's number in Embase's and Scopus's RIS, and EndNote's": (
        "a.ris",
        "".join(
            f"TY  - JOUR\nT1  - Ferns {n}\nN2  - {SAID}\n{lines}\nER  - \n"
            for n, lines in enumerate(("DB  - Embase\nC5  - 123451", "DB  - Scopus\nC2  - 123452", "DP  - NLM\nAN  - 123453", "DB  - Embase\nC5  - Fern Institute"))
        ),
        [{"id": "pmid:123451"}, {"id": "pmid:123452"}, {"id": "pmid:123453"}, {"ids": ()}],
    ),
    "keywords with what they are most about, and with commas in brackets": (
        "a.csv",
        f'title,abstract,keywords\nFerns,{SAID},"*Ferns; Stairs/*growth"\nMore,{SAID},"fern (leaf, root), stair [old, new]"\n',
        [{"keywords": ("Ferns", "Stairs/growth")}, {"keywords": ("fern (leaf, root)", "stair [old, new]")}],
    ),
    "a link in place of a journal": ("a.csv", f"title,abstract,journal\nFerns,{SAID},https://clinicaltrials.gov/show/NCT1\n", [{"venue": ""}]),
    "a title that PubMed translated": ("a.txt", f"PMID- 1\nTI  - [Ferns on stairs].\nAB  - {SAID}\n", [{"title": "Ferns on stairs"}]),
    "authors of BibTeX with one that has no comma, and with nobody at the end": (
        "a.bib",
        f"@article{{a, title={{Ferns}}, abstract={{{SAID}}}, author={{{{Fern Team}} and Lund, Ada and Van Ek, Bo and }}}}",
        [{"authors": ("Fern Team", "Ada Lund", "Bo Van Ek")}],
    ),
    "IEEE's kinds of publication": (
        "a.csv",
        f"Document Title,Abstract,Document Identifier\nFerns,{SAID},IEEE Conferences\nMore,{SAID},IEEE Journals\n",
        [{"kind": "inproceedings"}, {"kind": "article"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(read: Read, kind: str) -> None:
    reads_as(read, *KINDS[kind])


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Lund and Bo [van den Ek]", ("Ada Lund", "Bo van den Ek")),
        ("A Lund, B Dahl, CE Berg…", ("A Lund", "B Dahl", "CE Berg")),
        ("Lund, N.A.; Dahl, NA", ("N.A. Lund", "NA Dahl")),
        ("Isrctn,; NL-OMON49429; RBR-8cjjpgm; IRCT20250701066320N1; Lund, A", ("A Lund",)),
        ("- The Fern Consortium", ("The Fern Consortium",)),
        ("Long, Trinh Q.", ("Trinh Q. Long",)),
        ("Lund-Ek,, Ada", ("Ada Lund-Ek",)),
        ("Beck I., Roe A. and Poe E.", ("I. Beck", "A. Roe", "E. Poe")),
        ("Ann Lee, Bo Ek and Cy Poe", ("Ann Lee", "Bo Ek", "Cy Poe")),
    ],
)
def test_people(written: str, names: tuple[str, ...]) -> None:
    assert people(written) == names


@pytest.mark.parametrize(
    "written",
    [
        "http://sfx.x.org/u?sid=E&id=doi:10.5555%2Ff.tel.1&atitle=x",
        "10.5555/f.℡.1",
        "https://x.org/?doi=10.5555/f.tel.1&a=1",
    ],
)
def test_dois(written: str) -> None:
    assert doi_of(written) == "10.5555/f.tel.1"


def test_a_number_with_its_link() -> None:
    assert number("123456 [http://www.ncbi.nlm.nih.gov/pubmed/?term=123456]") == "123456"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"up to $3\times$3× as fast, $111 \times$ at best", "up to 3× as fast, 111× at best"),
        (r"for (ϵ,δ)\documentclass[12pt]{minimal} \usepackage{amsmath} \begin{document}$$(\epsilon , \delta )$$\end{document}-growth",
         r"for $$(\epsilon , \delta )$$-growth"),
        (r"of 22 +/- 3$$22\pm 3$$ bits, the $x$ x-axis and $n$-grams", r"of $$22\pm 3$$ bits, the $x$ x-axis and $n$-grams"),
        ('by <tex-math>$15 \\times$</tex-math><inline-graphic xlink:href="a-1.gif"/> or so', "by 15× or so"),
        (r"IFN{gamma} and 10{+/-}2 {euro} of {set}", "IFNγ and 10±2 € of {set}"),
        (r"small\n\t\t ferns and \nin stairs, \nabla.\ud \ud They", "small ferns and in stairs, ∇. They"),
        ("the â€œfernsâ€\ufffd of Gröbner", "the “ferns” of Gröbner"),
    ],
)  # fmt: skip
def test_text(written: str, shown: str) -> None:
    assert readable(written) == shown


@pytest.mark.parametrize("text", ["naïve’s “x” – 5 µm", "© 2006 é", "café Gröbner"])
def test_utf8_that_was_taken_for_mac_roman(text: str) -> None:
    assert decoded_once_more(text.encode().decode("mac_roman")) == text
    assert decoded_once_more("2√π r and √π") == "2√π r and √π"


@pytest.mark.parametrize(
    "tail",
    [
        "[ABSTRACT FROM PUBLISHER]",
        "(English) [ABSTRACT FROM AUTHOR]",
        "A video abstract is available at",
        "Electronic supplementary material: The online version of this article (doi:10.5555/f.1) contains supplementary material, which is available to authorized users.",
    ],
)
def test_tails(tail: str) -> None:
    assert without_tail(f"{SAID} {tail}") == (SAID, tail)


@pytest.mark.parametrize(
    "tail",
    [
        "[Published by Fern House.]", "(FERN LETTERS 2014;59:808-816).", "Journal compilation © 2009 Fern House.",
        "Reprinted by permission of the publisher.", "Copyright Fern & Francis Group, LLC.", "[Figure not available: see fulltext.]",
        "Supplemental data for this article can be accessed online at https://x.org/1.", "2020 The Authors. Fern Letters published by Fern House.",
        "This article is part of a Special Issue entitled: Ferns.", "(ABSTRACT TRUNCATED AT 250 WORDS)", "S. Karger AG, Basel.",
    ],
)  # fmt: skip
def test_more_tails(tail: str) -> None:
    assert without_tail(f"{SAID} {tail}") == (SAID, tail)


@pytest.mark.parametrize(
    "text",
    [
        "The tool is © free of charge and grows.",
        "We adapted it. Ferns are by permission of nobody.",
        "The society (Fern 2020) says so.",
    ],
)
def test_what_only_looks_like_a_tail_is_kept(text: str) -> None:
    assert without_tail(text) == (text, "")


@pytest.mark.parametrize(
    "said",
    ["This article does not have an abstract.", "Abstract available from the publisher.", "Sin resumen", "---", "0", "<p>nan</p>",
     "An abstract is unavailable. This article is available as HTML full text and PDF."],
)  # fmt: skip
def test_no_abstracts(read: Read, said: str) -> None:
    papers, (rejected,) = read("a.csv", f"title,abstract\nFerns,{said}\n")
    assert not papers
    assert "no abstract" in str(rejected)


FURTHER: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "a # in braces is one, outside it joins": (
        "a.bib",
        f'@string{{j = "Fern"}}\n@article{{k, title={{Ferns # on}}, abstract={{C# and F# grow.}}, journal = j # " B"}}\n@misc{{l, title={{B}}, abstract={{{SAID}}}, journal={{j}}}}',
        [{"title": "Ferns # on", "abstract": "C# and F# grow.", "venue": "Fern B"}, {"venue": "j"}],
    ),
    "a group that braces hold together": (
        "a.bib",
        f"@article{{k,, title={{Ferns}}, abstract={{{SAID}}}, author={{{{The Fern and Moss Society}}}}}}",
        [{"authors": ("The Fern and Moss Society",)}],
    ),
    "two columns of one name": ("a.csv", f"title,abstract,title,abstract\nFerns,,Other,{SAID}\n", [{"title": "Ferns", "abstract": SAID}]),
    "papers by their ids": ("a.json", f'{{"W1": {{"title": "Ferns", "abstract": "{SAID}"}}, "W2": {{"title": "More", "abstract": "x."}}}}', [{"title": "Ferns"}, {"title": "More"}]),
    "a date without dashes": ("a.csv", f"title,abstract,date\nFerns,{SAID},20210503\nMore,{SAID},12345678\n", [{"year": 2021}, {"year": None}]),
    "RIS with tabs": ("a.ris", f"TY\t-\tJOUR\nTI\t-\tFerns\nAB\t-\t{SAID}\nER\t-\n", [{"title": "Ferns"}]),
    "Semantic Scholar's ids in a cell": ("a.csv", f"title,abstract,externalIds\nFerns,{SAID},\"{{'CorpusId': 1, 'DOI': '10.5555/f.1'}}\"\n", [{"id": "10.5555/f.1"}]),
    "PubMed's list of names": ("a.csv", f'Title,Abstract,Authors,Journal/Book\nFerns,{SAID},"Lund A, Dahl BE.",Fern Lett\n', [{"authors": ("A Lund", "BE Dahl"), "venue": "Fern Lett"}]),
    "Web of Science's book group is no author": ("a.txt", f"PT C\nAU Lund, A\nGP IEEE\nTI Ferns\nAB Publisher Summary; {SAID}\nER\n", [{"authors": ("A Lund",), "abstract": SAID}]),
    "bioRxiv's feed": (
        "a.xml",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="d"><item><title>Ferns</title><link>http://biorxiv.org/cgi/content/short/1v2?rss=1</link>'
        "<description>Ferns {beta} grow.</description><dc:creator>Lund, A., Dahl, B. E.</dc:creator><dc:identifier>doi:10.1101/2020.1.1</dc:identifier></item></rdf:RDF>",
        [{"id": "10.1101/2020.1.1", "authors": ("A. Lund", "B. E. Dahl"), "abstract": "Ferns β grow."}],
    ),
    "EndNote's keywords, one a line": ("a.enw", f"%0 Journal Article\n%T Ferns\n%K ferns\nold stairs\n%X {SAID}\n", [{"keywords": ("ferns", "old stairs")}]),
    "nobody by Scopus's words": ("a.csv", f"title,abstract,authors\nFerns,{SAID},[No author name available]\n", [{"authors": ()}]),
}  # fmt: skip


@pytest.mark.parametrize("kind", FURTHER)
def test_further_kinds(read: Read, kind: str) -> None:
    reads_as(read, *FURTHER[kind])

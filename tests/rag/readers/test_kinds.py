# ruff: noqa: E501 - lines of the files that others write
"""Kinds of faults met in real exports, each with a small file of its kind and what is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.readers.identity import title_id
from rag.readers.text import readable
from tests.rag.readers.conftest import Read

ABSTRACT = "Ferns grow on old stairs."
JSON = json.dumps


def bib(**fields: str) -> str:
    fields = {"title": "Ferns on stairs", "abstract": ABSTRACT, "year": "2021", **fields}
    return "@article{k,\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"


KINDS: dict[str, tuple[str, str | bytes, list[dict[str, Any]]]] = {
    "signs of text": (
        "a.bib",
        bib(abstract=r"Damp stairs had more ferns (p {\textless} 0.01), none lost them (p {\textgreater} 0.4)."),
        [{"abstract": "Damp stairs had more ferns (p < 0.01), none lost them (p > 0.4)."}],
    ),
    "commands with an argument": (
        "a.bib",
        bib(abstract=r"We use \mbox{cross-checks} and the tool \texttt{ferntool} on {D}anish stairs."),
        [{"abstract": "We use cross-checks and the tool ferntool on Danish stairs."}],
    ),
    "Greek in text": (
        "a.bib",
        bib(title=r"The {\textgamma}-form", abstract=r"Of {\textalpha} at {\textminus}3 degrees, x{\textbar}y, \odd{kept}."),
        [{"title": "The γ-form", "abstract": "Of α at −3 degrees, x|y, kept."}],
    ),
    "PubMed's text": (
        "a.txt",
        "1. J Nosuch Fern. 2019 Mar 1;2(1):3-4. doi: 10.5555/f.1.\n\nFerns on stairs of castles.\n\nLund A(1), Dahl B(2).\n\n"
        "Author information:\n(1)Nosuch Fern Institute, Nowhere.\n\nFerns grow on stairs. We counted them in nine castles.\n\n"
        "PMID: 11\n\n\n2. J Nosuch Fern. 2018 Mar 1;2(1):5-6. doi: 10.5555/f.2.\n\nFerns on wells of castles.\n\nDahl B(1).\n\n"
        "Ferns grow in wells. We counted them in six castles.\n\nPMID: 12\n",
        [
            {"title": "Ferns on stairs of castles", "authors": ("A Lund", "B Dahl"), "year": 2019, "id": "10.5555/f.1"},
            {"abstract": "Ferns grow in wells. We counted them in six castles.", "ids": ("pmid:12",)},
        ],
    ),
    "RIS with notes of several lines": (
        "a.txt",
        "TY  - JOUR\nAU  - Lund, Ada\nTI  - Ferns on stairs\nAB  - Ferns grow on old stairs.\nPY  - 2020\nN1  - Cited By :7\n\n"
        "Export Date: 2 June 2021\n\nArticle\nER  - \n",
        [{"title": "Ferns on stairs", "abstract": ABSTRACT, "authors": ("Ada Lund",), "year": 2020}],
    ),
    "copyright lines": (
        "a.csv",
        "title,abstract\nOne,Ferns like shade. © 2020 Nosuch B.V. All rights reserved.\nTwo,Ferns like dew. Published by Fern House.\n"
        "Three,Ferns like lime. (C) 2019 The Author(s).\nFour,Copyright is a law. We read it.\n",
        [
            {"abstract": "Ferns like shade.", "rights": "© 2020 Nosuch B.V. All rights reserved."},
            {"abstract": "Ferns like dew.", "rights": "Published by Fern House."},
            {"abstract": "Ferns like lime.", "rights": "(C) 2019 The Author(s)."},
            {"abstract": "Copyright is a law. We read it.", "rights": ""},
        ],
    ),
    "a DOI in two pairs of braces": (
        "a.bib",
        bib(doi="{10.5555/F.1}", title="{Ferns on stairs}", year="{2021}"),
        [{"id": "10.5555/f.1", "url": "https://doi.org/10.5555/f.1", "title": "Ferns on stairs", "year": 2021}],
    ),
    "a DOI that stands for none": (
        "a.csv",
        "title,abstract,doi\nOne,First.,NA\nTwo,Second.,n/a\nThree,Third.,None\nFour,Fourth.,nan\nFive,Fifth.,-\n",
        [{"doi": ""}] * 5,
    ),
    "JATS and entities": (
        "a.jsonl",
        JSON({
            "DOI": "10.5555/f.1", "title": ["Ferns &amp; stairs"], "issued": {"date-parts": [[2020, 5]]},
            "abstract": "<jats:title>Abstract</jats:title><jats:p>Ferns give H<jats:sub>2</jats:sub>O if p &lt; 0.1.</jats:p>",
            "author": [{"given": "Ada", "family": "Lund"}, {"name": "Nosuch Fern Team"}],
        }),
        [{"title": "Ferns & stairs", "abstract": "Ferns give H2O if p < 0.1.", "year": 2020,
          "authors": ("Ada Lund", "Nosuch Fern Team")}],
    ),
    "HTML entities in BibTeX": (
        "a.bib",
        bib(title=r"Ferns \&amp; Stairs", abstract=r"(1)\&nbsp;At 3 \&lt; x \&lt; 7 degrees; it\&#x2019;s <i>wet</i>."),
        [{"title": "Ferns & Stairs", "abstract": "(1) At 3 < x < 7 degrees; it’s wet."}],
    ),
    "CSL": (
        "a.json",
        JSON([{"id": "lund2020", "type": "article-journal", "title": "Ferns", "abstract": ABSTRACT, "DOI": "10.5555/f.1",
               "author": [{"family": "Lund", "given": "Ada"}], "issued": {"date-parts": [[2020]]}}]),
        [{"id": "10.5555/f.1", "authors": ("Ada Lund",), "year": 2020}],
    ),
    "a CSL key is no identity": (
        "a.json",
        JSON([{"id": "lund2020", "type": "book", "title": "Ferns", "abstract": ABSTRACT, "issued": {"date-parts": [[2020]]}}]),
        [{"id": title_id("Ferns")}],
    ),
    "Lens and Covidence": (
        "a.csv",
        "Title,Author/s,Abstract,Publication Year\nFerns,Ada Lund; Bo Dahl,Ferns grow.,2020\n",
        [{"authors": ("Ada Lund", "Bo Dahl"), "year": 2020}],
    ),
    "Zotero": (
        "a.csv",
        '"Key","Item Type","Publication Year","Author","Title","DOI","Url","Abstract Note"\n'
        '"Q1","journalArticle","2020","Lund, Ada; Dahl, Bo","Ferns","10.5555/f.1","https://x.org/1","Ferns grow."\n',
        [{"authors": ("Ada Lund", "Bo Dahl"), "year": 2020, "id": "10.5555/f.1", "url": "https://x.org/1"}],
    ),
    "Excel's first line": ("a.csv", "sep=;\ntitle;abstract;year\nFerns;Ferns grow.;2020\n", [{"title": "Ferns", "year": 2020}]),
    "Windows-1252": (
        "a.csv",
        "title,abstract\nFarn an Wänden,Farn wächst an Wänden – überall.\n".encode("cp1252"),
        [{"title": "Farn an Wänden", "abstract": "Farn wächst an Wänden – überall."}],
    ),
    "last names first": (
        "a.csv",
        'title,abstract,authors\n1,A.,"Lund, Ada"\n2,B.,"Lund, A., Dahl, B., Berg, C."\n3,C.,"Lund, Ada and Dahl, Bo"\n'
        "4,D.,\"['Lund, Ada', 'Dahl, Bo']\"\n",
        [
            {"authors": ("Ada Lund",)},
            {"authors": ("A. Lund", "B. Dahl", "C. Berg")},
            {"authors": ("Ada Lund", "Bo Dahl")},
            {"authors": ("Ada Lund", "Bo Dahl")},
        ],
    ),
    "authors in BibTeX": (
        "a.bib",
        bib(title="One", author="Lund, Ada; Dahl, Bo; Berg, Cy")
        + bib(title="Two", author="Lund A., Dahl B., Berg C. and Holm D.")
        + bib(title="Three", author="Lund, Ada and others")
        + bib(title="Four", author="family=Lund, given=Ada, prefix=van der, useprefix=true"),
        [
            {"authors": ("Ada Lund", "Bo Dahl", "Cy Berg")},
            {"authors": ("A. Lund", "B. Dahl", "C. Berg", "D. Holm")},
            {"authors": ("Ada Lund",)},
            {"authors": ("Ada van der Lund",)},
        ],
    ),
    "a field twice": (
        "a.bib", "@book{k, title={Ferns}, abstract={They grow.}, keywords={fern}, keywords={stair}}", [{"keywords": ("fern",)}]
    ),
    "no key": ("a.bib", "@article{\n  title = {Ferns},\n  abstract = {They grow.}\n}\n", [{"title": "Ferns"}]),
    "parts that # joins": (
        "a.bib",
        '@string{ada = "Lund, Ada"}\n@string(bo = {Dahl, Bo})\n'
        '@article{k, title = "Ferns on " # "stairs", author = ada # " and " # bo, abstract = {They grow.}}',
        [{"title": "Ferns on stairs", "authors": ("Ada Lund", "Bo Dahl")}],
    ),
    "an @ at a line's start": (
        "a.bib", "@article{k, title = {Ferns}, abstract = {We raise recall\n@5 (from 1 to 2) at last.}}",
        [{"abstract": "We raise recall @5 (from 1 to 2) at last."}],
    ),
    "LaTeX in Atom": (
        "a.xml",
        r"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2502.00002v1</id><title>Ferns by
Erd\H{o}s</title><summary>A gain of 5\% on \emph{ferns}, i.e.\ ``dry'' M\"unster ones.</summary></entry></feed>""",
        [{"title": "Ferns by Erdős", "abstract": "A gain of 5% on ferns, i.e. “dry” Münster ones."}],
    ),
    "one dollar": (
        "a.bib", bib(abstract=r"A {GPU} day costs $7 and saves 20\% of {D}anish ferns."),
        [{"abstract": "A GPU day costs $7 and saves 20% of Danish ferns."}],
    ),
    "Better BibTeX": (
        "a.bib",
        bib(title="Ferns of {$<$}5 leaves", abstract='{$<$}p id="a"{$>$}Of 3 {$\\mu$}m, p {$<$} 0.1, 10{$^{-6}$} g of CO{$_2$}.{$<$}/p{$>$}'),
        [{"title": "Ferns of <5 leaves", "abstract": "Of 3 µm, p < 0.1, 10^-6 g of CO2."}],
    ),
    "Semantic Scholar's envelope": (
        "a.json",
        JSON({"total": 2, "data": [
            {"paperId": "a", "externalIds": {"DOI": "10.5555/f.1"}, "title": "Ferns", "abstract": ABSTRACT, "year": 2020,
             "authors": [{"authorId": "1", "name": "Ada Lund"}]},
            {"paperId": "b", "externalIds": {"ArXiv": "2101.00002"}, "title": "Wells", "abstract": ABSTRACT, "authors": []}]}),
        [{"id": "10.5555/f.1", "authors": ("Ada Lund",)}, {"id": "2101.00002"}],
    ),
    "OpenAlex": (
        "a.json",
        JSON({"meta": {"count": 1}, "results": [
            {"id": "https://openalex.org/W7", "doi": "https://doi.org/10.5555/F.1", "title": "Ferns", "publication_year": 2020,
             "authorships": [{"author": {"display_name": "Ada Lund"}}], "is_retracted": True,
             "abstract_inverted_index": {"Ferns": [0, 3], "grow": [1], "where": [2], "grew.": [4]}}]}, indent=1),
        [{"id": "10.5555/f.1", "abstract": "Ferns grow where Ferns grew.", "year": 2020, "authors": ("Ada Lund",),
          "ids": ("openalex:W7",), "withdrawn": True}],
    ),
    "escapes in links": (
        "a.bib", bib(doi=r"10.5555/1-2{\_}3", url=r"http://x.org/1-2{\_}34/page"),
        [{"id": "10.5555/1-2_3", "url": "http://x.org/1-2_34/page"}],
    ),
    "a saved page": (
        "a.html",
        '<!DOCTYPE html><html><head><title>Daily Papers</title></head><body><article><h3><a href="/papers/2501.00002">Ferns'
        "</a></h3><p>Ferns grow.</p></article></body></html>",
        [{"id": "2501.00002", "title": "Ferns", "abstract": "Ferns grow."}],
    ),
    "a line of comment": ("a.bib", "@comment ferns are below\n" + bib(), [{"title": "Ferns on stairs"}]),
    "a DOI with what follows it": (
        "a.csv", f'title,abstract,doi\nFerns,They grow.,"10.5555/f.1     LK  - https://x.org/?{"a=1&" * 90}"\n',
        [{"id": "10.5555/f.1"}],
    ),
    "a row's number": ("a.csv", "id,title,abstract\n1,Ferns,They grow.\n", [{"id": title_id("Ferns")}]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_export(read: Read, kind: str) -> None:
    name, content, expected = KINDS[kind]
    papers, rejected = read(name, content)
    assert not rejected
    assert [{field: getattr(p, field) for field in e} for p, e in zip(papers, expected, strict=True)] == expected


def test_all_spellings_of_a_doi_are_one(read: Read) -> None:
    rows = [{"title": "Ferns", "abstract": ABSTRACT, "doi": doi} for doi in (
        "https://doi.org/10.5555/F.1", "10.5555/f.1", "doi:10.5555/f.1", "DOI: 10.5555/f.1.", "http://dx.doi.org/10.5555%2Ff.1")]  # fmt: skip
    papers, _ = read("a.jsonl", "\n".join(map(json.dumps, rows)))
    assert {(paper.id, paper.url) for paper in papers} == {("10.5555/f.1", "https://doi.org/10.5555/f.1")}


def test_an_abstract_that_says_there_is_none(read: Read) -> None:
    said = ["[No abstract available]", "nan", "No abstract available.", "N/A", "None", "Abstract not available", "-"]
    papers, rejected = read(
        "a.csv", "title,abstract\n" + "".join(f"Letter {i},{text}\n" for i, text in enumerate(said))
    )
    assert not papers
    assert [r.reason for r in rejected] == [f"no abstract (Letter {i})" for i in range(len(said))]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b and c> d, p<0.05 and q>3", "a <b and c> d, p<0.05 and q>3"),
        ("10<sup>-3</sup> Ca<sup>2+</sup>, 5<sup>th</sup>", "10^-3 Ca2+, 5th"),
        ("AT&T &notreal; &amp;lt;i&amp;gt;x&amp;lt;/i&amp;gt;", "AT&T &notreal; x"),
        ("at ~3.3% and {x}", "at ~3.3% and {x}"),
        (r"C:\temp and \unheardof", r"C:\temp and \unheardof"),
        ("$5 and $6 of it", "$5 and $6 of it"),
        (r"O($n^{2}$) of $\alpha_{1}$", r"O($n^{2}$) of $\alpha_{1}$"),
        (r"25\,\% of $\leq$ 3 \v{C}ech {\O}re", "25 % of ≤ 3 Čech Øre"),
        ("<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>", "x^2"),
        (r"<tex-math>\begin{document}$$x^{2}$$\end{document}</tex-math>", "$$x^{2}$$"),
    ],
)
def test_text_of_any_source(text: str, shown: str) -> None:
    assert readable(text) == shown

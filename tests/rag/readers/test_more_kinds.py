# ruff: noqa: E501 - lines of the files that others write
"""Further kinds of faults met in real exports of databases and reference managers, each with a small file of its kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.readers.people import person
from rag.readers.tails import without_tail
from tests.rag.readers.conftest import Read, reads_as

ABSTRACT = "Ferns grow on old stairs."
EBSCO = (
    " [ABSTRACT FROM AUTHOR] Copyright of Fern Letters is the property of Fern House and its content may not be copied or emailed to "
    "multiple sites or posted to a listserv without the copyright holder's express written permission. However, users may print, "
    "download, or email articles for individual use. This abstract may be abridged. No warranty is given about the accuracy of the "
    "copy. Users should refer to the original published version of the material for the full abstract. (Copyright applies to all Abstracts.)"
)

KINDS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "a column Source that is a journal with its place (Embase)": (
        "a.csv",
        'Title,Author Names,Source,Abstract\nFerns,"Lund A., Dahl B.-E.",Fern Letters (2014) 3:3 (152-160). Date of Publication: 2014,' + ABSTRACT,
        [{"venue": "Fern Letters", "year": 2014, "authors": ("A. Lund", "B.-E. Dahl")}],
    ),
    "a column Source that is a journal (Cochrane)": (
        "a.csv",
        "Author(s),Title,Source,Year,Abstract\nA Lund,Ferns,Fern Trials,2011," + ABSTRACT,
        [{"venue": "Fern Trials", "year": 2011}],
    ),
    "a column Source that is a database (Scopus)": (
        "a.csv",
        "Title,Year,Source title,Abstract,Source\nFerns,2020,,Ferns grow.,Scopus\nFerns two,2020,Fern Letters,Ferns grow.,Scopus",
        [{"venue": ""}, {"venue": "Fern Letters"}],
    ),
    "RefWorks' table": (
        "a.tsv",
        "Reference Type\tReference Id\tAuthors, Primary\tTitle Primary\tPeriodical Full\tPub Year\tKeywords\tAbstract\tDOI\n"
        f"Journal Article\t1\tLund,Ada;Dahl,Bo\tFerns\tFern Letters\t2020\tferns;stairs\t{ABSTRACT}\t10.5555/f.1",
        [{"id": "10.5555/f.1", "authors": ("Ada Lund", "Bo Dahl"), "year": 2020, "venue": "Fern Letters", "keywords": ("ferns", "stairs")}],
    ),
    "a note in BibTeX that is no abstract (Zotero from Web of Science)": (
        "a.bib",
        "@article{k, title={Ferns}, annote={Times Cited in Web of Science Core Collection: 8 Total Times Cited: 8 Cited Reference Count: 32 "
        "and this remark is long enough to be taken for an abstract by its length alone, which is no sign of one}}",
        [],
    ),
    "RIS whose first record holds commas and the words title and abstract (Ovid)": (
        "a.ris",
        "2. \nTY  - JOUR\nDB  - APA PsycInfo\nT1  - Ferns\nA2  - Lund, title, abstract, Dahl, et al.\nRF  - x, title, abstract\nN2  - Ferns grow.\nER  -  \n",
        [{"title": "Ferns", "abstract": "Ferns grow."}],
    ),
    "EBSCO's long copyright lines": (
        "a.csv",
        f'title,abstract\nFerns,"{ABSTRACT}{EBSCO}"\nMore,"Ferns grow. [Copyright &y& Elsevier]"',
        [{"abstract": ABSTRACT, "rights": EBSCO.strip()}, {"abstract": "Ferns grow.", "rights": "[Copyright &y& Elsevier]"}],
    ),
    "PubMed's mark of copyright left in the text (Lens)": (
        "a.csv",
        f"title,abstract\nFerns,{ABSTRACT} <CopyrightInformation>© 2020 Fern Pty Ltd.</CopyrightInformation>",
        [{"abstract": ABSTRACT}],
    ),
    "a journal that publishes, behind the copyright sign (Wiley, Springer)": (
        "a.csv",
        f'title,abstract\nFerns,"{ABSTRACT} Copyright © 2024 The Authors. The International Journal of Ferns published by Fern & Sons Ltd."\n'
        f'More,"{ABSTRACT} © 2023. The Author(s), under exclusive licence to Fern Nature."\n'
        'Third,"Ferns grow. © 2023 is a sign on the wall. The wall is of stone and carries ferns."',
        [{"abstract": ABSTRACT}, {"abstract": ABSTRACT}, {"abstract": "Ferns grow. © 2023 is a sign on the wall. The wall is of stone and carries ferns."}],
    ),
    "ERIC's remark": ("a.csv", f"title,abstract\nOne,{ABSTRACT} (As Provided)\nTwo,{ABSTRACT} (Author/RT)", [{"abstract": ABSTRACT}, {"abstract": ABSTRACT}]),
    "a first name that is null": ("a.csv", f'title,abstract,authors\nFerns,{ABSTRACT},"van den Lund, null; Dahl, Bo"', [{"authors": ("van den Lund", "Bo Dahl")}]),
    "DataCite's lists (Zenodo)": (
        "a.json",
        json.dumps({"data": {"id": "10.5555/zenodo.1", "type": "dois", "attributes": {
            "doi": "10.5555/ZENODO.1", "creators": [{"name": "Lund, Ada", "givenName": "Ada", "familyName": "Lund"}, {"name": "Fern Group"}],
            "titles": [{"title": "Ferns"}, {"title": "on stairs", "titleType": "Subtitle"}], "publicationYear": 2020,
            "descriptions": [{"description": "Methods.", "descriptionType": "Methods"}, {"description": f"<p>{ABSTRACT}</p>", "descriptionType": "Abstract"}],
            "subjects": [{"subject": "ferns"}], "url": "https://x.org/1", "publisher": {"name": "Zenodo"}}}}),
        [{"id": "10.5555/zenodo.1", "title": "Ferns: on stairs", "abstract": ABSTRACT, "authors": ("Ada Lund", "Fern Group"), "year": 2020,
          "keywords": ("ferns",), "url": "https://x.org/1"}],
    ),
    "MEDLINE from ERIC, without a PMID": (
        "a.nbib",
        f"OWN - ERIC\nTI  - Ferns\nAU  - Lund, Ada\nJT  - Fern Letters\nDP  - 2020\nLID - http://x.org/1\nAB  - {ABSTRACT}\n\nOWN - ERIC\nTI  - More\nAB  - Ferns\n      grow.\n",
        [{"title": "Ferns", "authors": ("Ada Lund",), "venue": "Fern Letters", "year": 2020, "url": "http://x.org/1"}, {"abstract": "Ferns grow."}],
    ),
    "arXiv's daily announcements as Atom": (
        "a.xml",
        '<?xml version="1.0"?><feed xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom"><entry>'
        "<id>oai:arXiv.org:2603.00001v1</id><title>Ferns</title><summary>arXiv:2603.00001v1 Announce Type: new\nAbstract: Ferns grow.</summary>"
        '<category term="cs.CL"/><dc:creator>Ada Lund, Bo Dahl</dc:creator></entry></feed>',
        [{"id": "2603.00001", "abstract": "Ferns grow.", "authors": ("Ada Lund", "Bo Dahl"), "categories": ("cs.CL",), "year": 2026}],
    ),
    "bioRxiv's RSS": (
        "a.xml",
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<item><title>Ferns</title><link>https://www.biorxiv.org/content/10.1101/2026.04.03.716344v1?rss=1</link><description>Ferns grow.</description>"
        "<dc:date>2026-04-03</dc:date><dc:creator>Ada Lund</dc:creator></item></rdf:RDF>",
        [{"id": "10.1101/2026.04.03.716344", "authors": ("Ada Lund",), "year": 2026}],
    ),
    "a DOI in a publisher's link": (
        "a.csv",
        "title,abstract,url\nOne,Ferns grow.,https://www.tandfonline.com/doi/full/10.1080/1.5?src=x\nTwo,Ferns grow.,https://x.org/article/10.1007/s1-2#Abs1\n"
        "Three,Ferns grow.,https://onlinelibrary.wiley.com/doi/10.1002/joc.3/abstract\nFour,Ferns grow.,https://x.org/files/10.5555/x",
        [{"id": "10.1080/1.5"}, {"id": "10.1007/s1-2"}, {"id": "10.1002/joc.3"}, {"doi": ""}],
    ),
    "arXiv's list of new papers": (
        "a.html",
        "<!DOCTYPE html><html><body><dl id='articles'><dt><a href='/abs/2605.00001'>arXiv:2605.00001</a></dt><dd><div class='meta'><div class='list-title'>"
        "<span>Title:</span> Ferns</div><div class='list-authors'><a>Ada Lund</a></div><div class='list-subjects'><span>Subjects:</span> Ferns (cs.FE); "
        "Stairs (cond-mat.st-ai)</div><p class='mathjax'>Ferns grow.</p></div></dd></dl></body></html>",
        [{"id": "2605.00001", "categories": ("cs.FE", "cond-mat.st-ai"), "year": 2026}],
    ),
    "ACL Anthology's list of a volume": (
        "a.html",
        '<!doctype html><html lang=en><body><p class="d-sm-flex align-items-stretch"><span class="d-block mr-2"><a href=/2023.acl-long.1.pdf>pdf</a></span>'
        "<span class=d-block><strong><a class=align-middle href=/2023.acl-long.1/>Ferns of <span class=acl-fixed-case>D</span>enmark</a></strong><br>"
        "<a href=/people/ada-lund/>Ada Lund</a> | <a href=/people/b/bo-dahl/>Bo Dahl</a></span></p>"
        '<div class="card bg-light mb-2 mb-lg-3 collapse abstract-collapse" id=abstract-2023--acl-long--1><div class="card-body p-3 small">Ferns grow.</div></div>'
        "</body></html>",
        [{"title": "Ferns of Denmark", "authors": ("Ada Lund", "Bo Dahl"), "year": 2023, "url": "https://aclanthology.org/2023.acl-long.1/", "abstract": "Ferns grow."}],
    ),
    "ACL Anthology's page of a paper": (
        "a.html",
        '<!doctype html><html><head><meta content="Ferns of Denmark" name=citation_title><meta content="Ada Lund" name=citation_author>'
        '<meta content="2023/7" name=citation_publication_date><meta content="10.18653/v1/2023.acl-long.1" name=citation_doi></head><body>'
        '<div class="card-body acl-abstract"><h5 class=card-title>Abstract</h5><span>Ferns grow on the old stairs of many castles.</span></div></body></html>',
        [{"id": "10.18653/v1/2023.acl-long.1", "abstract": "Ferns grow on the old stairs of many castles.", "year": 2023}],
    ),
    "an old paper that is announced again": (
        "a.xml",
        "<rss><channel><item><title>Ferns</title><link>https://arxiv.org/abs/1705.00001</link><description>arXiv:1705.00001v9 Announce Type: replace\n"
        "Abstract: Ferns grow.</description><pubDate>Mon, 02 Mar 2026 00:00:00 -0500</pubDate></item></channel></rss>",
        [{"id": "1705.00001", "version": 9, "year": 2017}],
    ),
    "a year that only the arXiv id tells": ("a.csv", "title,abstract,arxiv_id\nOne,Ferns.,hep-th/9901001\nTwo,Ferns.,0704.0001", [{"year": 1999}, {"year": 2007}]),
    "Embase's fields by row": (
        "a.csv",
        '"SEARCH QUERY","ferns"\n\n"TITLE","Ferns, and stairs"\n"AUTHOR NAMES","Lund A.","Dahl B.-E."\n"SOURCE","Fern Letters (2014) 3:3. Date of Publication: 2014"\n'
        '"ABSTRACT","Ferns grow, they say.\nOn stairs."\n"DOI","10.5555/f.1"\n"EMTREE MEDICAL INDEX TERMS","fern","stair"\n"TITLE","More"\n"ABSTRACT","Ferns grow."\n',
        [
            {"title": "Ferns, and stairs", "authors": ("A. Lund", "B.-E. Dahl"), "venue": "Fern Letters", "year": 2014, "id": "10.5555/f.1",
             "abstract": "Ferns grow, they say. On stairs."},
            {"title": "More", "abstract": "Ferns grow."},
        ],
    ),
    "small capitals": ("a.csv", f"title,abstract\nThe <scp>DNA</scp> of ferns,{ABSTRACT}", [{"title": "The DNA of ferns"}]),
    "XML that is not read is no page of papers": (
        "a.xml",
        "<?xml version='1.0'?>\n<modsCollection>\n<mods>\n<abstract>" + "Ferns grow on stairs. " * 20 + "</abstract>\n\n</mods>\n\n</modsCollection>",
        [],
    ),
    "a heading that lost its space": (
        "a.csv",
        "title,abstract\nFerns,AbstractFerns grow on old stairs.\nMore,Abstracts of ferns are few.",
        [{"abstract": ABSTRACT}, {"abstract": "Abstracts of ferns are few."}],
    ),
    "a thesis server's own fields in front": (
        "a.csv",
        f'title,abstract\nFerns,"Author(s): Lund, Ada | Advisor(s): Dahl, Bo | Abstract: {ABSTRACT}"',
        [{"abstract": ABSTRACT}],
    ),
    "an abstract in parts (Ovid, PubMed)": (
        "a.csv",
        'title,abstract\nFerns,"PURPOSE OF REVIEW: To see ferns., RESEARCH DESIGN AND METHODS: We counted them.Results: Most grew (p < 0.05). '
        'MAIN OUTCOME MEASURES: Height. CONCLUSIONS AND RELEVANCE: They grow: results: fine."\n'
        'More,"UNLABELLED: Ferns grow. We asked for results: none came."',
        [
            {"abstract": "To see ferns. We counted them. Most grew (p < 0.05). MAIN OUTCOME MEASURES: Height. They grow: results: fine."},
            {"abstract": "Ferns grow. We asked for results: none came."},
        ],
    ),
    "PubMed's parts": (
        "a.xml",
        '<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>Ferns</ArticleTitle><Abstract><AbstractText '
        'Label="BACKGROUND">Ferns grow.</AbstractText><AbstractText Label="METHODS">We counted.</AbstractText><AbstractText Label="SETTING">'
        "Two castles.</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
        [{"abstract": "Ferns grow. We counted. SETTING: Two castles."}],
    ),
    "tagged lines of a format that is not read (Inspec)": (
        "a.txt",
        "Record.*INSPEC.*\n\nTI ~ Ferns on stairs : a study of one castle and of the stairs of it, with some care\nAU ~ Lund, Ada\n"
        "AB ~ Ferns grow on old stairs. They do not grow on new ones, and nobody knows why that is so.\nPY ~ 1992\nSO ~ 1992; 19: 20\n",
        [],
    ),
    "Hugging Face's daily papers by its API": (
        "a.json",
        json.dumps([{"paper": {"id": "2602.00001", "title": "Ferns", "summary": ABSTRACT, "authors": [{"name": "Ada Lund"}],
                               "publishedAt": "2026-02-28T10:00:00.000Z"}, "title": "Ferns"}]),
        [{"id": "2602.00001", "year": 2026, "authors": ("Ada Lund",)}],
    ),
    "Semantic Scholar's own page is not the paper's": (
        "a.json",
        json.dumps({"data": [{"paperId": "a1", "externalIds": {"DOI": "10.5555/f.1"}, "url": "https://www.semanticscholar.org/paper/a1",
                              "title": "Ferns", "abstract": ABSTRACT}]}),
        [{"url": "https://doi.org/10.5555/f.1"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(read: Read, kind: str) -> None:
    reads_as(read, *KINDS[kind])


@pytest.mark.parametrize(
    "text",
    [
        "We design methods: they work. Results matter.",
        "Approach is everything here. Methods count.",
        "Summary statistics: the mean and the median. We use both.",
        "Conclusions drawn early: none. We wait.",
        "In conclusion: it works.",
    ],
)
def test_what_only_looks_like_a_label_is_kept(text: str) -> None:
    assert without_tail(text) == (text, "")


@pytest.mark.parametrize(
    ("written", "name"), [("Jalil N.-E.", "N.-E. Jalil"), ("Beck I", "I Beck"), ("Roe A.-B", "A.-B Roe")]
)
def test_initials_with_a_hyphen(written: str, name: str) -> None:
    assert person(written) == name

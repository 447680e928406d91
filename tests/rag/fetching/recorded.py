"""Replies of the services, in the form that they have; papers, people and numbers are invented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def arxiv(ids: Sequence[str], total: int) -> str:
    """arXiv's Atom."""
    entries = "".join(
        f"""  <entry>
    <id>http://arxiv.org/abs/{i}v2</id>
    <title>Moss paper {i}
  on walls</title>
    <updated>2026-03-01T17:59:59Z</updated>
    <link href="https://arxiv.org/abs/{i}v2" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{i}v2" rel="related" type="application/pdf" title="pdf"/>
    <summary>  Moss number {i} grows on 25\\% of the walls, $p&lt;0.05$.
</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>2026-02-28T10:00:00Z</published>
    <arxiv:comment>9 pages</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>
    <author><name>Ina Beck</name></author><author><name>Al Roe</name></author>
  </entry>
"""
        for i in ids
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <title>arXiv Query: search_query=all:moss</title>
  <updated>2026-03-02T00:00:00Z</updated>
  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{entries}</feed>
"""


def openalex(numbers: Sequence[int], total: int, cursor: str | None) -> dict[str, Any]:
    """A page of OpenAlex's works."""
    meta = {"count": total, "db_response_time_ms": 31, "page": None, "per_page": 100, "next_cursor": cursor}
    return {"meta": meta, "results": [openalex_work(n) for n in numbers], "group_by": []}


def openalex_work(n: int, abstract: bool = True) -> dict[str, Any]:
    words = ["Moss", "number", str(n), "grows", "on", "walls", "on", "roofs."]
    index: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        index.setdefault(word, []).append(at)
    return {
        "id": f"https://openalex.org/W43000{n:05}",
        "doi": f"https://doi.org/10.5555/OA.{n}",
        "title": f"Moss paper {n}",
        "display_name": f"Moss paper {n}",
        "publication_year": 2026,
        "publication_date": "2026-02-28",
        "ids": {"openalex": f"https://openalex.org/W43000{n:05}", "doi": f"https://doi.org/10.5555/OA.{n}"},
        "language": "en",
        "primary_location": {"landing_page_url": "https://x.org/1", "source": {"display_name": "Moss Letters"}},
        "locations": [{"landing_page_url": "https://x.org/1"}],
        "type": "article",
        "authorships": [
            {"author_position": "first", "author": {"id": "https://openalex.org/A1", "display_name": "Ina Beck"}}
        ],
        "keywords": [{"id": "https://openalex.org/keywords/moss", "display_name": "Moss", "score": 0.5}],
        "is_retracted": n == 13,
        "abstract_inverted_index": index if abstract else None,
    }


def semantic_scholar(n: int, abstract: bool = True) -> dict[str, Any]:
    """A paper of Semantic Scholar's."""
    return {
        "paperId": f"{n:040x}",
        "externalIds": {"DOI": f"10.5555/S2.{n}", "CorpusId": 1000 + n},
        "url": f"https://www.semanticscholar.org/paper/{n:040x}",
        "title": f"Moss paper {n}",
        "abstract": f"Moss number {n} grows on walls." if abstract else None,
        "venue": "Moss Letters",
        "year": 2026,
        "publicationDate": "2026-02-28",
        "journal": {"name": "Moss Letters", "volume": "1"},
        "authors": [{"authorId": "1", "name": "Ina Beck"}],
    }


def crossref(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A list of Crossref's."""
    message = {"facets": {}, "total-results": len(items), "items": list(items), "items-per-page": 20,
               "query": {"start-index": 0, "search-terms": None}}  # fmt: skip
    return {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message}


def crossref_work(doi: str, abstract: str = "") -> dict[str, Any]:
    return {
        "DOI": doi,
        "type": "journal-article",
        "title": ["Moss &amp; walls"],
        "container-title": ["Moss Letters"],
        "volume": "12",
        "issue": "3",
        "page": "45-67",
        "publisher": "Nosuch Moss Society",
        "ISSN": ["1234-5678"],
        "issued": {"date-parts": [[2026, 2, 28]]},
        "author": [{"given": "Ina", "family": "Beck", "sequence": "first"}, {"name": "Nosuch Moss Group"}],
        **({"abstract": f"<jats:title>Abstract</jats:title><jats:p>{abstract}</jats:p>"} if abstract else {}),
    }


def pubmed(numbers: Sequence[str]) -> str:
    """PubMed's XML."""
    articles = "".join(
        f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{n}</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate><Year>2026</Year></PubDate></JournalIssue>
<Title>Moss letters</Title></Journal><ArticleTitle>Moss paper {n}.</ArticleTitle><Abstract>
<AbstractText Label="BACKGROUND">Moss grows on walls.</AbstractText>
<AbstractText Label="RESULTS">Moss number {n} grows on roofs (P &lt; 0.05).</AbstractText></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Beck</LastName><ForeName>Ina</ForeName></Author></AuthorList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{n}</ArticleId></ArticleIdList></PubmedData>
</PubmedArticle>"""
        for n in numbers
    )
    return f"""<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>{articles}</PubmedArticleSet>"""


def pubmed_search(numbers: Sequence[str], count: int) -> dict[str, Any]:
    found = {"count": str(count), "retmax": str(len(numbers)), "retstart": "0", "idlist": list(numbers),
             "translationset": [], "querytranslation": "moss"}  # fmt: skip
    return {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": found}


def hf_daily(ids: Sequence[str]) -> list[dict[str, Any]]:
    """A day of Hugging Face's papers."""
    return [
        {
            "paper": {
                "id": i,
                "authors": [{"_id": "6", "name": "Ina Beck", "hidden": False}],
                "publishedAt": "2026-02-28T10:00:00.000Z",
                "title": f"Moss paper {i}",
                "summary": f"Moss number {i} grows on walls.",
                "upvotes": 3,
            },
            "publishedAt": "2026-03-01T10:00:00.000Z",
            "title": f"Moss paper {i}",
            "summary": f"Moss number {i} grows on walls.",
            "numComments": 1,
        }
        for i in ids
    ]


def zotero(key: str, kind: str = "journalArticle", added: str = "2026-02-28T10:00:00Z") -> dict[str, Any]:
    """An item of Zotero's."""
    data = {
        "key": key,
        "version": 7,
        "itemType": kind,
        "title": f"Moss paper {key}",
        "creators": [
            {"creatorType": "author", "firstName": "Ina", "lastName": "Beck"},
            {"creatorType": "editor", "firstName": "Ed", "lastName": "Poe"},
        ],
        "abstractNote": f"Moss number {key} grows on walls.",
        "publicationTitle": "Moss Letters",
        "date": "2026-02-28",
        "DOI": f"10.5555/z.{key.lower()}",
        "tags": [{"tag": "moss"}],
        "dateAdded": added,
    }
    return {"key": key, "version": 7, "library": {"type": "user", "id": 0}, "links": {}, "meta": {}, "data": data}

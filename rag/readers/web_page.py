"""Saved web pages: arXiv's listings, searches and papers, Hugging Face's Daily Papers and paper pages."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4 import XMLParsedAsHTMLWarning as _NotHtml

from rag.readers.lines import MAX_LINE, Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

_DATES = ("citation_publication_date", "citation_date", "citation_online_date", "dc.date", "dcterms.date")
MIN_DESCRIPTION = 40  # characters: what is shorter describes the site
_CLASS = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")  # of arXiv's, in "Computation and Language (cs.CL)"


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the page, which is held whole; a page of another kind is refused."""
    text, size = [], 0
    for piece in lines:
        text.append(piece)
        size += len(piece)
        if size > MAX_LINE:
            yield Rejected(source, 0, f"a page of more than {MAX_LINE:,} characters: not read")
            return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", _NotHtml)
        page = BeautifulSoup("".join(text), "html.parser")
    found = False
    for way in (_listing, _search, _hugging_face, _anthology, _article, _linked_data):
        for line, record in way(page):
            found = True
            yield make_paper(record, source, line)
        if found:
            return
    yield Rejected(
        source, 0, "not recognised: an HTML page without papers that can be told; save it as text, or export its papers"
    )


def _listing(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """arXiv's lists of new papers: <dt> with the id, <dd> with title, authors and abstract."""
    for one in page.select("dd"):
        about, before = one.select_one(".list-title"), one.find_previous_sibling("dt")
        if about is None or not isinstance(before, Tag):
            continue
        link = before.find("a", href=re.compile("/abs/"))
        yield (
            _line(one),
            {
                "id": _words(link) if isinstance(link, Tag) else "",
                "title": re.sub(r"^Title:\s*", "", _words(about)),
                "abstract": _words(one.select_one("p.mathjax") or one.select_one("p")),
                "authors": [_words(name) for name in one.select(".list-authors a")],
                "comments": _words(one.select_one(".list-comments")),
                "categories": _CLASS.findall(_words(one.select_one(".list-subjects"))),
            },
        )


def _search(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """arXiv's search results."""
    for one in page.select("li.arxiv-result"):
        link = one.select_one("p.list-title a")
        whole = one.select_one(".abstract-full") or one.select_one("p.abstract")
        date = re.search(r"Submitted\s[^;]*?(\d{4})", _words(one))
        yield (
            _line(one),
            {
                "id": _words(link),
                "title": _words(one.select_one("p.title")),
                "abstract": re.sub(r"\s*△ Less$|^Abstract:\s*", "", _words(whole)),
                "authors": [_words(name) for name in one.select("p.authors a")],
                "year": date[1] if date else "",
                "categories": [
                    _words(tag) for tag in one.select(".tags .tag") if re.search(r"^[a-z-]+\.", _words(tag))
                ],
            },
        )


def _hugging_face(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """Hugging Face: the data that the page was made from, else its cards with a title and an abstract."""
    records = [paper for holder in page.select("[data-props]") for paper in _props(str(holder["data-props"]))]
    for record in records:
        told = {name: record.get(name) for name in ("authors", "title", "id")}
        abstract = record.get("summary") or record.get("abstract")
        yield 1, {**told, "abstract": abstract, "year": record.get("publishedAt")}
    for one in page.select("article") if not records else ():
        link = one.find("a", href=re.compile(r"/papers/\d{4}\.\d{4,5}"))
        heading, said = one.find(["h1", "h2", "h3"]), [_words(p) for p in one.select("p")]
        if isinstance(link, Tag) and isinstance(heading, Tag):
            yield (
                _line(one),
                {"id": str(link["href"]), "title": _words(heading), "abstract": max(said, key=len, default="")},
            )


def _props(text: str) -> list[dict[str, Any]]:
    try:
        props = json.loads(text)
    except (ValueError, RecursionError):
        return []
    rows = props.get("dailyPapers") if isinstance(props, dict) else None
    rows = rows if isinstance(rows, list) else [props]
    papers = [row.get("paper") for row in rows if isinstance(row, dict)]
    return [paper for paper in papers if isinstance(paper, dict) and "title" in paper]


def _anthology(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """ACL Anthology's lists of a volume, each paper with its abstract folded below it."""
    for one in page.select("div.abstract-collapse"):
        about = one.find_previous_sibling("p")
        link = about.select_one("strong a") if isinstance(about, Tag) else None
        if not isinstance(about, Tag) or link is None:
            continue
        key = str(link.get("href") or "").strip("/").rsplit("/", 1)[-1]
        yield (
            _line(one),
            {
                "title": _words(link),
                "abstract": _words(one),
                "authors": [_words(name) for name in about.select('a[href*="/people/"]')],
                "year": key[:4] if re.match(r"20[0-9]{2}\.", key) else "",
                "url": f"https://aclanthology.org/{key}/" if key else "",
            },
        )


def _article(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """A paper's own page, by the marks that search engines read (citation_title and the like)."""

    def all_of(*names: str) -> list[str]:
        return [text for n in names for name, text in marks if name == n]

    metas = page.find_all("meta")
    marks = [(str(m.get("name") or m.get("property") or "").lower(), str(m.get("content") or "")) for m in metas]
    title = next(iter(all_of("citation_title", "dc.title", "dcterms.title")), "")
    block = page.select_one("blockquote.abstract, #abstract, section.abstract, div.abstract, .card-body.acl-abstract")
    told = [*all_of("citation_abstract", "dcterms.abstract"), _words(block)]
    said = [*told, *(text for text in all_of("dc.description") if len(text) > MIN_DESCRIPTION)]
    if title:
        yield (
            1,
            {
                "title": title,
                "abstract": re.sub(r"^Abstract:?\s*", "", next(filter(None, said), "")),
                "authors": all_of("citation_author") or all_of("dc.creator", "dcterms.creator"),
                "year": next(iter(all_of(*_DATES)), ""),
                "doi": next(iter(all_of("citation_doi", "dc.identifier")), ""),
                "eprint": next(iter(all_of("citation_arxiv_id")), ""),
                "venue": next(iter(all_of("citation_journal_title", "citation_conference_title")), ""),
            },
        )


def _linked_data(page: BeautifulSoup) -> Iterator[tuple[int, dict[str, Any]]]:
    """Papers as a page tells them in JSON-LD by schema.org's names."""
    for script in page.select('script[type="application/ld+json"]'):
        try:
            told = json.loads(script.get_text())
        except (ValueError, RecursionError):
            continue
        graph = told.get("@graph") if isinstance(told, dict) else told
        for one in graph if isinstance(graph, list) else [told]:
            if isinstance(one, dict) and "Article" in str(one.get("@type")) and one.get("abstract"):
                authors, journal = one.get("author"), one.get("isPartOf")
                yield (
                    _line(script),
                    {
                        "title": one.get("headline") or one.get("name"),
                        "abstract": one["abstract"],
                        "authors": authors if isinstance(authors, list) else [authors],
                        "year": one.get("datePublished"),
                        "doi": one.get("identifier") or one.get("sameAs") or one.get("@id"),
                        "venue": journal.get("name") if isinstance(journal, dict) else "",
                    },
                )


def _words(element: Tag | None) -> str:
    return " ".join(element.get_text(" " if element.name == "dd" else "").split()) if element is not None else ""


def _line(element: Tag) -> int:
    return element.sourceline or 1

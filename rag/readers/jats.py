"""JATS, the XML of articles at PubMed Central and at publishers: one article, or many in one file."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, find_all, marked, text
from rag.types import Paper, Rejected

_ASIDE = ("xref", "fn", "object-id", "label")
_OTHER_ABSTRACTS = ("graphical", "teaser", "toc", "key-points", "executive-summary", "plain-language-summary")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the articles, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("article",)):
        yield found if isinstance(found, Rejected) else make_paper(flat(found[1]), source, found[0])


def flat(article: Element) -> dict[str, object]:
    """What the front of an article says of it."""
    front = find(article, "front") or article
    about = find(front, "article-meta") or find(front, "front-stub") or front
    ids = {one.get("pub-id-type", ""): text(one) for one in find_all(about, "article-id")}
    title = marked(find(about, "title-group/article-title"), _ASIDE)
    subtitle = marked(find(about, "title-group/subtitle"), _ASIDE)
    related = [one.get("related-article-type", "") for one in find_all(about, "related-article")]
    return {
        "title": f"{title}: {subtitle}" if subtitle else title,
        "abstract": next((marked(one, _ASIDE) for one in _abstracts(about)), ""),
        "authors": [_person(one) for one in find_all(about, "contrib-group/contrib") if _is_author(one)],
        "year": next((year for one in find_all(about, "pub-date") if (year := text(one, "year"))), ""),
        "doi": ids.get("doi", ""),
        "pmid": ids.get("pmid", ""),
        "eprint": ids.get("arxiv", ""),
        "venue": text(front, "journal-meta/journal-title-group/journal-title")
        or text(front, "journal-meta/journal-title"),
        "keywords": [text(word) for group in find_all(about, "kwd-group") for word in find_all(group, "kwd")],
        "language": article.get("{http://www.w3.org/XML/1998/namespace}lang", ""),
        "type": article.get("article-type", ""),
        "notices": [kind.replace("-", " ") for kind in related if kind in ("retraction", "retracted-by")],
    }


def _abstracts(about: Element) -> list[Element]:
    """The abstract first, without those of other kinds."""
    found = [one for one in find_all(about, "abstract") if one.get("abstract-type", "") not in _OTHER_ABSTRACTS]
    return [*found, *find_all(about, "trans-abstract")]


def _is_author(contributor: Element) -> bool:
    return contributor.get("contrib-type", "author") == "author"


def _person(contributor: Element) -> dict[str, object] | str:
    if group := text(contributor, "collab"):
        return f"{{{group}}}"
    given, family = text(contributor, "name/given-names"), text(contributor, "name/surname")
    if not family:
        return text(contributor, "string-name") or text(contributor, "name-alternatives/name")
    return {"family": family, "given": given, "suffix": text(contributor, "name/suffix")}

"""PubMed's XML (PubmedArticleSet), as its site and its services give it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, find_all, marked, name, text, texts
from rag.types import Paper, Rejected

_KINDS = {
    "RetractionIn": "Retraction in",
    "ErratumIn": "Erratum in",
    "ExpressionOfConcernIn": "Expression of concern in",
}


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the articles and book chapters, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("PubmedArticle", "PubmedBookArticle")):
        yield found if isinstance(found, Rejected) else make_paper(_flat(found[1]), source, found[0])


def _flat(record: Element) -> dict[str, object]:
    about = find(record, "MedlineCitation") or find(record, "BookDocument") or record
    article = about if name(about) == "BookDocument" else find(about, "Article") or about
    ids = {i.get("IdType", ""): text(i) for i in find_all(record, "PubmedData/ArticleIdList/ArticleId")}
    places = {i.get("EIdType", ""): text(i) for i in find_all(article, "ELocationID")}
    notes = [
        f"{_KINDS[kind]} {text(note, 'RefSource')}"
        for note in find_all(about, "CommentsCorrectionsList/CommentsCorrections")
        if (kind := note.get("RefType", "")) in _KINDS
    ]
    return {
        "title": marked(find(article, "ArticleTitle"))
        or text(article, "VernacularTitle")
        or text(article, "Book/BookTitle"),
        "abstract": _abstract(article) or _abstract(about, "OtherAbstract"),
        "authors": [_person(one) for one in find_all(article, "AuthorList/Author")],
        "year": text(article, "Journal/JournalIssue/PubDate")
        or text(article, "ArticleDate")
        or text(article, "Book/PubDate"),
        "doi": ids.get("doi") or places.get("doi", ""),
        "pmid": text(about, "PMID"),
        "venue": text(article, "Journal/Title"),
        "keywords": texts(about, "KeywordList/Keyword") or texts(about, "MeshHeadingList/MeshHeading/DescriptorName"),
        "language": text(article, "Language"),
        "type": texts(article, "PublicationTypeList/PublicationType"),
        "notices": notes,
    }


def _abstract(element: Element, path: str = "Abstract") -> str:
    """Its parts, each behind its label."""
    parts = [(one.get("Label", ""), marked(one)) for one in find_all(element, f"{path}/AbstractText")]
    return " ".join(f"{label}: {said}" if label and label != "UNLABELLED" else said for label, said in parts if said)


def _person(author: Element) -> dict[str, object] | str:
    if group := text(author, "CollectiveName"):
        return f"{{{group}}}"
    given = text(author, "ForeName") or text(author, "Initials")
    return {"family": text(author, "LastName"), "given": given, "suffix": text(author, "Suffix")}

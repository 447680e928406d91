"""The shapes of JSON that services give papers in, each made flat: OpenAlex, Crossref, CSL and others."""

from __future__ import annotations

import ast
import re
from typing import Any

# An object that holds the list of papers: {"meta": ..., "results": [{, {"message": {"items": [{ and the like.
_LISTS = (
    "results|data|items|papers|recommendedPapers|works|articles|records|documents|references|entries|hits|docs|result"
)
LIST = re.compile(rf'"(?:{_LISTS})"\s*:\s*\[(?=\s*\{{)')
ENVELOPE = re.compile(rf'\s*\{{(?:(?!"(?:title|abstract)"\s*:)[^\n]|\n(?!\{{)){{0,6000}}?{LIST.pattern}')
MAX_WORDS = 50_000  # of an abstract that is an index of words


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """`record` with the fields that `make_paper` knows; as it is where it has no shape that is known."""
    record = _unwrapped(record)
    if "abstract_inverted_index" in record or "authorships" in record:
        return _openalex(record)
    if "externalIds" in record or "paperId" in record:
        return _semantic_scholar(record)
    if "issued" in record or "container-title" in record or isinstance(record.get("title"), list):
        return _crossref(record)
    if isinstance(record.get("titles"), list) and "creators" in record:
        return _datacite(record)
    if "creators" in record and isinstance(record.get("creators"), list):
        return {
            **record,
            "authors": [c for c in record["creators"] if _dict(c).get("creatorType", "author") == "author"],
        }
    return record


def _unwrapped(record: dict[str, Any]) -> dict[str, Any]:
    """What a record wraps: Zotero's {"data": ...}, Elasticsearch's {"_source": ...}, Hugging Face's {"paper": ...}."""
    for name in "_source", "data", "paper", "citingPaper", "citedPaper", "message", "bibjson", "attributes":
        inner = record.get(name)
        if name == "data" and isinstance(inner, dict) and isinstance(inner.get("attributes"), dict):
            inner = inner["attributes"]  # JSON:API, as DataCite's
        if isinstance(inner, dict) and ("title" in inner or "titles" in inner) and not record.get("abstract"):
            return inner
    inner = record.get("metadata")  # Zenodo's and other repositories' records; BEIR has it beside its title
    if isinstance(inner, dict) and "title" in inner and not record.get("title"):
        return {"doi": record.get("doi"), **inner}
    return record


def _openalex(record: dict[str, Any]) -> dict[str, Any]:
    ids, place = _dict(record.get("ids")), _dict(record.get("primary_location"))
    return {
        "openalex": record.get("id") or ids.get("openalex"),
        "title": record.get("title") or record.get("display_name"),
        "abstract": record.get("abstract") or in_order(record.get("abstract_inverted_index")),
        "authors": record.get("authorships"),
        "year": record.get("publication_year") or record.get("publication_date"),
        "doi": record.get("doi") or ids.get("doi"),
        "pmid": ids.get("pmid"),
        "url": record.get("doi") or place.get("landing_page_url"),
        "eprint": next(
            (url for spot in _list(record.get("locations")) if "arxiv.org" in (url := _landing(spot))), None
        ),
        "venue": _dict(place.get("source")).get("display_name") or _dict(record.get("host_venue")).get("display_name"),
        "keywords": record.get("keywords"),
        "language": record.get("language"),
        "type": record.get("type"),
        "is_retracted": record.get("is_retracted"),
    }


def _landing(spot: object) -> str:
    url = _dict(spot).get("landing_page_url")
    return url if isinstance(url, str) else ""


def in_order(words: object) -> str:
    """The abstract out of its index of words, {"Ferns": [0, 3], ...}; in a cell as JSON or Python write it."""
    if isinstance(words, str):
        try:
            words = ast.literal_eval(words)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return ""
    places = [(at, word) for word, spots in _dict(words).items() for at in _list(spots) if isinstance(at, int)]
    return " ".join(str(word) for _, word in sorted(places[:MAX_WORDS]))


def _semantic_scholar(record: dict[str, Any]) -> dict[str, Any]:
    ids, journal = _dict(record.get("externalIds")), record.get("journal")
    return {
        **record,
        "id": None,
        "doi": ids.get("DOI") or record.get("doi"),
        "eprint": ids.get("ArXiv") or record.get("arxivId"),
        "pmid": ids.get("PubMed"),
        "url": None if ids.get("DOI") or ids.get("ArXiv") else record.get("url"),  # its own page: better the paper's
        "venue": record.get("venue") or _dict(journal).get("name"),
        "year": record.get("year") or record.get("publicationDate"),
        "type": record.get("publicationTypes"),
    }


def _crossref(record: dict[str, Any]) -> dict[str, Any]:
    """Crossref's and CSL's records; the id of CSL is a citation key, unique to one file only."""
    titles = [part for part in _list(record.get("title")) if isinstance(part, str)]
    subtitles = [part for part in _list(record.get("subtitle")) if isinstance(part, str)]
    title = ": ".join([*titles[:1], *subtitles[:1]]) if titles else record.get("title")
    venue = record.get("container-title")
    return {
        **{name: value for name, value in record.items() if name not in ("id", "language", "published")},
        "title": title,
        "authors": record.get("author") or record.get("authors"),
        "year": record.get("issued") or record.get("published") or record.get("created"),
        "venue": _list(venue)[0] if _list(venue) else venue,
        "keywords": record.get("keyword") or record.get("subject"),
        "language": record.get("language"),
        "notices": _updates(record),
        "related": _other_versions(record),
        "pmid": record.get("PMID"),
        "extra": record.get("note"),
    }


def _datacite(record: dict[str, Any]) -> dict[str, Any]:
    """DataCite's records, of Zenodo and other repositories: lists of titles and of descriptions, each with its type."""
    titles = [
        one.get("title") for one in map(_dict, _list(record["titles"])) if one.get("titleType") != "TranslatedTitle"
    ]
    said = [one for one in map(_dict, _list(record.get("descriptions"))) if one.get("description")]
    abstracts = [one["description"] for one in said if one.get("descriptionType") == "Abstract"]
    people = [
        {"family": one.get("familyName"), "given": one.get("givenName"), "name": one.get("name")}
        for one in map(_dict, _list(record.get("creators")))
    ]
    types = _dict(record.get("types"))
    return {
        "doi": record.get("doi") or record.get("id"),
        "title": ": ".join(title for title in titles[:2] if isinstance(title, str)),
        "abstract": next(iter(abstracts), None),
        "authors": people,
        "year": record.get("publicationYear"),
        "url": record.get("url"),
        "venue": _dict(record.get("container")).get("title") or _dict(record.get("publisher")).get("name"),
        "keywords": [_dict(one).get("subject") for one in _list(record.get("subjects"))],
        "language": record.get("language"),
        "type": [types.get("resourceTypeGeneral"), types.get("resourceType")],
        "version": None,
    }


def _updates(record: dict[str, Any]) -> list[str]:
    """Crossref's marks of retractions and corrections: "updated-by" of the paper that they concern."""
    marks = [_dict(mark) for mark in _list(record.get("updated-by"))]
    said = [f"{mark.get('label') or mark.get('type') or 'Update'}: {mark.get('DOI', '')}" for mark in marks]
    return [text.replace("Retraction:", "Retraction in") if text.startswith("Retraction") else text for text in said]


def _other_versions(record: dict[str, Any]) -> list[str]:
    """The DOIs of the preprint, or of the article, that Crossref says is the same paper."""
    relation = _dict(record.get("relation"))
    found = [_dict(one) for kind in ("has-preprint", "is-preprint-of") for one in _list(relation.get(kind))]
    return [one["id"] for one in found if one.get("id-type") == "doi" and isinstance(one.get("id"), str)]


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

"""DataCite's XML, in which Zenodo and other repositories give their records."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from rag.readers.xml_elements import find_all, text, texts


def flat(resource: Element) -> dict[str, object]:
    """What a record says of its paper."""
    ids = [one for one in find_all(resource, "identifier") if one.get("identifierType", "").upper() == "DOI"]
    titles = [text(one) for one in find_all(resource, "titles/title") if one.get("titleType") != "TranslatedTitle"]
    said = [one for one in find_all(resource, "descriptions/description") if one.get("descriptionType") == "Abstract"]
    people = [
        {"family": text(one, "familyName"), "given": text(one, "givenName")}
        if text(one, "givenName")
        else text(one, "creatorName")
        for one in find_all(resource, "creators/creator")
    ]
    return {
        "title": ": ".join(titles[:2]),
        "abstract": text(said[0]) if said else "",
        "authors": people,
        "year": text(resource, "publicationYear"),
        "doi": text(ids[0]) if ids else "",
        "venue": text(resource, "container/title") or text(resource, "publisher"),
        "keywords": texts(resource, "subjects/subject"),
        "language": text(resource, "language"),
        "type": text(resource, "resourceType"),
    }

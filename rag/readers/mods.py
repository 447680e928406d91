"""MODS, the Library of Congress's XML that repositories and bibutils write."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.readers.xml_elements import elements, find, find_all, marked, text, texts
from rag.types import Paper, Rejected

_WRITES = frozenset(("", "aut", "author", "cre", "creator"))
_DATES = ("dateIssued", "copyrightDate", "dateCreated")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, up to where the XML is broken, if it is."""
    for found in elements(lines, source, ("mods",)):
        yield found if isinstance(found, Rejected) else make_paper(flat(found[1]), source, found[0])


def flat(record: Element) -> dict[str, object]:
    """What a record says of its paper."""
    host = next((one for one in find_all(record, "relatedItem") if one.get("type") == "host"), None)
    ids = {one.get("type", "").lower(): text(one) for one in find_all(record, "identifier")}
    dates = [text(record, f"originInfo/{date}") for date in _DATES]
    if host is not None:
        dates += [text(host, "part/date"), *(text(host, f"originInfo/{date}") for date in _DATES)]
    names = list(find_all(record, "name"))
    written = [one for one in names if _roles(one) & _WRITES]
    return {
        "title": _title(record),
        "abstract": next((said for one in find_all(record, "abstract") if (said := marked(one)).strip()), ""),
        "authors": [_person(one) for one in written],
        "year": next((date for date in dates if date), ""),
        "doi": ids.get("doi", ""),
        "pmid": ids.get("pmid", "") or ids.get("pubmed", ""),
        "eprint": ids.get("arxiv", ""),
        "url": text(record, "location/url") or ids.get("uri", "") or ids.get("hdl", ""),
        "venue": _title(host) if host is not None else "",
        "keywords": [word for subject in find_all(record, "subject") for word in texts(subject, "topic")],
        "language": text(record, "language/languageTerm"),
        "type": text(record, "genre"),
    }


def _title(record: Element) -> str:
    """The title proper, with what stands before and below it."""
    infos = sorted(find_all(record, "titleInfo"), key=lambda one: one.get("type") is not None)
    if not infos:
        return ""
    main = " ".join(filter(None, (marked(find(infos[0], "nonSort")), marked(find(infos[0], "title")))))
    below = marked(find(infos[0], "subTitle"))
    return f"{main.rstrip(' :')}: {below}" if below.strip() else main


def _roles(one: Element) -> set[str]:
    return {term.lower().rstrip(".") for term in texts(one, "role/roleTerm")} or {""}


def _person(one: Element) -> dict[str, str] | str:
    parts = [part for part in find_all(one, "namePart") if part.get("type") not in ("date", "termsOfAddress")]
    by_type = {part.get("type", ""): text(part) for part in parts}
    whole = text(one, "displayForm") or " ".join(text(part) for part in parts)
    if one.get("type") in ("corporate", "conference"):
        return f"{{{whole}}}" if whole else ""
    if by_type.get("family"):
        given = " ".join(text(part) for part in parts if part.get("type") == "given")
        return {"family": by_type["family"], "given": given}
    return by_type.get("", "") or whole

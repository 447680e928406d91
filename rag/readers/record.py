"""One record of any source, checked and made into a Paper: identity, cleaning, limits."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from rag.clean import clean
from rag.readers.fields import by_our_names
from rag.readers.identity import MAX_ID, ROW_NUMBER, arxiv_in_venue, doi_of, number, openalex_id, work_of, year_of
from rag.readers.identity import arxiv_id as arxiv_id
from rag.readers.identity import normalised as normalised
from rag.readers.identity import title_id as title_id
from rag.readers.kinds import kind_of
from rag.readers.lines import MARK
from rag.readers.people import people
from rag.readers.tails import has_none, without_tail
from rag.readers.text import is_data, readable
from rag.types import Paper, Rejected

MAX_ABSTRACT = 100_000
MAX_TITLE = 2_000
MAX_KEYWORDS = 200

# As arXiv's abstracts say it ("This paper has been withdrawn by the authors"), and its comments in any words.
_WITHDRAWN = re.compile(
    r"withdrawn\b|(?:this|the) (?:\w+ ){0,2}(?:has|have) (?:now |since )?been (?:temporarily )?(?:withdrawn|retracted)"
    r"|(?:this|the) (?:paper|article|manuscript|submission|preprint|work) (?:is|was) (?:withdrawn|retracted)",
    re.IGNORECASE,
)
_WITHDRAWN_COMMENT = re.compile(r"\b(?:withdrawn|retracted)\b", re.IGNORECASE)
_WITHDRAWN_TITLE = re.compile(
    r"[\[(]?\s*(?:retracted(?: article)?|withdrawn)\s*[\])]?\s*[:.—–-]|[\[(](?:retracted|withdrawn)[\])]"
    r"|.*[\[(]\s*(?:retracted|withdrawn)\b[^\[\]()]{0,200}[\])]\.?$",
    re.IGNORECASE,
)
_RETRACTED = re.compile(r"retracted publication|\bretracted\b|retraction in\b|withdrawal", re.IGNORECASE)


# PubMed has a title that it translated in brackets; F1000Research puts the state of its review behind one.
_BRACKETS = re.compile(r"^\[(?P<title>[^\[\]]+)\]\.?$|\s*\[version [0-9]{1,2}; [^\[\]]{3,120}\]\.?$")
# What Zotero has no field for in an item of that kind, and keeps in its "Extra".
_EXTRA = re.compile(r"\b(DOI|PMID):\s*(\S+)", re.IGNORECASE)
# Alone, or in front of a month and a day: 20210503.
_YEAR = re.compile(r"(?<![0-9])(?:1[0-9]{3}|20[0-9]{2}|2100)(?=(?:0[1-9]|1[0-2])[0-3][0-9](?![0-9])|(?![0-9]))")
_LETTER = re.compile(r"[^\W\d_]")
# Where in a journal a paper stands: "Moss Letters. 25 (1), 2018", as Ovid's tables have it.
_CITED = re.compile(r"\.\s+[0-9]+\s*(?:\(|[;,:]\s*[0-9]).*$")
# What a column "Source" names besides journals: the database that a record is from, or a file.
_DATABASES = re.compile(
    r"\b(?:scopus|web of science|wos|pubmed|medline|embase|cochrane library|psyc\s?info|cinahl|eric|ebsco\w*|proquest"
    r"|ovid|scielo|lilacs|dimensions|lens(?:\.org)?|open\s?alex|crossref|(?:semantic|google) scholar|arxiv|biorxiv"
    r"|medrxiv|zotero|mendeley|endnote|rayyan|\w+\.(?:csv|ris|bib|txt|xml|json|xlsx?|nbib))\b|^[0-9]*$",
    re.IGNORECASE,
)


# One link, bare or as LaTeX, lists and exports wrap it; or the first of several.
_LINK = re.compile(
    r"""(?:\\url\{|\{|URL:?\s*|\[?['"])?(https?://[^\s<>"{}]{1,2000}?)(?=$|\s*[;|,]?\s+(?:https?:|LK\b)|['"\]}]?;?\s*$)""",
    re.IGNORECASE,
)


def make_paper(record: Mapping[str, object], source: str, line: int, latex: bool = False) -> Paper | Rejected:
    """The paper that `record` (names of fields in any case, values of any type) tells of, or why it is none.

    `latex` tells that its text is LaTeX through and through.
    """
    fields = by_our_names(record)

    def first(name: str) -> str:
        return next((text for value in fields.get(name, ()) if is_data(text := _text(value))), "")

    def shown(name: str) -> str:
        return first(name) if len(first(name)) > 2 * MAX_ABSTRACT else readable(first(name), latex)

    given, title, url = (
        _given(record, fields),
        _BRACKETS.sub(lambda match: match["title"] or "", shown("title")),
        first("url"),
    )
    abstract, rights = without_tail(shown("abstract"))
    abstract = "" if has_none(abstract) or not is_data(abstract) or not _LETTER.search(abstract) else abstract
    authors = next((names for value in fields.get("authors", ()) if (names := people(value))), ())
    categories = _words(next(iter(fields.get("categories", ())), None))
    if reason := _fault(title, abstract, (given, url, first("doi"), *authors, *categories)):
        name = (title or given or abstract)[:80].replace(MARK, "\ufffd")
        return Rejected(source, line, f"{reason} ({name})" if name else reason)

    url = _link(url)
    extra = {name.upper(): said for name, said in _EXTRA.findall(first("extra"))}
    doi = doi_of(first("doi"), first("id"), url, extra.get("DOI", ""))
    arxiv, version = arxiv_id(given, first("eprint"), first("url"), doi, first("doi"), arxiv_in_venue(first("venue")))
    if arxiv and doi.startswith("10.48550/"):
        doi = ""  # says the same as the id
    if arxiv:
        stated = re.fullmatch(r"v?([0-9]{1,3})", first("version"))
        version = version or (int(stated[1]) if stated else 0)
        url = url or f"https://arxiv.org/abs/{arxiv}"
    doi_work, doi_version = work_of(first("doi"), first("id"), url, doi) if doi else ("", 0)
    pmid, work = number(first("pmid") or extra.get("PMID", "")), openalex_id(first("openalex"), first("id"))
    notices, place = _notices(fields, title), shown("venue")
    comments = first("comments")
    return Paper(
        id=arxiv or doi_work or (f"pmid:{pmid}" if pmid else "") or work or given or title_id(title),
        title=title,
        abstract=abstract,
        authors=authors,
        year=next((year for name in ("year", "source") for v in fields.get(name, ()) if (year := _year(v))), None)
        or year_of(arxiv)
        or (_year(place) if _CITED.search(place) else None),
        url=url
        or (f"https://doi.org/{doi}" if doi else "")
        or (f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else ""),
        categories=categories,
        version=version or doi_version * (not arxiv),
        withdrawn=bool(
            _WITHDRAWN.match(abstract)
            or _WITHDRAWN_COMMENT.search(comments)
            or _WITHDRAWN_TITLE.match(title)
            or any(map(_RETRACTED.search, notices))
        ),
        doi=doi,
        ids=(*_further_ids(arxiv or (doi_work if doi_work != doi else ""), doi, pmid, work), *_related(fields, doi)),
        venue=_short("" if place.startswith("http") else _CITED.sub("", place) or _journal(shown("source"))),
        keywords=_keywords(fields, latex),
        language=_short(first("language")),
        notices=notices,
        rights=rights,
        bibtex=next((value for value in fields.get("bibtex", ()) if isinstance(value, str)), ""),
        kind=kind_of(fields.get("type", ())),
        source=source,
        line=line,
    )


def _given(record: Mapping[str, object], fields: Mapping[str, list[object]]) -> str:
    """The source's own id, where it can be one: not a row's number, nor a key that is unique to one file only."""
    if is_data(own := _text(record.get("_id"))):  # BEIR's, by which its judgements name the papers
        return own if len(own) <= MAX_ID else ""
    for value in fields.get("id", ()):
        text = _text(value)
        if is_data(text) and not ROW_NUMBER.fullmatch(text) and len(text) <= MAX_ID:
            return text
    return ""


def _further_ids(arxiv: str, doi: str, pmid: str, work: str) -> tuple[str, ...]:
    """What the paper is known by besides its id."""
    known = [f"doi:{doi}" * bool(doi), f"pmid:{pmid}" * bool(pmid), f"openalex:{work}" * bool(work)]
    ranks = [bool(arxiv), bool(arxiv or doi), bool(arxiv or doi or pmid)]
    return tuple(text for text, taken in zip(known, ranks, strict=True) if text and taken)


def _related(fields: Mapping[str, list[object]], doi: str) -> tuple[str, ...]:
    """The DOIs of what the source says is the same paper, as preprint or as article."""
    given = [one for value in fields.get("related", ()) if isinstance(value, list) for one in value]
    return tuple(f"doi:{other}" for one in given if (other := doi_of(_text(one))) and other != doi)


def _fault(title: str, abstract: str, others: tuple[str, ...]) -> str:
    if MARK in "".join((title, abstract, *others)):
        return "not UTF-8: save the file as UTF-8"
    if not title:
        return "no title"
    if not abstract:
        return "no abstract"
    for name, text, limit in ("a title", title, MAX_TITLE), ("an abstract", abstract, MAX_ABSTRACT):
        if len(text) > limit:
            return f"{name.split()[1]} of {len(text):,} characters; more than {limit:,} is not {name}"
    return ""


def _notices(fields: Mapping[str, list[object]], title: str) -> tuple[str, ...]:
    """Retractions and corrections that the source tells of."""
    said = [text for value in fields.get("notices", ()) for text in (value if isinstance(value, list) else [value])]
    notices = [_short(readable(text)) for text in said if isinstance(text, str)]
    kinds = " ".join(_text(value) for value in fields.get("type", ()))
    if any(
        _text(value).lower() in ("true", "1") or value is True for value in fields.get("retracted", ())
    ) or re.search(r"retracted (?:publication|article)", kinds, re.IGNORECASE):
        notices.append("Retracted")
    return tuple(dict.fromkeys(notice for notice in notices if notice))


def _keywords(fields: Mapping[str, list[object]], latex: bool) -> tuple[str, ...]:
    for value in fields.get("keywords", ()):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        parts: list[Any] = _parts(value) if isinstance(value, str) else value if isinstance(value, list) else []
        names = (part.get("display_name") or part.get("name") if isinstance(part, dict) else part for part in parts)
        # An asterisk marks what a paper is most about.
        words = [
            _short(readable(word, latex)).strip("* ").replace("/*", "/") for word in names if isinstance(word, str)
        ]
        if kept := [word for word in words if is_data(word)]:
            return tuple(dict.fromkeys(kept))[:MAX_KEYWORDS]
    return ()


def _parts(text: str) -> list[str]:
    """The words of a cell, by the marks between them; a list as Python or JSON writes it by its quotes."""
    text = html.unescape(text)
    if listed := re.fullmatch(r"\[\s*['\"](.*)['\"]\s*\]", text.strip()):
        return re.split(r"['\"],\s*['\"]", listed[1])
    parts = re.split(r"[;|\n]", text)
    return parts if len(parts) > 1 else re.split(r",(?![^()]{0,200}\))(?![^\[\]]{0,200}\])", text)


def _journal(source: str) -> str:
    """The journal that a column "Source" names, alone or as in "Moss Letters (2014) 3:3 (152-160)"; "" for others."""
    name = re.split(r"\s*\((?:1[89]|20)[0-9]{2}\)|[,;.]\s+(?:1[89]|20)[0-9]{2}\b", source)[0]
    return "" if _DATABASES.search(name) or "/" in name else name


def _link(url: str) -> str:
    """The first http link in `url`, without LaTeX's escapes; "" without any."""
    url = re.sub(r"\\(?=[_%&#~{}])|\{(?=\\?_)|(?<=_)\}", "", url)
    match = _LINK.match(url)
    return re.split(r"[;|](?=https?:)|(?<=\w)(?=https?://)", match[1])[0] if match else ""


def _text(value: object) -> str:
    """`value` as one line of clean text; a list of strings is joined, and what is no text becomes ''."""
    if isinstance(value, list):
        value = " ".join(part for part in value if isinstance(part, str))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value))


def _short(text: str) -> str:
    return text[:500] if MARK not in text else ""


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[\s,;'\"\[\]]+", value)
    return tuple(word for v in value if (word := _text(v))) if isinstance(value, list) else ()


def _year(value: object) -> int | None:
    if isinstance(value, dict):  # CSL's and Crossref's {"date-parts": [[2021, 3]]}
        parts = value.get("date-parts") or value.get("raw") or value.get("literal")
        while isinstance(parts, list):
            parts = parts[0] if parts else ""
        value = parts
    match = _YEAR.search(_text(value))
    return int(match[0]) if match else None

"""One record of any source, checked and made into a Paper: identity, cleaning, limits."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from rag.clean import clean
from rag.readers.lines import MARK
from rag.types import Paper, Rejected

MAX_ABSTRACT = 100_000
MAX_TITLE = 2_000
MAX_ID = 200

ABSTRACT_NAMES = ("abstract", "text", "summary")
# What sources call a field; the first that is filled wins.
_NAMES = {
    "id": ("id", "_id", "paper_id", "arxiv_id", "doi"),
    "title": ("title",),
    "abstract": ABSTRACT_NAMES,
    "authors": ("authors", "author"),
    "year": ("year", "published", "date"),
    "eprint": ("eprint", "arxiv_id"),
    "comments": ("comments", "comment"),
}

# Four digits after the dot until 2014, five since: an id that passed through a float (2306.0098 for 2306.00980)
# is thus not mistaken for another paper's, and few ids of other kinds look alike.
_MONTH = "(?:0[1-9]|1[0-2])"
_ARXIV = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:[\w-]+\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    rf"((?:0[7-9]|1[0-4]){_MONTH}\.\d{{4}}|(?:1[5-9]|[2-9]\d){_MONTH}\.\d{{5}}"
    rf"|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{{2}})?/\d\d{_MONTH}\d{{3}})"
    r"(?:v(\d{1,3}))?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)


# As arXiv's abstracts say it ("This paper has been withdrawn by the authors"), and its comments in any words.
_WITHDRAWN = re.compile(
    r"withdrawn\b|(?:this|the) (?:\w+ ){0,2}(?:has|have) (?:now |since )?been (?:temporarily )?(?:withdrawn|retracted)"
    r"|(?:this|the) (?:paper|article|manuscript|submission|preprint|work) (?:is|was) (?:withdrawn|retracted)",
    re.IGNORECASE,
)
_WITHDRAWN_COMMENT = re.compile(r"\b(?:withdrawn|retracted)\b", re.IGNORECASE)


def make_paper(record: Mapping[str, object], source: str, line: int) -> Paper | Rejected:
    """The paper that `record` (names of fields in any case, values of any type) tells of, or why it is none."""
    fields = {name.strip().lower(): value for name, value in record.items()}

    def first(name: str) -> str:
        return next((text for alias in _NAMES.get(name, (name,)) if (text := _text(fields.get(alias)))), "")

    given, title, abstract, url, doi = first("id"), first("title"), first("abstract"), first("url"), first("doi")
    authors = next((names for alias in _NAMES["authors"] if (names := _names(fields.get(alias)))), ())
    categories = _words(fields.get("categories"))
    if reason := _fault(given, title, abstract, (url, doi, *authors, *categories)):
        name = (title or given or abstract)[:80].replace(MARK, "\ufffd")
        return Rejected(source, line, f"{reason} ({name})" if name else reason)

    url = url if re.fullmatch(r'https?://[^\s<>"]{1,2000}', url, re.IGNORECASE) else ""
    arxiv, version = arxiv_id(given, first("eprint"), url, doi)
    if arxiv:
        stated = re.fullmatch(r"v?([0-9]{1,3})", first("version"))
        version = version or (int(stated[1]) if stated else 0)
        url = url or f"https://arxiv.org/abs/{arxiv}"
    elif re.fullmatch(r"10\.[0-9]{4,}/\S+", doi):
        url = url or f"https://doi.org/{doi}"
    return Paper(
        id=arxiv or given or title_id(title),
        title=title,
        abstract=abstract,
        authors=authors,
        year=next((year for alias in _NAMES["year"] if (year := _year(fields.get(alias)))), None),
        url=url,
        categories=categories,
        version=version,
        withdrawn=bool(_WITHDRAWN.match(abstract) or _WITHDRAWN_COMMENT.search(first("comments"))),
        source=source,
        line=line,
    )


def arxiv_id(*texts: str) -> tuple[str, int]:
    """The first arXiv id among ids, links and DOIs, without its version, and the version; `("", 0)` without any."""
    for text in texts:
        if match := _ARXIV.fullmatch(text):
            # The subject class of an old id is decoration: math.GT/0309136 is math/0309136.
            return re.sub(r"\.[a-z]+/", "/", match[1].lower()), int(match[2] or 0)
    return "", 0


def title_id(title: str) -> str:
    """An id for a paper that has none: the same for titles that differ in case, spacing or punctuation only."""
    return "t-" + hashlib.sha256((normalised(title) or title).encode()).hexdigest()[:16]


def normalised(title: str) -> str:
    """`title` as its letters and digits, of any script, folded (NFKC, case) and parted by single spaces."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    # Marks are kept: they are the vowels of the Indic scripts.
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split())


def _fault(given: str, title: str, abstract: str, others: tuple[str, ...]) -> str:
    if MARK in "".join((given, title, abstract, *others)):
        return "not UTF-8: save the file as UTF-8"
    if not title:
        return "no title"
    if not abstract:
        return "no abstract"
    limits = (("a title", title, MAX_TITLE), ("an abstract", abstract, MAX_ABSTRACT), ("an id", given, MAX_ID))
    for name, text, limit in limits:
        if len(text) > limit:
            return f"{name.split()[1]} of {len(text):,} characters; more than {limit:,} is not {name}"
    return ""


def _text(value: object) -> str:
    """`value` as one line of clean text; a list of strings is joined, and what is no text becomes ''."""
    if isinstance(value, list):
        value = " ".join(part for part in value if isinstance(part, str))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value))


def _names(value: object) -> tuple[str, ...]:
    """Names out of "A and B", "A, B", "A; B", a list of names or a list of {"name": ...}."""
    if isinstance(value, str):
        value = re.split(";" if ";" in value else r",\s*and\s|,|\sand\s", value.strip("[] "))
    if not isinstance(value, list | tuple):
        value = [value]
    names = (_text(name.get("name") if isinstance(name, dict) else name) for name in value)
    return tuple(name for n in names if (name := n.strip("'\" ")))


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[\s,;'\"\[\]]+", value)
    return tuple(word for v in value if (word := _text(v))) if isinstance(value, list) else ()


def _year(value: object) -> int | None:
    match = re.search(r"(?<![0-9])(?:1[0-9]{3}|20[0-9]{2}|2100)(?![0-9])", _text(value))
    return int(match[0]) if match else None

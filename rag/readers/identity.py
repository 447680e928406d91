"""What papers are known by: DOIs, arXiv ids, PubMed's and OpenAlex's numbers, and titles."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from urllib.parse import unquote

from rag.readers.versions import one_for_all, version_of

MAX_ID = 200

# Four digits after the dot until 2014, five since: an id that passed through a float (2306.0098 for 2306.00980)
# is thus not mistaken for another paper's, and few ids of other kinds look alike.
_MONTH = "(?:0[1-9]|1[0-2])"
_ARXIV = re.compile(
    r"(?:arxiv[:.\s-]\s*|oai:arxiv\.org:|(?:(?:https?://)?(?:[\w-]+\.)*(?:arxiv|ar5iv|alphaxiv)\.org/)?(?:abs|pdf|html)/"
    r"|(?:https?://)?(?:huggingface\.co)?/papers/"
    r"|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    rf"((?:0[7-9]|1[0-4]){_MONTH}\.\d{{4}}|(?:1[5-9]|[2-9]\d){_MONTH}\.\d{{5}}"
    rf"|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{{2}})?/\d\d{_MONTH}\d{{3}})"
    r"(?:v(\d{1,3}))?(?:\.pdf)?/?(?:\s*\[[\w.-]+\])?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(
    r"(?:^|doi[.-]org[\w.-]*/|hdl\.handle\.net/|doi[:=/]?|\s|[({\[<'\"|])(10\.[0-9]{4,9}/[^\s\"|]+)", re.IGNORECASE
)
_SPACED = re.compile(r"(?<![\w.])(10\.[0-9]{4,9})\s*/\s*(?=[\w(])")
# In a link's query, as Scopus's tables have it: ...record.uri?eid=...&doi=10.1016%2fj.x.2020.1&partnerID=40
_IN_QUERY = re.compile(r"https?://\S+?[?&](?:id=)?doi[=:](10\.[0-9]{4,9}(?:/|%2f)[^\s&\"]+)", re.IGNORECASE)
# In a publisher's link: https://www.tandfonline.com/doi/full/10.1080/1, https://www.biorxiv.org/content/10.1101/1v2.full
_IN_LINK = re.compile(
    r"https?://(?!(?:dx\.)?doi\.org)[^/\s]+/(?:\w+/)?(?:content|article|chapter|doi(?:/(?:abs|full|pdf|epdf|epub|book))?)"
    r"/(10\.[0-9]{4,9}/[^\s\"?#]+?)(?:[./](?:full|abstract|pdf|epdf|html|meta|short)[\w.+-]*)?(?:[?#]\S*)?$",
    re.IGNORECASE,
)
_AS_VENUE = re.compile(r"(?:arxiv(?: preprint)?|corr),?\s+((?:arxiv:|abs/)\S+?)(?:,? \(?[0-9]{4}\)?)?", re.IGNORECASE)
# Registrants of preprints: arXiv, bioRxiv, medRxiv, SSRN, Research Square, Preprints.org, OSF, Zenodo, ChemRxiv.
_PREPRINT = re.compile(r"10\.(?:48550|1101|64898|2139|21203|20944|31219|31234|31235|5281|26434|22541|36227|32388)/")
_APOSTROPHES = str.maketrans(dict.fromkeys("ʼʹˈ´`′＇", " "))
ROW_NUMBER = re.compile(r"[0-9]{1,6}(?:\.0)?")


def arxiv_id(*texts: str) -> tuple[str, int]:
    """The first arXiv id among ids, links and DOIs, without its version, and the version; `("", 0)` without any."""
    for text in texts:
        if match := _ARXIV.fullmatch(text):
            # The subject class of an old id is decoration: math.GT/0309136 is math/0309136.
            return re.sub(r"\.[a-z]+/", "/", match[1].lower()), int(match[2] or 0)
    return "", 0


def arxiv_in_venue(venue: str) -> str:
    """The arXiv id that stands in place of a journal: "arXiv preprint arXiv:2405.14831", "CoRR abs/2405.14831"."""
    match = _AS_VENUE.fullmatch(venue.strip())
    return match[1] if match else ""


def year_of(arxiv: str) -> int | None:
    """The year in which a paper of that arXiv id was submitted."""
    match = re.search(r"(?:^|/)([0-9]{2})", arxiv)
    return (1900 if match[1] > "90" else 2000) + int(match[1]) if match else None


def doi_of(*texts: str) -> str:
    """The first DOI among those texts in its one spelling (10.5555/ab.1), "" without any."""
    doi = _first_doi(texts)
    return version_of(doi)[0] if one_for_all(doi) else doi


def work_of(*texts: str) -> tuple[str, int]:
    """The first DOI among those texts without a version, and the version that it or a link there tells, else 0."""
    told = [version_of(doi) for text in texts if (doi := _first_doi((text,)))]
    return (told[0][0], max(version for work, version in told if work == told[0][0])) if told else ("", 0)


def _first_doi(texts: tuple[str, ...]) -> str:
    for text in texts:
        if "10." not in text:
            continue
        # Some exports have ligatures and other signs in place of a DOI's letters.
        text = unicodedata.normalize("NFKC", html.unescape(text)).replace("{\\_}", "_").replace("\\_", "_")
        if asked := _IN_QUERY.search(text):
            text = asked[1]
        text = _SPACED.sub(r"\1/", re.sub(r"[{}\\]", "", unquote(text) if "%" in text else text))
        if match := _IN_LINK.match(text) or _DOI.search(text):
            doi = _trimmed(match[1].split("?")[0] if "://" in text else match[1])
            if len(doi) <= MAX_ID and not doi.endswith("/"):
                return doi.lower()
    return ""


def _trimmed(doi: str) -> str:
    """Without what follows a DOI in running text; a closing bracket belongs to it if it opened one."""
    doi = re.split(r"[;,](?=https?:|10\.)|<br|&lt;br|</", doi)[0]
    doi = re.sub(r"/(?:full|abstract|pdf|epdf|meta)$", "", doi)  # as in a publisher's link
    while doi and (
        doi[-1] in ".,;:'\"" or (doi[-1] in ")]>" and doi.count(doi[-1]) > doi.count("([<"[")]>".index(doi[-1])]))
    ):
        doi = doi[:-1]
    return doi


def is_preprint(doi: str) -> bool:
    """Whether a server of preprints gave that DOI."""
    return _PREPRINT.match(doi) is not None


def number(text: str) -> str:
    """The digits of a PubMed number, however written; "" for anything else."""
    match = re.fullmatch(
        r"(?:(?:pmid|pubmed|medline|pm)[:\s]?\s*|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?"
        r"0*([1-9][0-9]{0,8})(?:\.0)?/?(?:\?\S*)?(?:\s*[\[(](?:pmid|pubmed|http[^\])]*)[\])])?",
        text.strip(),
        re.IGNORECASE,
    )
    return match[1] if match else ""


def openalex_id(*texts: str) -> str:
    """OpenAlex's id of a work ("W2741809807")."""
    for text in texts:
        match = re.fullmatch(r"(?:https?://openalex\.org/(?:works/)?)?(W[0-9]{1,12})", text, re.IGNORECASE)
        if match and ("openalex" in text.lower() or len(match[1]) > 7):
            return match[1].upper()
    return ""


def title_id(title: str) -> str:
    """An id for a paper that has none: the same for titles that differ in case, spacing or punctuation only."""
    return "t-" + hashlib.sha256((normalised(title) or title).encode()).hexdigest()[:16]


def normalised(title: str) -> str:
    """`title` as its letters and digits, of any script, folded (NFKC, case) and parted by single spaces."""
    folded = unicodedata.normalize("NFKC", title.translate(_APOSTROPHES)).casefold()
    # Marks are kept: they are the vowels of the Indic scripts.
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded).split())

"""One paper, however it comes: what it is known by, and what becomes of two records of it."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.readers.identity import arxiv_id, doi_of, is_preprint, normalised, title_id
from rag.readers.versions import version_of
from rag.types import Paper

MIN_TITLE = 20  # letters of a title that tells a paper from others of the same author: "Introduction" does not
_OWN = re.compile(r"10\.[0-9]{4,}/|pmid:|W[0-9]+$|t-[0-9a-f]{16}$")


def same_title(one: str, other: str) -> bool:
    """Whether two titles differ in case, spacing, apostrophes, dashes and other punctuation only."""
    return _letters(one) == _letters(other)


def known_by(paper: Paper) -> list[str]:
    """All that the paper is known by elsewhere: its DOI, numbers and links, its title with its first author."""
    names = [*paper.ids]
    arxiv = next((i for text in (paper.id, paper.url, *paper.links) if (i := arxiv_id(text)[0])), "")
    doi = paper.doi or doi_of(paper.url if "doi.org" in paper.url else "", paper.id)
    if arxiv:
        names.append(f"arxiv:{arxiv}")
    if doi:
        names += [f"doi:{doi}", f"doi:{version_of(doi)[0]}"]
    if paper.id.startswith("pmid:"):
        names.append(paper.id)
    if re.fullmatch(r"W[0-9]+", paper.id):
        names.append(f"openalex:{paper.id}")
    letters = _letters(paper.title)
    if len(letters) >= MIN_TITLE:
        first = _letters(paper.authors[0].split()[-1]) if paper.authors and paper.authors[0].split() else ""
        names.append(f"title:{letters[:300]}|{first}")
    return list(dict.fromkeys(names))


def known_without_author(paper: Paper) -> str:
    """What the paper is known by if its authors are not told; "" for a title that is too short for it."""
    letters = _letters(paper.title)
    return f"title:{letters[:300]}|" if len(letters) >= MIN_TITLE else ""


def is_own(paper: Paper) -> bool:
    """Whether its id is the paper's in all the world, not its source's."""
    return _OWN.match(paper.id) is not None or arxiv_id(paper.id)[0] == paper.id


def under_its_title(paper: Paper, other: Paper) -> Paper:
    """`paper`, whose title is its id, under another one if `other`, which has that id, is by other people."""
    mine, theirs = (
        {word for name in p.authors for word in normalised(name).split() if len(word) > 1} for p in (paper, other)
    )
    again = paper.location == other.location  # whose authors were corrected since
    if again or not mine or not theirs or mine & theirs:
        return paper
    return replace(paper, id=title_id(f"{paper.title} {paper.authors[0]}"))


def may_be_one(one: Paper, other: Paper) -> bool:
    """Whether nothing speaks against two papers being one that have a title and a first author, or an id, in common."""
    if not same_title(one.title, other.title) and not (
        _has_common_number(one, other) and _like(one.title, other.title)
    ):
        return False
    mine, theirs = (doi for doi in (one.doi, other.doi))
    articles = [version_of(doi)[0] for doi in (mine, theirs) if doi and not is_preprint(doi)]
    if len(set(articles)) > 1:  # an article and its errata, or two parts of a series
        return False
    return not (one.year and other.year and abs(one.year - other.year) > 5)


def merged(kept: Paper, other: Paper) -> Paper:
    """`kept` with what only the other record of the same paper tells: ids, links, and fields that are empty."""
    names = [name for name in known_by(other) if not name.startswith("title:")]
    own = {f"arxiv:{kept.id}", f"doi:{kept.id}", f"openalex:{kept.id}", kept.id}
    links = [link for link in (*kept.links, other.url, *other.links) if link and link != kept.url]
    return replace(
        kept,
        ids=tuple(name for name in dict.fromkeys((*kept.ids, *names)) if name not in own),
        links=tuple(dict.fromkeys(links)),
        doi=kept.doi or other.doi,
        authors=kept.authors or other.authors,
        year=kept.year or other.year,
        venue=kept.venue or other.venue,
        keywords=kept.keywords or other.keywords,
        language=kept.language or other.language,
        categories=kept.categories or other.categories,
        notices=tuple(dict.fromkeys((*kept.notices, *other.notices))),
        withdrawn=kept.withdrawn or (other.withdrawn and other.version >= kept.version),
        bibtex=kept.bibtex or other.bibtex,
        kind=kept.kind or other.kind,
    )


def _like(one: str, other: str) -> bool:
    """Whether two titles share a third of the words of the shorter one: papers are renamed on the way to a journal."""
    mine, theirs = (set(normalised(title).split()) for title in (one, other))
    return 3 * len(mine & theirs) >= min(len(mine), len(theirs))


def _has_common_number(one: Paper, other: Paper) -> bool:
    mine, theirs = ({name for name in known_by(p) if not name.startswith("title:")} for p in (one, other))
    return bool(mine & theirs)


def _letters(text: str) -> str:
    return normalised(text).replace(" ", "")

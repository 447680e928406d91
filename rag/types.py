"""The things that flow through askpapers, as plain frozen dataclasses: no library's types inside."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from rag.clean import clean


@dataclass(frozen=True)
class Paper:
    """One paper of the collection.

    `id` is the arXiv id without its version where there is one, else the DOI, PubMed's or OpenAlex's number, the id
    that the source gives, or a hash of the normalised title. `source` and `line` say where it was read and do not
    count as content.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    version: int = 0  # arXiv's or its DOI's, 0 where unknown
    withdrawn: bool = False  # or retracted: listed with a mark, never answered from
    doi: str = ""
    ids: tuple[
        str, ...
    ] = ()  # further ids it is known by: "doi:10.5555/ab.1", "pmid:1", "openalex:W1", "arxiv:2306.00978"
    links: tuple[str, ...] = ()  # further links: of its preprint, or of the article that came of it
    venue: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    notices: tuple[str, ...] = ()  # retractions and corrections, in the source's words
    rights: str = ""  # copyright and publisher's lines that stood around the abstract: no evidence
    bibtex: str = ""  # the BibTeX entry it was read from, with its type, key and all fields
    kind: str = ""  # the type of BibTeX entry that it is by its source: "article", "phdthesis"; "" where not told
    source: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def display_title(self) -> str:
        """The title as lists show it: that the paper was withdrawn is said."""
        return f"{self.title} (withdrawn)" if self.withdrawn else self.title

    @property
    def location(self) -> str:
        """Where it was read, as `file:line`."""
        return f"{self.source}:{self.line}"

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex, 64 characters) of everything that counts as content."""
        kept = asdict(self)
        # Fields that came later count where they are filled only: so papers stored before them keep their hash.
        content = {k: v for k, v in kept.items() if k not in ("source", "line") and (k not in _LATER or v)}
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


_LATER = ("withdrawn", "doi", "ids", "links", "venue", "keywords", "language", "notices", "rights", "bibtex", "kind")
_LISTS = ("authors", "categories", "ids", "links", "keywords", "notices")


def paper_to_json(paper: Paper) -> str:
    """A paper as the index keeps it."""
    return json.dumps({k: v for k, v in asdict(paper).items() if k not in _LATER or v}, ensure_ascii=False)


def paper_from_json(text: str) -> Paper:
    """The paper that `paper_to_json` wrote down."""
    fields: dict[str, Any] = json.loads(text)
    lists: dict[str, Any] = {k: tuple(v) for k, v in fields.items() if k in _LISTS}
    return Paper(**{**fields, **lists})


@dataclass(frozen=True)
class Rejected:
    """A record that was not taken: where it stands and why."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return clean(f"{self.source}:{self.line}: {self.reason}" if self.line else f"{self.source}: {self.reason}")


@dataclass(frozen=True)
class Sentence:
    """A sentence of an abstract: `paper.abstract[start:end] == text`, always."""

    index: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Passage:
    """A run of whole sentences of one abstract: `paper.abstract[start:end] == text`, always."""

    paper_id: str
    index: int
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        return passage_id(self.paper_id, self.index)


def passage_id(paper_id: str, index: int) -> str:
    """The id of a paper's passage."""
    return f"{paper_id}#{index}"


def paper_of(passage: str) -> str:
    """The id of the paper that the passage of that id is from."""
    return passage.rpartition("#")[0]


@dataclass(frozen=True)
class Hit:
    """A paper found for a query, with its best passage and best sentence. Scores are higher for better."""

    paper: Paper
    passage: Passage
    sentence: Sentence
    score: float

    def to_dict(self) -> dict[str, Any]:
        """The shape that `askpapers search --json` prints, and the page's `/search` gives."""
        return {
            "paper_id": self.paper.id,
            "title": self.paper.display_title,
            "url": self.paper.url,
            "year": self.paper.year,
            "sentence": self.sentence.text,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True)
class Evidence:
    """A sentence chosen to answer from: sentence `sentence.index` of the source numbered `number` (from 1)."""

    number: int
    paper: Paper
    sentence: Sentence
    score: float

    @property
    def id(self) -> str:
        """`source.sentence`, both from 1, as models cite it."""
        return f"{self.number}.{self.sentence.index + 1}"

    @property
    def titled(self) -> str:
        """The sentence behind its paper's title, as judges are shown it: "it" and "our method" are then understood."""
        return f"{self.paper.title}: {self.sentence.text}"

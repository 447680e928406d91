"""What must hold of any input: checked on examples by the tests, and by bench/fuzz.py on millions of inputs."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markdown_it import MarkdownIt

from rag.answering.markers import parse, sentences_of
from rag.clean import clean, without_unseen
from rag.errors import FetchError, QuestionError
from rag.fetching import Access, FetchedPapers, Request, Spool, download
from rag.fetching.arxiv import Arxiv
from rag.fetching.crossref import Crossref
from rag.fetching.http import HalfReplyError
from rag.fetching.openalex import OpenAlex
from rag.fetching.pubmed import PubMed
from rag.fetching.semantic_scholar import SemanticScholar
from rag.fetching.services import IDS, open_service
from rag.indexing.sync import Sync
from rag.readers import read_papers
from rag.retrieval.query import MAX_CHARACTERS, check_question
from rag.text.bibtex import bibtex_entry
from rag.text.sentences import split_sentences
from rag.types import Paper, Rejected
from ui import export


class _EmptyIndex:
    """Stands for a library without papers: counting needs no more of it."""

    def hash(self, paper_id: str) -> None:
        return None

    def papers(self, *_: Any) -> Iterator[Paper]:
        return iter(())


def of_file(file: Path, content: bytes, packed: bool = False) -> list[Paper]:
    """Whatever a file holds: every record is counted once, what is taken is sound, what is not says where and why."""
    file.write_bytes(gzip.compress(content, 1) if packed else content)
    reading = read_papers(file)
    sync = Sync(SimpleNamespace(forward_index=_EmptyIndex(), embedder=None))  # type: ignore[arg-type]
    news = list(sync._to_write(reading))
    report = sync.report
    assert len(news) == report.added + report.updated
    assert reading.read == report.read + len(reading.rejected), "every record is counted once"
    assert reading.read or reading.notes, "nothing passes in silence"
    for paper in news:
        _sound(paper)
    for rejected in (*reading.rejected, *report.rejections):
        assert isinstance(rejected, Rejected)
        assert str(rejected) == clean(str(rejected))
        assert rejected.reason
        assert len(str(rejected)) < 1_000
    return news


def _sound(paper: Paper) -> None:
    assert all((paper.id, paper.title, paper.abstract, paper.line, paper.content_hash))
    texts = (paper.id, paper.title, paper.abstract, paper.url, *paper.authors, *paper.categories, paper.doi, *paper.ids,
             *paper.links, paper.venue, *paper.keywords, paper.language, *paper.notices, paper.rights)  # fmt: skip
    assert all(text == clean(text) for text in texts)
    json.dumps(texts, ensure_ascii=False).encode()  # no half of a surrogate pair
    assert not paper.url or re.match(r"https?://", paper.url, re.IGNORECASE)
    assert paper.year is None or 1000 <= paper.year <= 2100


class _Replying:
    """Stands for a client whose service answers every request with the same bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, url: str, params: Any, parse: Any, post: object = None) -> Any:
        try:
            return parse(self.body)
        except HalfReplyError as error:
            raise FetchError(str(error)) from None


def of_service(name: str, folder: Path, body: bytes) -> list[Paper]:
    """Whatever a service replies: papers that are sound, or one line that says what is wrong."""
    request = Request(name, "" if name == "hf-daily" else "moss", number=3)
    if name == IDS:
        request = Request(name, ids=("arxiv:2405.14831", "doi:10.5555/a", "pmid:1"), number=3)
    service: Any = open_service(name, Access())
    if name == IDS:
        kinds = (Arxiv, Crossref, OpenAlex, PubMed, SemanticScholar)
        service._open = {kind: kind(Access()) for kind in kinds}
        for each in service._open.values():
            each.client = _Replying(body)
    else:
        service.client = _Replying(body)
    spool = Spool(folder, request)
    spool.remove()
    spool = Spool(folder, request)
    said = ""
    try:
        download(service, spool)
    except FetchError as error:
        said = str(error)
    assert said == without_unseen(said)
    assert "\n" not in said
    papers = FetchedPapers(spool, service.title)
    found = list(papers)
    for paper in found:
        _sound(paper)
    for rejected in papers.rejected:
        assert rejected.reason
        assert len(str(rejected)) < 1_000
    return found


def of_reply(text: str, size: int) -> None:
    """Whatever a model says, however it is cut into pieces: no letter is lost and no citation made up."""
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    sentences = list(sentences_of(pieces))
    assert "".join("".join(sentences).split()) == "".join(text.split())
    for sentence in sentences:
        draft = parse(sentence)
        assert draft.text == " ".join(draft.text.split())
        assert len(draft.text) <= len(sentence)
        assert len(set(draft.cited)) == len(draft.cited) <= 50 * len(sentence)
        written = [int(number) for number in re.findall(r"\d{1,3}", sentence)]
        assert all(min(written) <= source <= max(written) for source, _ in draft.cited), "a citation made up"


def of_text(text: str) -> None:
    """Whatever is typed or read: what is kept deceives nobody, and sentences lie where they say."""
    kept = clean(text)
    assert clean(kept) == kept
    assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Cs")]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]", kept)
    with suppress(QuestionError):
        assert 0 < len(check_question(text)) <= MAX_CHARACTERS
    for sentence in split_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
    assert "".join("".join(s.text for s in split_sentences(text)).split()) == "".join(text.split())


def of_export(text: str) -> None:
    """Whatever a title holds: exported, BibTeX's braces close where they should, nothing is read or run, and Markdown
    shows it as text."""
    (title,) = re.findall(r"  title = \{(.*)\},\n", _entry(text))
    for braces in (r"[{}]", r"\\.|[{}]"):  # as BibTeX counts them, and as TeX does
        depth = 0
        for brace in re.findall(braces, title):
            depth += {"{": 1, "}": -1}.get(brace, 0)
            assert depth >= 0, "closed before its end"
        assert depth == 0, "left open"
    assert not re.search(r"(?<!\\)(?:\\\\)*\\(?:input|include|write|openin|openout|immediate|def|csname)\b", title)
    for start in ("# ", "> ", "1. "):
        page = MarkdownIt("commonmark").render(start + export._md(clean(text) or "T"))
        assert not re.search(r"<(?!/?(?:h1|p|blockquote|ol|li)>)", page), page


def _entry(text: str) -> str:
    return bibtex_entry(Paper("x1", clean(text) or "T", "It is so."))

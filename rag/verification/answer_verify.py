"""A stored answer against the library as it is now: does each citation still stand, what changed, what is supported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError
from rapidfuzz import fuzz

from rag.answer import Verdict
from rag.answering.checking import Checker
from rag.answering.judges import coverage_by
from rag.clean import clean
from rag.errors import SourceError
from rag.indexing.records import Record
from rag.library import Library
from rag.types import Evidence, Sentence
from rag.verification.answer_export import FORM, index_fingerprint, sentence_hash
from rag.verification.deciding import COVERAGE_TELLS, Decider
from rag.verification.references import find_paper

State = Literal["stands", "moved", "changed", "gone", "withdrawn"]
Outcome = Literal["supported", "unsupported", "contradicted", "unchecked", "no_claim"]
MAX_BYTES = 20_000_000
_OLD_NEW = 60  # of 100: how like an old sentence a new one must be to be shown as what it became


class _Citation(BaseModel):
    number: int
    paper_id: str = Field(max_length=500)
    title: str = ""
    sentences: list[str] = Field(max_length=1000)


class _Claim(BaseModel):
    text: str
    citations: list[int] = []
    evidence: list[str] = []
    catalogue: bool = False


class _MadeOf(BaseModel):
    paper_id: str
    paper_hash: str
    sentences: list[dict[str, Any]] = []


class _MadeWith(BaseModel):
    form: int = FORM
    index: dict[str, Any] = {}
    citations: list[_MadeOf] = []


class Stored(BaseModel):
    """What is read of a stored answer: as `askpapers ask --json` and /api/ask give it."""

    question: str
    claims: list[_Claim] = Field(max_length=10_000)
    citations: list[_Citation] = Field(max_length=10_000)
    made_with: _MadeWith | None = None


@dataclass(frozen=True)
class VerifiedSentence:
    """A sentence that a citation rests on: `now` is what stands in its place where it was changed."""

    text: str
    state: State
    now: str = ""


@dataclass(frozen=True)
class VerifiedCitation:
    """A citation: `paper_changed` tells that the paper is not as it was then, None where the answer kept no hash."""

    number: int
    paper_id: str
    title: str
    state: State
    paper_changed: bool | None
    sentences: tuple[VerifiedSentence, ...]


@dataclass(frozen=True)
class VerifiedClaim:
    """A sentence of the answer, judged anew against what its citations say now."""

    text: str
    verdict: Verdict
    support: float | None
    level: int | None


@dataclass(frozen=True)
class Verification:
    """The whole answer. `same_index` tells whether the collection is the same, None where it was not kept."""

    question: str
    citations: tuple[VerifiedCitation, ...]
    claims: tuple[VerifiedClaim, ...]
    same_index: bool | None
    judge: str
    tells: str
    notes: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether every citation stands, perhaps at another place, and no claim is unsupported."""
        cited = all(c.state in ("stands", "moved") for c in self.citations)
        return cited and all(c.verdict in ("supported", "no_claim") for c in self.claims)

    def to_dict(self) -> dict[str, Any]:
        """The shape that `askpapers verify --json` prints."""
        told = json.loads(json.dumps(asdict(self)))
        return {"stands": self.stands, **told}

    def __str__(self) -> str:
        lines = [f"{self.question}"]
        for c in self.citations:
            changed = " (the abstract was changed elsewhere)" if c.paper_changed and c.state == "stands" else ""
            lines.append(f"[{c.number}] {c.state}{changed}: {c.title or c.paper_id}")
            for s in c.sentences:
                if s.state not in ("stands", "moved"):
                    lines.append(f"    was: {s.text}")
                    lines += [f"    is:  {s.now}"] if s.now else []
        lines += [f"{c.verdict}: {c.text}" for c in self.claims if c.verdict not in ("supported", "no_claim")]
        same = {True: "the same collection", False: "another collection than it was made from", None: ""}[
            self.same_index
        ]
        stood = sum(c.state in ("stands", "moved") for c in self.citations)
        held = sum(c.verdict in ("supported", "no_claim") for c in self.claims)
        counts = (
            f"{stood} of {len(self.citations)} citations stand, {held} of {len(self.claims)} sentences are supported"
        )
        lines.append("; ".join(filter(None, [counts, same])))
        return "\n".join([*lines, f"Judged by {self.judge}: {self.tells}", *self.notes])


def read_answer(path: Path) -> Stored:
    """The answer in that file. Raises SourceError where there is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path} has more than {MAX_BYTES // 1_000_000} MB: no answer is so long")
        return Stored.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = f"{place}: {first['msg']}" if place else first["msg"]
        raise SourceError(f"{path} is no answer as `askpapers ask --json` prints it ({said})") from None


def verify(stored: Stored, library: Library, decider: Decider | None = None) -> Verification:
    """Looks up each citation, and judges each sentence against what they say now. Raises LLMError."""
    hashes = {made.paper_id: made for made in stored.made_with.citations} if stored.made_with else {}
    records = {c.number: _record(library, c) for c in stored.citations}
    citations = [_citation(c, records[c.number], hashes.get(c.paper_id)) for c in stored.citations]
    claims = _claims(stored, records, citations, library, decider)
    same = None
    if stored.made_with and stored.made_with.index:
        same = stored.made_with.index == index_fingerprint(library)
    notes = ("made by a newer askpapers: what it added is not looked at",) if _newer(stored) else ()
    name, tells = (decider.name, decider.tells) if decider else ("coverage", COVERAGE_TELLS)
    return Verification(clean(stored.question), tuple(citations), tuple(claims), same, name, tells, notes)


def _newer(stored: Stored) -> bool:
    return stored.made_with is not None and stored.made_with.form > FORM


def _record(library: Library, citation: _Citation) -> Record | None:
    """The paper by its id, else by its title: another machine may know it by another id."""
    index = library.index.forward_index
    found = index.records([citation.paper_id])
    if not found and (paper := find_paper(library, f"{citation.paper_id} {citation.title}")):
        found = index.records([paper.id])
    return found[0] if found else None


def _citation(citation: _Citation, record: Record | None, made: _MadeOf | None) -> VerifiedCitation:
    if record is None:
        gone = tuple(VerifiedSentence(clean(s), "gone") for s in citation.sentences)
        return VerifiedCitation(citation.number, clean(citation.paper_id), clean(citation.title), "gone", None, gone)
    places = [int(s.get("index", -1)) for s in made.sentences] if made else []
    sentences = tuple(
        _sentence(text, places[i] if i < len(places) else None, record.sentences)
        for i, text in enumerate(citation.sentences)
    )
    states = {s.state for s in sentences}
    worst: State = next((s for s in ("gone", "changed", "moved") if s in states), "stands")
    state: State = "withdrawn" if record.paper.withdrawn else worst
    changed = made.paper_hash != record.paper.content_hash if made else None
    title = record.paper.display_title
    return VerifiedCitation(citation.number, record.paper.id, title, state, changed, sentences)


def _sentence(text: str, place: int | None, there: Sequence[Sentence]) -> VerifiedSentence:
    wanted = sentence_hash(text)
    same = [s.index for s in there if sentence_hash(s.text) == wanted]
    if same:
        return VerifiedSentence(clean(text), "stands" if place is None or place in same else "moved")
    near = max(there, key=lambda s: fuzz.ratio(s.text, text), default=None)
    if near is None or fuzz.ratio(near.text, text) < _OLD_NEW:
        return VerifiedSentence(clean(text), "gone")
    return VerifiedSentence(clean(text), "changed", near.text)


def _claims(
    stored: Stored,
    records: dict[int, Record | None],
    citations: Sequence[VerifiedCitation],
    library: Library,
    decider: Decider | None,
) -> list[VerifiedClaim]:
    """Each claim by coverage against all of what it cites as it is now, then by who decides."""
    coverage = coverage_by(library)
    found: list[VerifiedClaim] = []
    asked: list[tuple[int, str, list[str]]] = []
    withdrawn = {c.number for c in citations if c.state == "withdrawn"}
    for claim in stored.claims:
        text = clean(claim.text)
        cited = [(n, r) for n in claim.citations if n not in withdrawn and (r := records.get(n)) is not None]
        evidence = [Evidence(n, r.paper, s, 0.0) for n, r in cited for s in r.sentences]
        if claim.catalogue or not claim.citations:
            found.append(VerifiedClaim(text, "no_claim", None, None))
        elif not evidence:
            found.append(VerifiedClaim(text, "unsupported", 0.0, 0))
        else:
            checker = Checker("", evidence, coverage, coverage)
            chosen = checker.mend(text)
            support = checker.coverage(chosen, text)
            copied = any(clean(e.sentence.text).startswith(text.rstrip(" .…")) for e in evidence)
            wrong = checker.forbidden(chosen, text) and not copied
            verdict: Verdict = "unsupported" if wrong else "supported" if copied else support.verdict
            if decider is not None and not copied:
                asked.append((len(found), text, [e.titled for e in chosen]))
            found.append(VerifiedClaim(text, verdict, round(support.score, 4), 0))
    rulings = decider.decide([(text, evidence) for _, text, evidence in asked]) if decider else iter(())
    for (place, text, _), ruling in zip(asked, rulings, strict=True):
        if found[place].verdict == "supported" or ruling.verdict == "contradicted":
            found[place] = VerifiedClaim(text, ruling.verdict, round(ruling.score, 4), ruling.level)
    return found

"""`check`: a text against the library, sentence by sentence; what says it, what differs, which citations are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.answering.checking import ASKED_FROM, Checker
from rag.answering.evidence import select_evidence
from rag.answering.judges import COVERED, Judge, coverage_by
from rag.answering.triage import CLEARLY, SURE
from rag.library import Library
from rag.models.llms import ChatModel
from rag.retrieval.hybrid import without_withdrawn
from rag.text.entities import NAME, mentions, numbers_missing
from rag.text.polarity import turned_round
from rag.text.words import content_words
from rag.types import Evidence, Paper
from rag.verification.deciding import COVERAGE_TELLS, Decider, load_decider
from rag.verification.drafts import Draft, Statement
from rag.verification.reading import Format, read_text
from rag.verification.references import find_paper, read_bibliographies
from rag.verification.report import CheckedCitation, CheckedStatement, Finding, TextReport

PAPERS = 5  # that are looked at for a sentence, besides those it cites
NEAREST = 12  # sentences of these that are compared
SHOWN = 4  # sentences that a judge is shown
MIN_WORDS = 3  # content words of a sentence that claims something
MAX_SOUGHT = 2000  # characters of a sentence that are searched for

Progress = Callable[[int], object]  # called with the number of sentences done since the last call


@dataclass(frozen=True)
class _Cited:
    """What a key refers to, and the paper where the library has it."""

    reference: str | None
    paper: Paper | None


def check(
    text: str,
    library: Library,
    *,
    kind: Format | None = None,
    judge: str | Judge = "auto",
    llm: ChatModel | None = None,
    bibliographies: Iterable[Path] = (),
    progress: Progress | None = None,
) -> TextReport:
    """Checks a text, of that format or of the one that it looks like, against the library.

    `judge` decides on doubtful sentences as ASKPAPERS_JUDGE says, "auto" being the model `llm` where it is fit, else
    coverage, which cannot tell a contradiction. `bibliographies` are .bib files that its keys are looked up in. Raises
    SourceError for a text that cannot be read, SettingsError, LLMError.
    """
    decider = load_decider(judge, library, llm)
    return check_draft(read_text(text, kind), library, decider, bibliographies, progress)


def check_draft(
    draft: Draft,
    library: Library,
    decider: Decider | None = None,
    bibliographies: Iterable[Path] = (),
    progress: Progress | None = None,
) -> TextReport:
    """As `check`, of a draft that was read; its own .bib files are read where they exist. Raises SourceError."""
    named = [path for path in draft.bibliographies if path.is_file()]
    entries, notes = read_bibliographies([*bibliographies, *named])
    absent = [f"{path} was not found: its keys are unknown" for path in draft.bibliographies if path not in named]
    references = {**entries, **draft.references}
    keys = dict.fromkeys(key for s in draft.statements for key in s.cited)
    cited = {key: _Cited(references.get(key), _paper(library, references.get(key))) for key in keys}
    checker = _TextChecker(library, cited, bool(references))
    paragraphs = []
    for paragraph in draft.paragraphs:
        paragraphs.append([checker.look(s) for s in paragraph])
        if progress:
            progress(len(paragraph))
    checker.decide(decider)
    done = tuple(tuple(checker.finished(s) for s in paragraph) for paragraph in paragraphs)
    tells = decider.tells if decider else COVERAGE_TELLS
    name = decider.name if decider else "coverage"
    return TextReport(done, name, tells, len(library), (*draft.notes, *absent, *notes))


def _paper(library: Library, reference: str | None) -> Paper | None:
    return find_paper(library, reference) if reference else None


@dataclass
class _Looked:
    """A sentence with what was found for it, before anybody decided."""

    statement: Statement
    finding: Finding
    evidence: tuple[Evidence, ...] = ()
    shown: tuple[Evidence, ...] = ()  # to a judge
    support: float | None = None
    level: int | None = None
    differs: tuple[str, ...] = ()
    saying: frozenset[str] = frozenset()  # ids of cited papers that say it by themselves
    doubtful: bool = False


class _TextChecker:
    """Checks the sentences of one text."""

    def __init__(self, library: Library, cited: Mapping[str, _Cited], has_references: bool) -> None:
        self._library, self._cited, self._has_references = library, cited, has_references
        self._coverage = coverage_by(library)
        self._doubts: list[_Looked] = []

    def look(self, statement: Statement) -> _Looked:
        """The sentence by coverage and rules alone."""
        if statement.heading or claims_nothing(statement.text):
            return _Looked(statement, "no_claim")
        papers = [p for key in statement.cited if (p := self._cited[key].paper)]
        evidence = gather(self._library, statement.text, papers)
        if not evidence:
            return _Looked(statement, "not_found", support=0.0, level=0)
        looked = self._rest(statement, evidence, {p.id for p in papers})
        if looked.doubtful:
            self._doubts.append(looked)
        return looked

    def _rest(self, statement: Statement, evidence: Sequence[Evidence], cited: set[str]) -> _Looked:
        """What the sentence rests on, and how sure that is."""
        text = statement.text
        checker = Checker("", evidence, self._coverage, self._coverage)
        numbers = {e.paper.id: e.number for e in evidence}
        chosen = checker.mend(text)
        score = checker.coverage(chosen, text).score
        saying = set()
        best: tuple[float, list[Evidence]] = (0.0, [])
        for paper in cited & numbers.keys():
            own = checker.mend(text, {numbers[paper]})
            covered = checker.coverage(own, text).score
            if covered >= COVERED or checker.copied(own, text):
                saying.add(paper)
            best = max(best, (covered, own), key=lambda pair: pair[0])
        # What is cited is shown where nothing says it, too.
        if best[1] and (best[0] >= COVERED or score < max(best[0] + CLEARLY, COVERED)):
            score, chosen = best
        differs = differences(text, chosen)
        needed = checker.needed(chosen, text)
        looked = _Looked(statement, "supported", needed, support=round(score, 4), level=0, differs=differs)
        looked.saying = frozenset(saying)
        looked.shown = self._shown(evidence, chosen, text)
        if checker.copied(chosen, text):
            looked.differs = ()
            return looked
        if score < COVERED:
            looked.finding = "not_found"
        elif differs:
            looked.finding = "doubtful"
        looked.doubtful = score >= ASKED_FROM and not (score >= SURE and not differs)
        return looked

    def _shown(self, evidence: Sequence[Evidence], chosen: Sequence[Evidence], text: str) -> tuple[Evidence, ...]:
        """The chosen sentences, and the next best ones."""
        _, each = self._coverage.measure([e.sentence.text for e in evidence], text)
        order = sorted(range(len(each)), key=lambda i: -each[i])
        more = [evidence[i] for i in order if evidence[i] not in chosen]
        return (*chosen, *more[: SHOWN - len(chosen)])

    def decide(self, decider: Decider | None) -> None:
        """Has the doubtful sentences decided on."""
        if decider is None:
            return
        claims = [(d.statement.text, [e.titled for e in d.shown]) for d in self._doubts]
        findings: dict[str, Finding] = {"unsupported": "not_found"}
        for doubt, ruling in zip(self._doubts, decider.decide(claims), strict=True):
            doubt.finding = findings.get(ruling.verdict, ruling.verdict)  # type: ignore[arg-type]
            doubt.support, doubt.level = round(ruling.score, 4), ruling.level
            # A judge may take a changed number for the same; the rule does not.
            if doubt.finding == "supported" and any(d.startswith("number") for d in doubt.differs):
                doubt.finding = "doubtful"

    def finished(self, looked: _Looked) -> CheckedStatement:
        """The sentence with what became of its citations."""
        said = looked.finding in ("supported", "doubtful")
        citations = tuple(self._citation(key, looked) for key in looked.statement.cited)
        uncited = said and not looked.statement.cited
        return CheckedStatement(
            looked.statement.text,
            looked.finding,
            looked.support,
            looked.level,
            looked.evidence if looked.support is None or looked.support >= ASKED_FROM or looked.level else (),
            looked.differs if said or looked.finding == "contradicted" else (),
            citations,
            looked.evidence[0].paper if uncited and looked.evidence else None,
            looked.statement.heading,
        )

    def _citation(self, key: str, looked: _Looked) -> CheckedCitation:
        cited = self._cited[key]
        if cited.reference is None:
            return CheckedCitation(key, "no_entry")
        if cited.paper is None:
            return CheckedCitation(key, "not_in_library", cited.reference)
        if cited.paper.withdrawn:
            return CheckedCitation(key, "withdrawn", cited.reference, cited.paper)
        rests = looked.finding in ("supported", "doubtful") and cited.paper.id in {e.paper.id for e in looked.evidence}
        stands = rests or cited.paper.id in looked.saying or looked.finding == "no_claim"
        return CheckedCitation(key, "stands" if stands else "does_not_say", cited.reference, cited.paper)


def claims_nothing(text: str) -> bool:
    """Whether a sentence claims nothing that could be looked up: a question, an introduction, a few words."""
    return text.endswith(("?", ":")) or len(content_words(text, of_papers=True)) < MIN_WORDS


def gather(library: Library, text: str, cited: Sequence[Paper] = (), papers: int = PAPERS) -> list[Evidence]:
    """All sentences of the cited papers, and the nearest ones of the papers found, numbered by paper."""
    records = library.index.forward_index.records(list(dict.fromkeys(p.id for p in cited if not p.withdrawn)))
    evidence = [Evidence(n, r.paper, s, 0.0) for n, r in enumerate(records, 1) for s in r.sentences]
    known = {r.paper.id for r in records}
    matches = without_withdrawn(library.retrieve(text[:MAX_SOUGHT], papers)).matches
    nearest = select_evidence(text, [m for m in matches if m.record.paper.id not in known], NEAREST)
    return evidence + [replace(e, number=e.number + len(records)) for e in nearest]


def differences(text: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Numbers and names of a sentence that the papers do not have, and whether it denies or compares otherwise."""
    abstracts = list(dict.fromkeys(f"{e.paper.title} {e.paper.abstract}" for e in evidence))
    there = " ".join(abstracts)
    numbers = [f"number {n}" for n in numbers_missing(text, abstracts)]
    # "HIV-positive" is named where HIV is.
    named = {name: re.sub(r"(?:-[a-z]+)+$", "", name) for name in NAME.findall(text)}
    names = [f"name {name}" for name, bare in named.items() if not (mentions(name, there) or mentions(bare, there))]
    turned = turned_round(text, " ".join(e.sentence.text for e in evidence))
    return (*numbers, *names, *(["direction or negation"] if turned else []))

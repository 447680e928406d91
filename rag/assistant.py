"""The product, readable top to bottom: a question to an answer whose every sentence names its papers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from rag import prompts
from rag.checking import MODES, Checked, Checker, Checking, plain, resolve
from rag.errors import LLMError, SettingsError
from rag.evidence import choose
from rag.extract import LEAD, extract
from rag.gate import decide
from rag.intent import asks_for_list, asks_to_compare, carried_over, compared, needs_context, small_talk
from rag.library import Library, check_question
from rag.llms import complete, load_llm, name_of, stream_text
from rag.markers import Draft, parse, sentences_of
from rag.page import Page
from rag.retrieval import Match, retrieve, standing
from rag.support import Coverage, Judge, load_judge
from rag.types import Answer, Claim, Evidence, Outcome, Paper

MOST_EVIDENCE = 12  # sentences that a quoted answer may be chosen from
MOST_SENT = 5  # sentences that a model is sent
MOST_LISTED = 12  # papers looked at for a list
MOST_SENTENCES = 12  # of a model; what goes on longer repeats itself

History = Sequence[Mapping[str, str]]
Where = Mapping[str, Any]


class Assistant:
    """Answers questions from a library. Holds no conversation, so it can be shared between threads."""

    def __init__(
        self,
        library: Library,
        llm: Any = "extractive",
        *,
        sources: int = 6,
        checking: Checking = "strict",
        judge: str | Judge = "auto",
    ) -> None:
        """`llm` is a setting such as "extractive" or "http://host/v1#model", or a llama-index LLM.

        `sources` is how many papers an answer may draw on. `checking` of a model's sentences withholds what the
        abstracts do not support ("strict"), marks it ("flag"), or lets it pass ("off"). `judge` is "auto" (coverage),
        "llm", "nli:NAME", an LLM setting, or a Judge. Raises SettingsError for a setting that cannot be used.
        """
        if checking not in MODES:
            raise SettingsError(f"ASKPAPERS_CHECKING={checking!r} is not one of: {', '.join(MODES)}")
        self.library = library
        self.llm = load_llm(llm)
        self.sources = sources
        self.checking = checking
        self._judge = judge
        if isinstance(judge, str) and judge != "auto" and self.llm is not None:
            self._judge = load_judge(judge, library, self.llm)

    def ask(self, question: str, history: History | None = None, where: Where | None = None) -> Answer:
        """The answer. `history` is earlier turns as {"role": "user" or "assistant", "content": text}.

        `where` keeps papers by year, category or source. Raises QuestionError, LLMError.
        """
        *_, answer = self.stream(question, history, where)
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        history: History | None = None,
        where: Where | None = None,
        on_status: Callable[[str], None] = lambda status: None,
    ) -> Iterator[str | Answer]:
        """The answer's text piece by piece, each at least a sentence, and at the end the Answer.

        `on_status` is told in a few words what is being done, such as "searching 259 papers".
        """
        run = _Run(check_question(question))
        if reply := small_talk(run.question, len(self.library)):
            yield reply
            yield run.answer("answered", reply, name_of(self.llm))
            return
        run.standalone = self._standalone(run, history or ())
        on_status(f"searching {len(self.library):,} papers")
        outcome, related, evidence = self._find(run, where)
        run.lap("retrieve")
        if outcome == "answered":
            on_status(f"reading {len({e.number for e in evidence})} papers")
            between = "\n- " if asks_for_list(run.standalone) and not run.compared else " "
            pieces = self._quote(run, evidence) if self.llm is None else self._write(run, evidence, on_status)
            for piece in pieces:
                run.first_word()
                yield piece if not run.said else between + piece
                run.said = True
            if not run.page.claims:
                outcome = "not_stated"
        message = run.message
        if outcome != "answered":
            message = " ".join(
                [prompts.NOT_STATED if outcome == "not_stated" else prompts.NOTHING_RELEVANT, *run.notes]
            )
            yield message
        run.lap("answer")
        yield run.answer(outcome, message, name_of(self.llm), related if outcome == "not_stated" else ())

    def _standalone(self, run: _Run, history: History) -> str:
        """The question as it can be understood alone: a model is asked only when it refers back."""
        if not history or not needs_context(run.question):
            return run.question
        carried = carried_over(run.question, history)
        if self.llm is None:
            return carried
        written = plain(complete(self.llm, prompts.REWRITE, prompts.rewrite_message(run.question, history), run.usage))
        # A small model may answer or lose the thread instead: then the names are simply carried over.
        usable = 0 < len(written) <= 300 and written.endswith("?") and not needs_context(written)
        return written if usable else carried

    def _find(self, run: _Run, where: Where | None) -> tuple[Outcome, tuple[Paper, ...], list[Evidence]]:
        """Whether to answer, the papers to name if not, and the sentences to answer from, best first."""
        question = run.standalone
        listing = asks_for_list(question)
        retrieved = retrieve(self.library, question, MOST_LISTED if listing else self.sources, where)
        withdrawn = next((m.record.paper for m in retrieved.matches[:1] if m.record.paper.withdrawn), None)
        if withdrawn:
            run.notes.append(f"The closest paper, “{withdrawn.title}”, has been withdrawn and is left out.")
        retrieved = standing(retrieved)
        pair = compared(question) if asks_to_compare(question) else ()
        about = {thing: self._about(thing, question, where) for thing in pair}
        first = {m.record.paper.id: m for m in about.values() if m is not None}
        decision = decide(retrieved, known_topic=question != run.question or len(first) > 1)
        if decision.outcome != "answered":
            return decision.outcome, decision.related, []
        matches = [*first.values(), *(m for m in retrieved.matches if m.record.paper.id not in first)]
        run.compared = len(first)
        if first:
            run.notes += [f"Nothing in this collection is about {thing}." for thing, m in about.items() if m is None]
        limit = MOST_EVIDENCE if not (listing or run.compared) else 8 * MOST_EVIDENCE
        return "answered", decision.related, choose(question, matches, limit)

    def _about(self, thing: str, question: str, where: Where | None) -> Match | None:
        """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
        matches = standing(retrieve(self.library, f"{thing}: {question}", self.sources, where)).matches
        name = thing.lower()
        if found := [m for m in matches if name in m.record.paper.title.lower()]:
            # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
            return min(found, key=lambda m: len(m.record.paper.title.partition(":")[0]))
        return next((m for m in matches if name in m.record.paper.abstract.lower()), None)

    def _quote(self, run: _Run, evidence: Sequence[Evidence]) -> Iterator[str]:
        """The answer without a model."""
        run.message = " ".join([*run.notes, LEAD])
        yield run.message
        for e in extract(run.standalone, evidence, run.compared):
            yield str(run.page.quote(e))

    def _write(self, run: _Run, evidence: Sequence[Evidence], on_status: Callable[[str], None]) -> Iterator[str]:
        """The answer in a model's words, each sentence checked before it is shown."""
        if run.notes:
            run.message = " ".join(run.notes)
            yield run.message
        sent, listing = evidence[:MOST_SENT], asks_for_list(run.standalone)
        if run.compared or listing:  # the papers that belong in the answer, not the best alone
            sent = extract(run.standalone, evidence, run.compared)
        coverage = Coverage(self.library.embedder, self.library.frequency, len(self.library))
        judge = coverage if isinstance(self._judge, str) else self._judge
        checker = Checker(run.standalone, sent, judge, coverage)
        with closing(self._drafts(run, sent)) as drafts:
            for number, draft in enumerate(drafts, 1):
                on_status(f"checking sentence {number}")
                if self.checking == "off":
                    found, unknown = resolve(draft, sent)
                    run.usage["unknown_citations"] = run.usage.get("unknown_citations", 0) + unknown
                    yield str(run.page.add(Claim(draft.text), found))
                    continue
                checked = checker.check(draft)
                run.usage["judge_calls"] = checker.calls
                if checked is not None:
                    run.usage["unknown_citations"] = run.usage.get("unknown_citations", 0) + checked.unknown
                    yield from (str(claim) for claim in self._shown(run, checked))
        if listing and not run.cut:  # a list is complete, whatever the model thought worth a word
            for e in sent:
                if not run.page.cites(e.paper):
                    yield str(run.page.quote(e))
        if run.cut:
            run.notes.append(run.cut)
            run.message = " ".join([*([run.message] if run.message else []), run.cut])

    def _shown(self, run: _Run, checked: Checked) -> Iterator[Claim]:
        """What is shown of a checked sentence: itself, or what it cites in the abstract's own words, or nothing."""
        s = checked.support
        claim = Claim(checked.text, (), round(s.score, 4), s.level, s.verdict, s.warnings)
        if checked.supported or self.checking == "flag":
            yield run.page.add(claim, checked.evidence)
            return
        run.page.withheld.append(claim)
        first_of_paper = {e.number: e for e in reversed(checked.evidence)}.values()
        for e in sorted(first_of_paper, key=lambda e: e.number):
            if not run.page.has_quoted(e):
                yield run.page.quote(e)

    def _drafts(self, run: _Run, evidence: Sequence[Evidence]) -> Generator[Draft, None, None]:
        """The model's sentences; they end when it says that the evidence does not answer, or repeats itself."""
        pieces = stream_text(self.llm, prompts.SYSTEM, prompts.user_message(run.standalone, evidence), run.usage)
        seen: list[str] = []
        with closing(pieces):
            try:
                for sentence in sentences_of(pieces):
                    draft = parse(sentence)
                    if prompts.refuses(draft.text):
                        return
                    if draft.text:
                        seen.append(draft.text)
                        yield draft
                    if len(seen) >= MOST_SENTENCES or len(seen) - len(set(seen)) >= 2:
                        return
            except LLMError as error:
                if not seen:
                    raise
                run.cut = f"The rest of the answer is missing: {error}."  # what was checked stays


@dataclass
class _Run:
    """One question on its way to an answer."""

    question: str
    standalone: str = ""
    message: str = ""
    cut: str = ""
    said: bool = False
    compared: int = 0
    notes: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    page: Page = field(default_factory=Page)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Notes what went by since the last step."""
        passed = time.perf_counter() - self.started
        self.timings[step] = round(passed - sum(v for k, v in self.timings.items() if k != "first_word"), 4)

    def first_word(self) -> None:
        """Notes the seconds to the first word, once."""
        self.timings.setdefault("first_word", round(time.perf_counter() - self.started, 4))

    def answer(self, outcome: Outcome, message: str, model: str, related: tuple[Paper, ...] = ()) -> Answer:
        return Answer(
            question=self.question,
            outcome=outcome,
            claims=tuple(self.page.claims),
            citations=self.page.citations(),
            related=related,
            message=message,
            standalone=self.standalone or self.question,
            withheld=tuple(self.page.withheld),
            listing=outcome == "answered" and asks_for_list(self.standalone) and not self.compared,
            model=model,
            usage=self.usage,
            timings={**self.timings, "total": round(time.perf_counter() - self.started, 4)},
        )

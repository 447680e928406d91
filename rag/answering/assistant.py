"""The product, readable top to bottom: a question to an answer whose every sentence names its papers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any

from rag.answering import prompts
from rag.answering.answer_builder import AnswerBuilder
from rag.answering.answerability import Decision, decide, enough, read_evidence
from rag.answering.checking import MODES, Checked, Checker, Checking, resolve, strip_markdown
from rag.answering.evidence import INSTEAD, LEAD, select_evidence, select_quotes
from rag.answering.intent import (
    asks_for_list,
    asks_for_number,
    asks_to_compare,
    carried_over,
    compared,
    needs_context,
    small_talk,
)
from rag.answering.judges import Coverage, Judge, LogprobJudge, coverage_by, fit_to_judge, load_judge
from rag.answering.markers import Draft, parse, sentences_of
from rag.errors import LLMError, SettingsError
from rag.library import Library, Where
from rag.models.llms import complete, load_llm, stream_text
from rag.retrieval.hybrid import Match, without_withdrawn
from rag.retrieval.query import check_question
from rag.text.entities import has_number
from rag.types import Answer, Claim, Evidence, Outcome

MAX_EVIDENCE = 12  # sentences that a quoted answer may be chosen from
MAX_SENT = 5  # sentences that a model is sent
MAX_LISTED = 12  # papers looked at for a list
MAX_SENTENCES = 12  # of a model; what goes on longer repeats itself

History = Sequence[Mapping[str, str]]


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
        abstracts do not support ("strict"), marks it ("flag"), or lets it pass ("off"). `judge` is "auto" (coverage,
        then the model's own log-probabilities where it is fit to judge), "coverage", "llm", "nli:NAME", an LLM setting,
        or a Judge. Raises SettingsError for a setting that cannot be used.
        """
        if checking not in MODES:
            raise SettingsError(f"ASKPAPERS_CHECKING={checking!r} is not one of: {', '.join(MODES)}")
        self.library = library
        self.llm = load_llm(llm)
        self.sources = sources
        self.checking = checking
        self.judge = judge
        if isinstance(judge, str) and judge not in ("auto", "coverage") and self.llm is not None:
            self.judge = load_judge(judge, library, self.llm)

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
        run = AnswerBuilder(check_question(question))
        if reply := small_talk(run.question, len(self.library)):
            yield reply
            yield run.answer("answered", reply, self.llm)
            return
        run.standalone = self._standalone(run, history or ())
        on_status(f"searching {len(self.library):,} papers")
        decision, evidence = self._find(run, where)
        outcome = decision.outcome
        run.lap("retrieve")
        if evidence:
            on_status(f"reading {len({e.number for e in evidence})} papers")
            outcome = self._read(run, decision, evidence)
        if outcome == "answered":
            between = "\n- " if run.listing and not run.compared else " "
            pieces = self._quote(run, evidence) if self.llm is None else self._answer(run, evidence, on_status)
            for piece in pieces:
                run.first_word()
                yield piece if not run.said else between + piece
                run.said = True
            if not run.claims.shown:
                outcome = "not_stated"
        message = run.message
        if outcome != "answered":
            message = " ".join(
                [prompts.NOT_STATED if outcome == "not_stated" else prompts.NOTHING_RELEVANT, *run.notes]
            )
            yield message
        run.lap("answer")
        yield run.answer(outcome, message, self.llm, decision.related if outcome == "not_stated" else ())

    def _standalone(self, run: AnswerBuilder, history: History) -> str:
        """The question as it can be understood alone: a model is asked only when it refers back."""
        if not history or not needs_context(run.question):
            return run.question
        carried = carried_over(run.question, history)
        if self.llm is None:
            return carried
        written = strip_markdown(
            complete(self.llm, prompts.REWRITE, prompts.rewrite_message(run.question, history), run.usage)
        )
        # A small model may answer or lose the thread instead: then the names are simply carried over.
        usable = 0 < len(written) <= 300 and written.endswith("?") and not needs_context(written)
        usable = usable and not prompts.recites(written)
        return written if usable else carried

    def _find(self, run: AnswerBuilder, where: Where | None) -> tuple[Decision, list[Evidence]]:
        """Whether retrieval allows an answer, and the sentences to answer from, best first; none if nothing is near."""
        question = run.standalone
        run.listing = asks_for_list(question)
        retrieved = self.library.retrieve(question, MAX_LISTED if run.listing else self.sources, where)
        withdrawn = next((m.record.paper for m in retrieved.matches[:1] if m.record.paper.withdrawn), None)
        if withdrawn:
            run.notes.append(f"The closest paper, “{withdrawn.title}”, has been withdrawn and is left out.")
        retrieved = without_withdrawn(retrieved)
        pair = compared(question) if asks_to_compare(question) else ()
        about = {thing: self._about(thing, question, where) for thing in pair}
        first = {m.record.paper.id: m for m in about.values() if m is not None}
        run.known = question != run.question or len(first) > 1
        decision = decide(retrieved, run.known)
        if decision.outcome == "nothing_relevant":
            return decision, []
        matches = [*first.values(), *(m for m in retrieved.matches if m.record.paper.id not in first)]
        run.compared = len(first)
        if first:
            run.notes += [f"Nothing in this collection is about {thing}." for thing, m in about.items() if m is None]
        limit = MAX_EVIDENCE if not (run.listing or run.compared) else 8 * MAX_EVIDENCE
        return decision, select_evidence(question, matches, limit)

    def _read(self, run: AnswerBuilder, decision: Decision, evidence: Sequence[Evidence]) -> Outcome:
        """The outcome once a model has read the evidence, if there is one; lists are not read as a whole."""
        if self.llm is None or run.listing or run.known or not self._fit_to_judge:
            return decision.outcome
        run.usage["judge_calls"] = 1
        read = read_evidence(self.llm, run.standalone, evidence[:MAX_SENT], run.usage)
        return "answered" if read is None or enough(decision.probability, read) else "not_stated"

    @cached_property
    def _fit_to_judge(self) -> bool | None:
        return fit_to_judge(self.llm)

    def _about(self, thing: str, question: str, where: Where | None) -> Match | None:
        """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
        matches = without_withdrawn(self.library.retrieve(f"{thing}: {question}", self.sources, where)).matches
        name = thing.lower()
        if found := [m for m in matches if name in m.record.paper.title.lower()]:
            # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
            return min(found, key=lambda m: len(m.record.paper.title.partition(":")[0]))
        return next((m for m in matches if name in m.record.paper.abstract.lower()), None)

    def _quote(self, run: AnswerBuilder, evidence: Sequence[Evidence], lead: str = LEAD) -> Iterator[str]:
        """The answer without a model."""
        run.message = " ".join([*run.notes, lead])
        yield run.message if not run.said else lead
        for e in select_quotes(run.standalone, evidence, run.compared):
            yield str(run.claims.quote(e))

    def _answer(
        self, run: AnswerBuilder, evidence: Sequence[Evidence], on_status: Callable[[str], None]
    ) -> Iterator[str]:
        """The answer with a model: what it wrote, with quotations where it is known to fall short."""
        written = self._write(run, evidence, on_status)
        if self.checking != "strict":
            yield from written
            return
        single = not (run.listing or run.compared)
        numbered = single and asks_for_number(run.standalone)
        yield from self._with_number(run, written, evidence[0]) if numbered else written
        if run.cut:
            return
        if run.claims.shown:
            if single and not run.claims.cites(evidence[0].paper):
                yield str(run.claims.quote(evidence[0]))
        elif self._fit_to_judge is False:  # nor does it know when the evidence does not answer
            yield from self._quote(run, evidence, INSTEAD)

    def _write(
        self, run: AnswerBuilder, evidence: Sequence[Evidence], on_status: Callable[[str], None]
    ) -> Iterator[str]:
        """The answer in a model's words, each sentence checked before it is shown."""
        if run.notes:
            run.message = " ".join(run.notes)
            yield run.message
        sent = evidence[:MAX_SENT]
        # The papers that belong in the answer, not the best alone; and what would be quoted, put into words, for a
        # model that fails the examination: it cannot choose either.
        if run.compared or run.listing or self._fit_to_judge is False:
            sent = select_quotes(run.standalone, evidence, run.compared)
        coverage = coverage_by(self.library)
        checker = Checker(run.standalone, sent, self._judge_beside(coverage), coverage)
        read = run.usage.get("judge_calls", 0)
        with closing(self._drafts(run, sent)) as drafts:
            for number, draft in enumerate(drafts, 1):
                on_status(f"checking sentence {number}")
                if self.checking == "off":
                    found, unknown = resolve(draft, sent)
                    run.usage["unknown_citations"] = run.usage.get("unknown_citations", 0) + unknown
                    yield str(run.claims.add(Claim(draft.text), found))
                    continue
                checked = checker.check(draft)
                run.usage["judge_calls"] = read + checker.calls
                if checked is not None:
                    run.usage["unknown_citations"] = run.usage.get("unknown_citations", 0) + checked.unknown
                    yield from (str(claim) for claim in self._shown(run, checked))
        if run.listing and not run.cut:  # a list is complete, whatever the model thought worth a word
            for e in sent:
                if not run.claims.cites(e.paper):
                    yield str(run.claims.quote(e))
        if run.cut:
            run.notes.append(run.cut)
            run.message = " ".join([*([run.message] if run.message else []), run.cut])

    def _with_number(self, run: AnswerBuilder, pieces: Iterator[str], best: Evidence) -> Iterator[str]:
        """The pieces once one gives a number, as the question asks; else the best sentence if that does, or nothing."""
        held: list[str] = []
        for piece in pieces:
            held.append(piece)
            if any(has_number(claim.text) for claim in run.claims.shown):
                yield from held
                held = []
        if held:
            run.claims.withhold("gives no number, which the question asks for")
            if has_number(best.sentence.text):
                yield str(run.claims.quote(best))

    def _judge_beside(self, coverage: Coverage) -> Judge:
        """The judge that was set; for "auto" the model itself where it is fit to, else coverage alone."""
        if not isinstance(self.judge, str):
            return self.judge
        own = self.judge == "auto" and self.checking != "off" and self._fit_to_judge
        return LogprobJudge(self.llm, coverage) if own else coverage

    def _shown(self, run: AnswerBuilder, checked: Checked) -> Iterator[Claim]:
        """What is shown of a checked sentence: itself, or what it cites in the abstract's own words, or nothing."""
        s = checked.support
        claim = Claim(checked.text, (), round(s.score, 4), s.level, s.verdict, s.warnings)
        if checked.supported or self.checking == "flag":
            yield run.claims.add(claim, checked.evidence)
            return
        run.claims.withheld.append(claim)
        first_of_paper = {e.number: e for e in reversed(checked.evidence)}.values()
        for e in sorted(first_of_paper, key=lambda e: e.number):
            if not run.claims.has_quoted(e):
                yield run.claims.quote(e)

    def _drafts(self, run: AnswerBuilder, evidence: Sequence[Evidence]) -> Generator[Draft, None, None]:
        """The model's sentences; they end when it says that the evidence does not answer, or repeats itself."""
        pieces = stream_text(self.llm, prompts.SYSTEM, prompts.user_message(run.standalone, evidence), run.usage)
        seen: list[str] = []
        with closing(pieces):
            try:
                for sentence in sentences_of(pieces):
                    draft = parse(sentence)
                    if prompts.refuses(draft.text):
                        return
                    if draft.text and not prompts.recites(draft.text):
                        seen.append(draft.text)
                        yield draft
                    if len(seen) >= MAX_SENTENCES or len(seen) - len(set(seen)) >= 2:
                        return
            except LLMError as error:
                if not seen:
                    raise
                run.cut = f"The rest of the answer is missing: {error}."  # what was checked stays

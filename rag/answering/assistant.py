"""The product, readable top to bottom: a question to an answer whose every sentence names its papers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Literal

from rag.answer import Answer, Mode, Outcome
from rag.answering import prompts
from rag.answering.answer_builder import AnswerBuilder
from rag.answering.answerability import enough, read_evidence
from rag.answering.checking import MODES, Checking
from rag.answering.everyday import direct_reply
from rag.answering.judges import Coverage, Judge, LogprobJudge, ModelJudge, coverage_by, load_judge
from rag.answering.plan import Plan, find
from rag.answering.quoting import quoted
from rag.answering.reading_answer import ReadingAnswer
from rag.answering.reading_exam import can_read
from rag.answering.small_talk import small_talk
from rag.answering.suggestions import ways_on
from rag.answering.understanding import History, Query, read_offline
from rag.answering.understanding_by_model import understand
from rag.answering.worded_answer import MAX_SENT, WordedAnswer
from rag.errors import SettingsError
from rag.library import Library, Where
from rag.models.llms import ChatModel
from rag.models.providers import load_llm
from rag.retrieval.query import check_question

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


class Assistant:
    """Answers questions from a library. Holds no conversation, so it can be shared between threads."""

    def __init__(
        self,
        library: Library,
        llm: str | LLM | ChatModel = "extractive",
        *,
        sources: int = 8,
        checking: Checking = "strict",
        judge: str | Judge = "auto",
        mode: Literal["auto", "reads", "words"] = "auto",
    ) -> None:
        """`llm` is a setting such as "extractive" or "http://host/v1#model", or a llama-index LLM.

        `sources` is how many papers an answer may draw on, more for lists and comparisons. A model "reads" whole
        abstracts or "words" what would be quoted; the `mode` "auto" examines it once to find out which. `checking` of a
        model's sentences withholds what the abstracts do not support ("strict"), marks it ("flag"), or lets it pass
        ("off"). `judge` is "auto" (coverage, then the model's own log-probabilities where it is fit to judge, else
        for a model that reads its own verdicts), "coverage", "llm", "nli:NAME", an LLM setting,
        or a Judge. Raises SettingsError for a setting that cannot be used.
        """
        if checking not in MODES:
            raise SettingsError(f"ASKPAPERS_CHECKING={checking!r} is not one of: {', '.join(MODES)}")
        self.library = library
        self.llm = load_llm(llm)
        self.sources = sources
        self.checking = checking
        self.mode = mode
        self.judge = judge
        if isinstance(judge, str) and judge not in ("auto", "coverage") and self.llm is not None:
            self.judge = load_judge(judge, library, self.llm)

    def ask(
        self, question: str, history: History | None = None, where: Where | None = None, exact: bool = False
    ) -> Answer:
        """The answer. `history` is earlier turns as {"role": "user" or "assistant", "content": text}.

        An assistant's turn may give the ids of the "papers" that it showed, so that "the second one" is understood.
        `where` keeps papers by year, category, source or author; `exact` takes words as they are spelt. Raises
        QuestionError, LLMError.
        """
        *_, answer = self.stream(question, history, where, exact=exact)
        assert isinstance(answer, Answer)
        return answer

    async def aask(self, question: str, history: History | None = None, where: Where | None = None) -> Answer:
        """As `ask`, in a thread of its own."""
        return await asyncio.to_thread(self.ask, question, history, where)

    async def astream(
        self, question: str, history: History | None = None, where: Where | None = None
    ) -> AsyncGenerator[str | Answer, None]:
        """As `stream`, each step in a thread of its own; closing it lets go of the model's server."""
        events = self.stream(question, history, where)
        try:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                yield event
        finally:
            await asyncio.to_thread(events.close)

    def stream(
        self,
        question: str,
        history: History | None = None,
        where: Where | None = None,
        on_status: Callable[[str], None] = lambda status: None,
        exact: bool = False,
    ) -> Generator[str | Answer, None, None]:
        """The answer's text piece by piece, each at least a sentence, and at the end the Answer.

        `on_status` is told in a few words what is being done, such as "searching 259 papers".
        """
        builder = AnswerBuilder(check_question(question))
        model = self.llm and self.llm.metered(builder.meter)
        if reply := small_talk(builder.question, len(self.library)):
            builder.message = reply
            yield reply
            yield builder.finish("answered", model)
            return
        query = self._understood(model, builder, history or (), exact)
        builder.notes = list(query.notes)
        if direct := direct_reply(self.library, query, where):
            yield from builder.reply(direct, query)
            yield builder.finish(direct.outcome, model)
            return
        on_status(f"searching {len(self.library):,} papers")
        builder.mode = self.mode_of(model)
        reads = builder.mode == "reads"
        more = 2 if reads and query.kind in ("list", "comparison") else 1
        plan = find(self.library, query, more * self.sources, where, reads)
        builder.lap("retrieve")
        allowed = self._allowed(model, plan, builder, on_status)
        if allowed == "answered":
            begun = False
            for piece in self._answer(model, plan, builder, on_status):
                builder.first_word()
                yield ("\n- " if plan.listing else " ") + piece if begun else piece
                begun = True
        outcome = builder.outcome(allowed)
        if outcome != "answered" and not builder.claims.shown:
            missing = [f"Not in these abstracts: {m.rstrip('.')}." for m in builder.missing]
            refused = () if plan.unread else (prompts.refusal(outcome, plan.about),)
            builder.message = " ".join([*plan.opening, *refused, *missing, *plan.notes])
            yield builder.message
        builder.suggestions = ways_on(self.library, plan, outcome, builder.claims.citations())
        builder.lap("answer")
        yield builder.finish(outcome, model, plan)

    def mode_of(self, model: ChatModel | None) -> Mode:
        """How the model answers: as it is set, else as it does in the examination. Raises LLMError."""
        if model is None:
            return "quotes"
        if self.mode != "auto":
            return self.mode
        return "reads" if model.fit_to_judge is not False and can_read(model) else "words"

    def abilities(self) -> str:
        """What the set model does, in a line; it is examined if it was not yet. Raises LLMError."""
        if self.llm is None:
            return "quotes the abstracts, without a model"
        reads = self.mode_of(self.llm) == "reads"
        how = "reads whole abstracts" if reads else "puts into words what would be quoted"
        fit = {True: "judges its sentences by log-probabilities", None: "judges them by its words" if reads else ""}
        judges = fit.get(self.llm.fit_to_judge, "") or "is checked by coverage alone"
        return f"{self.llm.name} {how}, {judges}; {self.llm.context_window:,} tokens of context"

    def _understood(self, model: ChatModel | None, builder: AnswerBuilder, history: History, exact: bool) -> Query:
        """What the question asks for; a model is asked where there were earlier turns, or more is asked than a fact."""
        question = builder.question
        read = read_offline(question, history, library=self.library, exact=exact)
        if model is None or not (history or read.kind != "fact"):
            return read
        builder.mode = self.mode_of(model)
        # One that only words is given what quoting would show: its own rewriting of follow-ups lost the thread.
        return understand(model, read, history) if builder.mode == "reads" else read

    def _allowed(
        self, model: ChatModel | None, plan: Plan, builder: AnswerBuilder, on_status: Callable[[str], None]
    ) -> Outcome:
        """The outcome that retrieval allows, and a model that has read the evidence; lists are not read as a whole."""
        if not plan.evidence:
            return plan.decision.outcome
        on_status(f"reading {len({e.number for e in plan.evidence})} papers")
        if builder.mode == "reads":  # the model itself says whether they answer, in its reply
            return "answered"
        if model is None or plan.listing or plan.known_topic or not model.fit_to_judge:
            return plan.decision.outcome
        builder.judge_calls = 1
        read = read_evidence(model, plan.query.standalone, plan.evidence[:MAX_SENT])
        return "answered" if read is None or enough(plan.decision.probability, read) else "not_stated"

    def _answer(
        self, model: ChatModel | None, plan: Plan, builder: AnswerBuilder, on_status: Callable[[str], None]
    ) -> Iterator[str]:
        if model is None:
            return quoted(builder, plan)
        coverage = coverage_by(self.library)
        if builder.mode == "reads":
            judge = self._judge_reading(coverage, model, builder)
            count = self.library.embedder.count
            return ReadingAnswer(builder, plan, model, self.checking, judge, coverage, count, on_status).pieces()
        judge = self._judge_beside(coverage, model, builder)
        return WordedAnswer(builder, plan, model, self.checking, judge, coverage, on_status).pieces()

    def _judge_reading(self, coverage: Coverage, model: ChatModel, builder: AnswerBuilder) -> Judge | None:
        """As below; a model that tells no probabilities is asked about the doubtful sentences together: None."""
        judge = self._judge_beside(coverage, model, builder)
        return None if judge is coverage and self.judge == "auto" else judge

    def _judge_beside(self, coverage: Coverage, model: ChatModel, builder: AnswerBuilder) -> Judge:
        """The judge that was set; for "auto" the model itself where it is fit to, else coverage alone."""
        if isinstance(self.judge, ModelJudge):
            return self.judge.metered(builder.meter)
        if not isinstance(self.judge, str):
            return self.judge
        own = self.judge == "auto" and self.checking != "off" and model.fit_to_judge
        return LogprobJudge(model, coverage) if own else coverage

"""An answer by a model that cannot choose: what would be quoted, put into words and checked, or quoted after all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext

from rag.answer import Claim
from rag.answering import prompts
from rag.answering.answer_builder import AnswerBuilder
from rag.answering.checking import Checked, Checker, Checking, resolve
from rag.answering.intent import asks_for_number
from rag.answering.judges import Coverage, Judge
from rag.answering.markers import Draft, parse, sentences_of
from rag.answering.plan import Plan
from rag.answering.quoting import quoted, quotes_of
from rag.errors import LLMError
from rag.models.llms import ChatModel
from rag.text.entities import NAME, has_number, mentions, numbers_missing
from rag.types import Evidence

MAX_SENT = 5  # sentences that a model is sent
MAX_SENTENCES = 12  # of a model; what goes on longer repeats itself


class WordedAnswer:
    """One answer that a model words from the plan's evidence; what is shown goes into the builder."""

    def __init__(
        self,
        builder: AnswerBuilder,
        plan: Plan,
        model: ChatModel,
        checking: Checking,
        judge: Judge,
        coverage: Coverage,
        on_status: Callable[[str], None],
    ) -> None:
        self._builder, self._plan, self._model, self._checking = builder, plan, model, checking
        self._claims, self._on_status, self._coverage = builder.claims, on_status, coverage
        self._leads: dict[Evidence, str] = {}  # what is said before a sentence where it is quoted: the title in a list
        self._sent = self._choose_sent()
        self._checker = Checker(plan.query.standalone, self._sent, judge, coverage)
        builder.judge_calls = self._judged_before = builder.judge_calls or 0
        self._cut_off = False

    def _choose_sent(self) -> Sequence[Evidence]:
        """What would be quoted; for one fact and a model that passes the examination the best sentences."""
        _, quotes = quotes_of(self._plan)
        self._leads = {q.evidence: q.lead for q in quotes}
        if self._plan.single and self._model.fit_to_judge is not False:
            return self._plan.evidence[:MAX_SENT]
        return [q.evidence for q in quotes]

    def pieces(self) -> Iterator[str]:
        """The answer piece by piece, each at least a sentence."""
        if self._checking != "strict":
            yield from self._written()
            return
        if self._plan.listing:  # a line a paper, complete and by its title: such a model drops some and joins others
            yield from quoted(self._builder, self._plan)
            return
        plan, best = self._plan, self._plan.evidence[0]
        numbered = plan.single and asks_for_number(plan.query.standalone)
        yield from self._with_number(best) if numbered else self._written()
        if self._cut_off:
            return
        if self._claims.shown:
            for e in self._leads if plan.single else ():  # what it passed over is quoted
                if not self._claims.rests_on(e):
                    yield str(self._claims.quote(e, self._leads[e]))
        elif self._model.fit_to_judge is False:  # nor does it know when the evidence does not answer
            yield from quoted(self._builder, plan, "The model found no answer.")

    def _written(self) -> Iterator[str]:
        """What the model wrote, each sentence checked before it is shown."""
        plan, builder = self._plan, self._builder
        if plan.notes:
            builder.message = " ".join(plan.notes)
            yield builder.message
        builder.unknown_citations = 0
        with closing(self._drafts()) as drafts, self._prepared():
            for number, draft in enumerate(drafts, 1):
                self._on_status(f"checking sentence {number}")
                yield from self._unchecked(draft) if self._checking == "off" else self._checked(draft)
        if plan.listing and not self._cut_off:  # a list is complete, whatever the model thought worth a word
            for e in self._sent:
                if not self._claims.cites(e.paper):
                    yield str(self._claims.quote(e, self._leads.get(e, "")))

    def _prepared(self) -> AbstractContextManager[object]:
        """What sentences are checked against is embedded while the model is still writing."""
        if self._checking == "off":
            return nullcontext()
        return self._coverage.prepared([*(e.sentence.text for e in self._sent), *(e.paper.title for e in self._sent)])

    def _unchecked(self, draft: Draft) -> Iterator[str]:
        cited, unknown = resolve(draft, self._sent)
        self._count_unknown(unknown)
        yield str(self._claims.add(Claim(draft.text), cited))

    def _checked(self, draft: Draft) -> Iterator[str]:
        checked = self._checker.check(draft)
        self._builder.judge_calls = self._judged_before + self._checker.calls
        if checked is not None:
            self._count_unknown(checked.unknown)
            yield from map(str, self._shown(checked))

    def _count_unknown(self, unknown: int) -> None:
        self._builder.unknown_citations = (self._builder.unknown_citations or 0) + unknown

    def _with_number(self, best: Evidence) -> Iterator[str]:
        """The pieces once one gives a number, as the question asks; else the best sentence if that does, or nothing."""
        held: list[str] = []
        for piece in self._written():
            held.append(piece)
            if any(has_number(claim.text) for claim in self._claims.shown):
                yield from held
                held = []
        if held:
            self._claims.withhold("gives no number, which the question asks for")
            if has_number(best.sentence.text):
                yield str(self._claims.quote(best))

    def _shown(self, checked: Checked) -> Iterator[Claim]:
        """What is shown of a checked sentence: itself, or what it cites in the abstract's own words, or nothing."""
        s = checked.support
        claim = Claim(checked.text, (), round(s.score, 4), s.level, s.verdict, s.warnings)
        if self._checking == "flag" or (checked.supported and not self._leaves_out(checked)):
            yield self._claims.add(claim, checked.evidence)
            return
        if not checked.supported:
            self._claims.withheld.append(claim)
        first_of_paper = {e.number: e for e in reversed(checked.evidence)}.values()
        for e in sorted(first_of_paper, key=lambda e: e.number):
            if not self._claims.has_quoted(e):
                yield self._claims.quote(e, self._leads.get(e, ""))

    def _leaves_out(self, checked: Checked) -> bool:
        """Whether it puts a sentence that would be quoted into words without a number or name that this gives."""
        given = [e for e in checked.evidence if e in self._leads]
        known = f"{checked.text} {self._plan.query.standalone}"
        return any(
            numbers_missing(e.sentence.text, [checked.text])
            or any(not mentions(name, f"{known} {e.paper.title}") for name in NAME.findall(e.sentence.text))
            for e in given
        )

    def _drafts(self) -> Generator[Draft, None, None]:
        """The model's sentences; they end when it says that the evidence does not answer, or repeats itself."""
        pieces = self._model.stream(prompts.SYSTEM, prompts.user_message(self._plan.query.standalone, self._sent))
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
                self._cut_off = True  # what was checked stays
                missing = f"The rest of the answer is missing: {error}."
                self._builder.message = " ".join(filter(None, [self._builder.message, missing]))

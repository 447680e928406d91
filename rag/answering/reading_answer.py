"""An answer by a model that reads whole abstracts: what it says of them, each sentence checked before it is shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from rag.answer import Claim
from rag.answering.answer_builder import AnswerBuilder
from rag.answering.checking import Checked, Checking, resolve
from rag.answering.evidence import select_evidence
from rag.answering.frames import false_frames
from rag.answering.judges import Coverage, Judge
from rag.answering.markers import Draft, parse, sentences_of, titles_whole
from rag.answering.plan import Plan
from rag.answering.prompts import recites
from rag.answering.reading_prompts import SYSTEM, form_of, reading_message, split_head
from rag.answering.reply import head
from rag.answering.roles import mid_thought
from rag.answering.sources import REPLY_TOKENS, fit
from rag.answering.table import TableBuilder
from rag.answering.triage import Doubt, Triage, judged, judged_together
from rag.errors import LLMError
from rag.models.llms import ChatModel

MAX_SENTENCES = 60  # of a reply; what goes on longer repeats itself
THINKING_TOKENS = 8000  # more, for a model that thinks before it answers
_AT_ONCE = 4  # sentences that are judged side by side
_SHOWN = ("supported", "no_claim", "unchecked")  # verdicts that strict checking shows

Sorted = Checked | Doubt | Future[Checked]


class ReadingAnswer:
    """One answer that a model writes from whole abstracts; what is shown goes into the builder."""

    def __init__(
        self,
        builder: AnswerBuilder,
        plan: Plan,
        model: ChatModel,
        checking: Checking,
        judge: Judge | None,
        coverage: Coverage,
        count: Callable[[str], int],
        on_status: Callable[[str], None],
    ) -> None:
        """`judge` decides on doubtful sentences one by one; None has the model itself do so, all together.

        `count` gives the tokens of a text. Raises LLMError where no sentence fits the model's context window.
        """
        self._builder, self._model, self._checking, self._judge = builder, model, checking, judge
        self._claims, self._on_status, self._plan = builder.claims, on_status, plan
        self._only_coverage = judge is coverage
        every = select_evidence(plan.query.standalone, plan.matches, limit=100_000)
        sources = fit(every, count, model.context_window)
        if not sources.sentences:
            raise LLMError(
                f"the context window of {model.name} ({model.context_window:,} tokens) is too small for one sentence "
                "and a reply: set ASKPAPERS_CONTEXT if it is larger, or take another model"
            )
        builder.sent = sources.told()
        self._sources = sources.sentences
        self._triage = Triage(plan.query.standalone, sources.sentences, coverage)
        self._withheld: list[Checked] = []
        self._broken_off = False  # the sentence before is withheld
        self._table = TableBuilder()

    def pieces(self) -> Iterator[str]:
        """The answer piece by piece, each at least a sentence; what is missing is said first."""
        builder = self._builder
        builder.unknown_citations = 0
        for note in self._plan.notes:
            builder.note(note)
        with closing(self._drafts()) as drafts:
            first = True
            for checked in self._unchecked(drafts) if self._checking == "off" else self._checked(drafts):
                if first and builder.message:
                    yield builder.message
                first = False
                builder.unknown_citations += checked.unknown
                yield from map(str, self._show(checked))
        if self._checking == "strict":
            self._claims.withhold_at(false_frames(self._claims.shown), "counts otherwise than what follows")
            yield from (str(claim) for claim in self._quoted_instead())
        builder.table = self._table.finish(self._claims.shown)

    def _unchecked(self, drafts: Iterator[Draft]) -> Iterator[Checked]:
        for draft in drafts:
            cited, unknown = resolve(draft, self._sources)
            self._table.placed(draft, draft.text)
            yield Checked.unjudged(draft.text, cited, unknown)

    def _checked(self, drafts: Iterator[Draft]) -> Iterator[Checked]:
        """The drafts in their order, judged side by side with the writing; doubts that are judged together wait."""
        waiting: deque[Sorted] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for number, draft in enumerate(drafts, 1):
                self._on_status(f"checking sentence {number}")
                found = self._triage.sort(draft)
                if found is None:
                    continue
                self._table.placed(draft, found.checked.text if isinstance(found, Doubt) else found.text)
                if isinstance(found, Doubt) and self._only_coverage:
                    found = found.checked
                elif isinstance(found, Doubt) and self._judge is not None:
                    self._builder.judge_calls = (self._builder.judge_calls or 0) + 1
                    waiting.append(pool.submit(judged, found, self._judge))
                    continue
                waiting.append(found)
                while waiting and not isinstance(waiting[0], Doubt) and _done(waiting[0]):
                    yield _result(waiting.popleft())
            yield from self._rest(list(waiting))

    def _rest(self, waiting: list[Sorted]) -> Iterator[Checked]:
        doubts = [found for found in waiting if isinstance(found, Doubt)]
        verdicts: Iterator[Checked] = iter(())
        if doubts:
            self._on_status(f"checking {len(doubts)} sentences together")
            self._builder.judge_calls = (self._builder.judge_calls or 0) + 1
            verdicts = iter(judged_together(doubts, self._model))
        for found in waiting:
            yield next(verdicts) if isinstance(found, Doubt) else _result(found)

    def _show(self, checked: Checked) -> Iterator[Claim]:
        """The claim that is shown of a sentence; what strict checking withholds is kept for the end."""
        s = checked.support
        claim = Claim(checked.text, (), round(s.score, 4), s.level, s.verdict, s.warnings)
        if self._checking == "off":
            claim = Claim(checked.text)
        elif self._checking == "strict" and s.verdict not in _SHOWN:
            self._claims.withheld.append(claim)
            self._withheld.append(checked)
            self._broken_off = True
            return
        if self._broken_off and checked.evidence and mid_thought(checked.text):
            # "It" would point at what was said before the sentence that is withheld.
            claim = replace(claim, lead=f"{head(checked.evidence[0].paper)}:")
        self._broken_off = False
        yield self._claims.add(claim, checked.evidence)

    def _quoted_instead(self) -> Iterator[Claim]:
        """What withheld sentences cite, in the abstract's own words, unless something else in the answer says it."""
        for checked in self._withheld:
            for e in checked.evidence[:1]:
                if not self._claims.rests_on(e):
                    yield self._claims.quote(e)

    def _drafts(self) -> Generator[Draft, None, None]:
        """The model's sentences and table cells, once its head has said whether the abstracts answer."""
        query = self._plan.query
        message = reading_message(query.standalone, form_of(query.kind), self._sources)
        limit = REPLY_TOKENS + (THINKING_TOKENS if self._model.thinks else 0)
        stream = self._model.stream(SYSTEM, message, "write", limit, lambda thought: self._on_status("thinking"))
        titles = {e.paper.title for e in self._sources}
        self._ended = ""
        seen = 0
        with closing(stream):
            try:
                said, body = split_head(self._noted(stream))
                self._builder.head(said)
                for sentence in titles_whole(sentences_of(self._table.lines(body)), titles):
                    draft = parse(sentence)
                    if draft.text and not recites(draft.text):
                        seen += 1
                        yield draft
                    if seen >= MAX_SENTENCES:
                        return
                if self._ended == "length":
                    self._builder.note("The model's reply was cut off at its length limit.")
            except LLMError as error:
                if not seen:
                    raise
                self._builder.note(f"The rest of the answer is missing: {error}.")  # what was checked stays

    def _noted(self, stream: Generator[str, None, str]) -> Iterator[str]:
        self._ended = yield from stream


def _done(found: Sorted) -> bool:
    return not isinstance(found, Future) or found.done()


def _result(found: Sorted) -> Checked:
    assert not isinstance(found, Doubt)
    return found.result() if isinstance(found, Future) else found

"""The product, readable top to bottom: a question to an answer whose every sentence names its papers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rag import prompts
from rag.evidence import choose, judge
from rag.extract import LEAD, extract
from rag.library import Library, check_question
from rag.llms import load_llm, name_of, stream_text
from rag.markers import Draft, parse, sentences_of
from rag.retrieval import retrieve
from rag.types import Answer, Citation, Claim, Evidence, Sentence

MOST_EVIDENCE = 12  # sentences that an answer may rest on

History = Sequence[Mapping[str, str]]


class Assistant:
    """Answers questions from a library. Holds no conversation, so it can be shared between threads."""

    def __init__(self, library: Library, llm: Any = "extractive", *, sources: int = 6) -> None:
        """`llm` is a setting such as "extractive" or "http://host/v1#model", or a llama-index LLM.

        `sources` is how many papers an answer may draw on. Raises SettingsError for an unusable setting.
        """
        self.library = library
        self.llm = load_llm(llm)
        self.sources = sources

    def ask(self, question: str, history: History | None = None, where: Mapping[str, Any] | None = None) -> Answer:
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
        where: Mapping[str, Any] | None = None,
        on_status: Callable[[str], None] = lambda status: None,
    ) -> Iterator[str | Answer]:
        """The answer's text piece by piece, each at least a sentence, and at the end the Answer.

        `on_status` is told in a few words what is being done, such as "searching 259 papers".
        """
        started = time.perf_counter()
        question = check_question(question)
        on_status(f"searching {len(self.library):,} papers")
        retrieved = retrieve(self.library, question, self.sources, where)
        found = time.perf_counter()
        verdict = judge(retrieved)
        page = _Page()
        if verdict.outcome == "answered":
            evidence = choose(retrieved, self.sources, MOST_EVIDENCE)
            on_status(f"reading {len({e.number for e in evidence})} papers")
            if self.llm is None:
                page.lead = LEAD
                yield LEAD
                for e in extract(question, evidence):
                    yield " " + str(page.add(e.sentence.text, [e], support=1.0, quoted=True))
            else:
                for draft in self._drafts(question, evidence):
                    cited = _resolve(draft, evidence)
                    yield str(page.add(draft.text, cited, support=None)) + " "
        outcome = verdict.outcome if page.claims or verdict.outcome != "answered" else "not_stated"
        message = {"answered": page.lead, "not_stated": prompts.NOT_STATED}.get(outcome, prompts.NOTHING_RELEVANT)
        if outcome != "answered":
            yield message
        ended = time.perf_counter()
        yield Answer(
            question=question,
            outcome=outcome,
            claims=tuple(page.claims),
            citations=page.citations(),
            related=verdict.related if outcome == "not_stated" else (),
            message=message,
            standalone=question,
            model=name_of(self.llm),
            timings={
                "retrieve": round(found - started, 4),
                "answer": round(ended - found, 4),
                "total": round(ended - started, 4),
            },
        )

    def _drafts(self, question: str, evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """The model's sentences; none when it says that the evidence does not answer."""
        pieces = stream_text(self.llm, prompts.SYSTEM, prompts.user_message(question, evidence))
        for sentence in sentences_of(pieces):
            draft = parse(sentence)
            if prompts.REFUSAL in draft.text.upper():
                return
            if draft.text:
                yield draft


def _resolve(draft: Draft, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that a draft cites; what does not exist is dropped."""
    return [
        e
        for e in evidence
        if any(e.number == source and sentence in (None, e.sentence.index + 1) for source, sentence in draft.cited)
    ]


class _Page:
    """Claims as they come, with cited papers numbered in order of first use."""

    def __init__(self) -> None:
        self.lead = ""
        self.claims: list[Claim] = []
        self._cited: dict[str, list[Evidence]] = {}

    def add(self, text: str, evidence: Sequence[Evidence], support: float | None, quoted: bool = False) -> Claim:
        for e in evidence:
            mine = self._cited.setdefault(e.paper.id, [])
            if e not in mine:
                mine.append(e)
        order = {paper_id: number for number, paper_id in enumerate(self._cited, 1)}
        claim = Claim(
            text,
            tuple(sorted({order[e.paper.id] for e in evidence})),
            support,
            level=None if support is None else 0,
            verdict="unchecked" if support is None else "supported",
            evidence=tuple(f"{order[e.paper.id]}.{e.sentence.index + 1}" for e in evidence),
            quoted=quoted,
        )
        self.claims.append(claim)
        return claim

    def citations(self) -> tuple[Citation, ...]:
        return tuple(
            Citation(number, mine[0].paper, _in_order([e.sentence for e in mine]))
            for number, mine in enumerate(self._cited.values(), 1)
        )


def _in_order(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    return tuple(sorted(sentences, key=lambda s: s.index))

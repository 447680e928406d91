"""Questions that a language model writes from a sentence, kept where it can answer them from the abstract again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.cases import holds, normal
from eval.subjects import Subject
from rag.models.examination import one_line
from rag.models.llms import ChatModel
from rag.text.words import content_words
from rag.types import Sentence

WRITE = """You write one exam question about a sentence of a research abstract.
Ask for one fact that the sentence states, in other words than it uses, and do not name the paper or its system.
Reply with two lines:
QUESTION: the question
ANSWER: the fact, as few words as possible, copied from the sentence"""
READ = "Answer the question from the abstract in a few words, copied from it. If it does not say, reply: not stated."
MAX_ANSWER = 6  # words of a fact
COPIED = 0.8  # share of the question's words that the sentence may have: beyond, it is the sentence over again
_LINE = re.compile(r"^\W*(QUESTION|ANSWER)\W*:\s*(.+)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class WrittenQuestion:
    """A question and its answer, in the sentence's words."""

    question: str
    answer: str


class Written:
    """Has a model write questions, and sifts them. `refused` counts those that were not kept."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.refused = 0

    def ask(self, subject: Subject, sentence: Sentence) -> WrittenQuestion | None:
        """A question about the sentence; None where it does not hold. Raises LLMError."""
        reply = self._model.complete(WRITE, f"Sentence: {one_line(sentence.text)}", "write")
        lines = {name.upper(): " ".join(value.split()) for name, value in _LINE.findall(reply)}
        found = WrittenQuestion(lines.get("QUESTION", ""), lines.get("ANSWER", "").strip(" .\"'“”"))
        if self._sound(found, subject, sentence) and self._answered(found, subject):
            return found
        self.refused += 1
        return None

    @staticmethod
    def _sound(found: WrittenQuestion, subject: Subject, sentence: Sentence) -> bool:
        """Whether the fact is in the sentence and not in the question, and the question is not the sentence again."""
        asked, fact = set(content_words(found.question)), found.answer
        if not fact or len(fact.split()) > MAX_ANSWER or not found.question.endswith("?") or not asked:
            return False
        if normal(fact) not in normal(sentence.text) or normal(fact) in normal(found.question):
            return False
        named = subject.named and normal(subject.name) in normal(found.question)
        return not named and len(asked & set(content_words(sentence.text))) <= COPIED * len(asked)

    def _answered(self, found: WrittenQuestion, subject: Subject) -> bool:
        """Whether the model finds the fact again when it reads the abstract."""
        asked = f"Abstract: {one_line(subject.paper.abstract)}\n\nQuestion: {one_line(found.question)}"
        reply = self._model.complete(READ, asked, "read")
        return holds(reply, (found.answer,)) or (bool(reply) and normal(reply.strip(" .")) in normal(found.answer))

"""The examination that a model must pass before it reads whole abstracts by itself: three questions on two of them.

It must cite the sentence that answers, say that a near miss is not answered, and use both papers of a comparison. What
it writes is looked at by its ids and its head alone. Given once per model and process.
"""

from __future__ import annotations

from rag.answering.markers import parse, sentences_of
from rag.answering.reading_prompts import SYSTEM, Head, form_of, reading_message, split_head
from rag.answering.understanding import Kind
from rag.models.llms import ChatModel
from rag.types import Evidence, Paper, Sentence

_ABSTRACTS = (
    (
        "TinyNet: pruned filters for small cameras",
        "Recognising birds on a battery is hard.",
        "TinyNet prunes filters by their gradients and needs 40% less memory than MobileNet.",
        "We train it on 12,000 images of birds, and it runs at 25 frames a second.",
    ),
    (
        "BirdFormer: attention over feathers",
        "Large models recognise birds better than small ones.",
        "BirdFormer attends to patches of feathers and is 6 points more accurate than MobileNet.",
        "It needs twice the memory of MobileNet and was trained on 90,000 images.",
    ),
)
_MEMORY, _MISSING, _BOTH = (
    "How much memory does TinyNet save?",
    "On which data set of insects was TinyNet tested?",
    "Compare TinyNet and BirdFormer.",
)
_TOKENS = 500  # of each reply


def can_read(model: ChatModel) -> bool:
    """Whether the model passes; asked once for all copies of it. Raises LLMError."""
    passed: bool = model.once("reads", lambda: _passes(model))
    return passed


def _passes(model: ChatModel) -> bool:
    head, cited = _asked(model, _MEMORY, "fact")
    if head.answered != "yes" or (1, 2) not in cited or {source for source, _ in cited} != {1}:
        return False
    head, _ = _asked(model, _MISSING, "fact")
    if head.answered != "no" or not head.missing or head.missing in SYSTEM:
        return False
    head, cited = _asked(model, _BOTH, "comparison")
    return head.answered != "no" and {source for source, _ in cited} == {1, 2}


def _asked(model: ChatModel, question: str, kind: Kind) -> tuple[Head, set[tuple[int, int | None]]]:
    """The head of the reply, and the (source, sentence) that it cites."""
    reply = model.complete(SYSTEM, reading_message(question, form_of(kind), _sources()), "examine", _TOKENS)
    head, body = split_head(iter([reply + "\n"]))
    return head, {cited for sentence in sentences_of(body) for cited in parse(sentence).cited}


def _sources() -> list[Evidence]:
    return [
        Evidence(number, Paper(f"exam-{number}", title, " ".join(texts)), Sentence(i, 0, 0, text), 1.0)
        for number, (title, *texts) in enumerate(_ABSTRACTS, 1)
        for i, text in enumerate(texts)
    ]

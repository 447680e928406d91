"""A few papers for everyday questions: with years, authors, links, noise, and names that are nearly alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.types import Paper

PAPERS = (
    Paper(
        "m1",
        "MossNet: a network that counts moss",
        "Counting moss on walls by hand is slow and costly. To address this, we propose MossNet, a small network that "
        "counts moss in photographs. MossNet first cuts a photograph into tiles and then counts the green ones. "
        "Experiments show that it finds 93% of the moss, twice as much as a botanist. However, it fails on wet walls, "
        "a limitation that remains. Code is available at https://example.org/moss. We hope that this helps botanists.",
        ("Ina Beck", "Al Roe"),
        2021,
        "https://example.org/m1",
    ),
    Paper(
        "m2",
        "CrabTag: radio tags for crabs",
        "Crabs are hard to follow in harbours. We introduce CrabTag, a radio tag that is glued to the shell. It sends "
        "a signal each minute by a coil of copper wire. A battery lasts three weeks. (C) 2019 The Authors.",
        ("Ina Beck",),
        2019,
        "https://example.org/m2",
    ),
    Paper(
        "m3",
        "LichenFormer: transformers that date lichen on gravestones",
        "Lichen on gravestones grows one millimetre a year. We present LichenFormer, a transformer that dates lichen "
        "from photographs. It is trained on 4,000 gravestones. It errs by two years on average.",
        ("Ed Poe",),
        2023,
        "https://example.org/m3",
    ),
    Paper(
        "m4",
        "SlugLM-2: a language model of slugs",
        "Slugs leave trails that look like writing. SlugLM-2 is a language model of slug trails. It reads a trail in "
        "both directions. Its perplexity is 12 on the garden corpus.",
        ("Al Roe", "Ed Poe"),
        2023,
        "",
    ),
    Paper(
        "m5",
        "How much rain do roofs of moss hold?",
        "Roofs of moss hold rain. We measured forty roofs for a year. A roof of moss holds twelve litres of rain.",
        ("Zoë Müller",),
        2020,
        "https://example.org/m5",
    ),
)


def talk(assistant: Assistant, *questions: str) -> list[Answer]:
    """A conversation, as the page and the shell hold it."""
    history: list[dict[str, Any]] = []
    answers = []
    for question in questions:
        answers.append(assistant.ask(question, history))
        said = {"role": "assistant", "content": answers[-1].text, "papers": list(answers[-1].papers)}
        history += [{"role": "user", "content": question}, said]
    return answers


def cited(answer: Answer) -> Sequence[str]:
    return [c.paper.id for c in answer.citations]

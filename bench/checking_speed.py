"""What checking costs: an answer that is checked beside the same one unchecked, and CPU milliseconds a sentence.

A scripted model on loopback reads eight abstracts and writes ten sentences, copied or in other words, at once or one in
a tenth of a second as a quick model does. No judge is called: coverage decides. Both ways are asked in turn, so that
they meet the same load. The evidence is embedded for the first answer to a question, as it would be for anybody.

python -m bench.checking_speed [--home HOME] [--questions 20]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.common import cpu_seconds, questions, real, table
from bench.scripted_model import scripted_model
from rag.answering.assistant import Assistant
from rag.answering.checking import Checking
from rag.library import Library
from rag.models.encoded_texts import EncodedTexts

SENTENCES = 10
WAYS: tuple[Checking, ...] = ("off", "strict")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="an index; by default one of the collection's first 120 is made")
    arguments.add_argument("--questions", type=int, default=20)
    given = arguments.parse_args()
    asked = questions(None, given.questions)
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(given.home or folder)
        if not given.home:
            library.sync(real(None, 120))
        for pause in (0.1, 0.0):
            for own_words in (False, True):
                rows += measure(library, asked, own_words, pause)
        peak, alone, together = floors(library)
    print(
        f"fp32 peak of one core {peak:.0f} GFLOP/s; a sentence of 32 tokens: {alone:.1f} CPU ms, of 16: {together:.1f}"
    )
    table(
        ("sentences", "seconds a sentence", "checking", "median ms", "CPU ms", "CPU ms a sentence", "times off"), rows
    )


def measure(library: Library, asked: list[str], own_words: bool, pause: float) -> list[tuple[object, ...]]:
    """A row unchecked and a row checked; the sentences are not known from before, the evidence is where pause is 0."""
    if pause:
        library.index.encoded_texts = EncodedTexts(library.embedder)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    sentences = 0
    with scripted_model(SENTENCES, f"{'Slowly' if pause else 'Then'}" if own_words else "", pause) as address:
        ways = {n: Assistant(library, address, mode="reads", judge="coverage", checking=n) for n in WAYS}
        for question in ["What is attention?", *asked]:  # the first one warms up
            for name, assistant in ways.items():
                wall, cpu = time.perf_counter(), time.process_time()
                answer = assistant.ask(question)
                spent[name].append((time.perf_counter() - wall, time.process_time() - cpu))
                sentences += len(answer.claims) + len(answer.withheld) if name == "strict" else 0
    middle = {n: [1000 * statistics.median(x[i] for x in s[1:]) for i in (0, 1)] for n, s in spent.items()}
    off, strict = middle["off"], middle["strict"]
    each = (strict[1] - off[1]) / (sentences / (len(asked) + 1))
    kind = "own words" if own_words else "copied"
    return [(kind, pause, "off", *off, 0.0, 1.0), (kind, pause, "strict", *strict, each, strict[0] / off[0])]


def floors(library: Library) -> tuple[float, float, float]:
    """GFLOP/s of one core in a product of matrices; CPU ms to embed a sentence of 32 tokens, alone and among 16."""
    a = np.random.default_rng(0).random((1024, 1024), np.float32)
    texts = [" ".join(["retrieval"] * 32)] * 16

    peak = 2 * 1024**3 / 1e9 / cpu_seconds(lambda: a @ a, 10)
    encode = library.embedder.encode
    return peak, 1000 * cpu_seconds(lambda: encode(texts[:1]), 10), 1000 * cpu_seconds(lambda: encode(texts), 10) / 16


if __name__ == "__main__":
    main()

"""Trains the question side: `python -m training.train FOLDER [--out FILE] [--held FILE]`; training/README.md has more.

First without every fifth paper, kept in `held`, to measure on these and to calibrate with; then on all of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import nn

from rag.models.question_side import WEIGHTS, load_question_side, save_question_side
from training.examples import UNANSWERED, Abstract, Example, examples, index_folder
from training.model import COLUMNS, Batch, Side, export, loss

EPOCHS, RATE, RATE_OF_SCALARS, DECAY, DROPOUT = 6, 2e-3, 1e-2, 0.1, 0.4
BATCH = 16
PAPERS = 6  # that a question is put to, its own among them
NEAR_MISS = 2.0  # how much a near miss counts beside an answerable question
ABSENT = 0.3  # share of questions asked once more with their paper taken away


def occasions(found: Sequence[Example], dice: np.random.Generator) -> list[tuple[Example, tuple[int, ...], bool]]:
    """Each example with the papers that it is put to, and whether one of them answers."""
    made = []
    for e in found:
        made.append((e, (e.paper, *e.others[: PAPERS - 1]), e.kind not in UNANSWERED))
        if e.kind not in UNANSWERED and dice.random() < ABSENT:
            made.append((e, e.others[:PAPERS], False))
    return made


def batch(chosen: Sequence[tuple[Example, tuple[int, ...], bool]], abstracts: Sequence[Abstract]) -> Batch:
    """The examples side by side, padded."""
    size, dimension = len(chosen), abstracts[0].signs.shape[1]
    count = max(len(e.idf) for e, _, _ in chosen)
    length = max(sum(len(abstracts[p].numbers) for p in papers) for _, papers, _ in chosen)
    tokens, idf = np.zeros((size, count, dimension), np.float32), np.zeros((size, count), np.float32)
    signs = np.zeros((size, length, dimension), np.float32)
    columns = np.full((size, length), PAPERS * COLUMNS - 1)
    means = np.zeros((size, PAPERS, COLUMNS - 1, dimension), np.float32)
    there, gold = np.zeros((2, size, PAPERS, COLUMNS - 1), bool)
    at, right = np.zeros((2, size, PAPERS), bool)
    for k, (e, papers, answerable) in enumerate(chosen):
        tokens[k, : len(e.idf)], idf[k, : len(e.idf)] = e.tokens, e.idf
        start = 0
        for j, p in enumerate(papers):
            a = abstracts[p]
            end, n = start + len(a.numbers), min(len(a.sentences), COLUMNS - 1)
            signs[k, start:end], columns[k, start:end] = a.signs, j * COLUMNS + np.minimum(a.numbers, COLUMNS - 1)
            means[k, j, :n], there[k, j, :n], at[k, j] = a.sentences[:n], True, True
            if answerable and p == e.paper:
                right[k, j] = True
                gold[k, j, [g for g in e.gold if g < n]] = True
            start = end
    vectors = np.stack([e.vector for e, _, _ in chosen])
    answers = np.array([answerable for _, _, answerable in chosen], np.float32)
    counts = np.array([NEAR_MISS if e.kind == "near_miss" else 1 for e, _, _ in chosen], np.float32)
    arrays = (tokens, idf, vectors, signs, columns, means, there, gold, at, right, answers, counts)
    return Batch(*map(torch.from_numpy, arrays))


def shuffled(lengths: Sequence[int], dice: np.random.Generator) -> Iterator[np.ndarray]:
    """Places of examples, BATCH at a time: at random, but like lengths together."""
    order = dice.permutation(len(lengths))
    parts = [order[i : i + 20 * BATCH] for i in range(0, len(order), 20 * BATCH)]
    order = np.concatenate([part[np.argsort(np.array(lengths)[part], kind="stable")] for part in parts])
    batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    yield from (batches[i] for i in dice.permutation(len(batches)))


def train(abstracts: Sequence[Abstract], found: Sequence[Example], seed: int = 0) -> Side:
    """Some minutes on two cores; the same seed gives the same weights on the same machine."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    asked = occasions(found, dice)
    side = Side(abstracts[0].signs.shape[1], DROPOUT)
    scalars = side.scalars()
    rest = [p for p in side.parameters() if not any(p is s for s in scalars)]
    groups: list[dict[str, Any]] = [
        {"params": rest},
        {"params": scalars, "lr": RATE_OF_SCALARS, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(asked) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.02, 1 - step / steps))
    for epoch in range(EPOCHS):
        started, total = time.perf_counter(), []
        for places in shuffled([len(e.idf) for e, _, _ in asked], dice):
            value = loss(side, batch([asked[i] for i in places], abstracts))
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(side.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total.append(value.item())
        print(f"epoch {epoch + 1}: loss {np.mean(total):.3f}, {time.perf_counter() - started:.0f} s", flush=True)
    return side.eval()


@torch.no_grad()
def report(side: Side, abstracts: Sequence[Abstract], found: Sequence[Example]) -> str:
    """How often the right sentence is first and among five, and ROC-AUC of answerable questions against near misses."""
    ranks: list[int] = []
    odds: dict[bool, list[float]] = {True: [], False: []}
    for e in (e for e in found if e.kind not in ("form", "missing")):
        answerable = e.kind != "near_miss"
        b = batch([(e, (e.paper, *e.others[: PAPERS - 1]), answerable)], abstracts)
        scores = side(b)
        odds[answerable].append(float(scores.odds))
        if answerable:
            ranks.append(int((scores.sentences > scores.sentences[b.gold].max()).sum()))
    yes, no = np.array(odds[True]), np.array(odds[False])
    area = (yes[:, None] > no[None]).mean()
    first, five = np.mean(np.array(ranks) == 0), np.mean(np.array(ranks) < 5)
    return f"{len(ranks)} questions: first {first:.3f}, among five {five:.3f}; {len(no)} near misses: AUC {area:.3f}"


def main() -> None:
    """Reads the arguments, trains, and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="papers.jsonl and questions.jsonl")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--held", type=Path, default=Path("build/held.safetensors"))
    given = parser.parse_args()
    with TemporaryDirectory() as home:
        library = index_folder(given.folder, Path(home))
        abstracts, found = examples(given.folder, library)
        embedding = library.embedder.fingerprint
        library.close()
    held = [e for e in found if e.held]
    print("before:", report(Side(abstracts[0].signs.shape[1], 0.0).eval(), abstracts, held), flush=True)
    side = train(abstracts, [e for e in found if not e.held])
    print("after:", report(side, abstracts, held), flush=True)
    keep(side, embedding, given.held)
    keep(train(abstracts, found), embedding, given.out)


def keep(side: Side, embedding: str, path: Path) -> None:
    """Writes the trained weights where they are asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_question_side(export(side, embedding), path)
    loaded = load_question_side(embedding, path)
    print(f"{path}: {loaded.digest if loaded else ''}", flush=True)


if __name__ == "__main__":
    main()

"""Training examples: questions with the sentences that answer them, and papers among which to find these.

A folder holds `papers.jsonl` ({"id", "title", "sentences"}) and `questions.jsonl` ({"paper", "type", "question",
"sentences"}, numbers from 0; those of the type "near_miss" have none). To these come everyday requests about the
papers. Every fifth paper can be held back.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag import Library
from rag.indexing.records import Record
from rag.models.embedding import Vectors
from rag.models.token_vectors import query_tokens, sentence_vectors
from rag.text.entities import name_in_title
from rag.types import Paper, Sentence
from training import missing
from training.forms import HELD, TRAIN, forms_of

CANDIDATES = 8  # papers kept of what is retrieved, hard negatives among them
HELD_EVERY = 5
UNANSWERED = ("near_miss", "missing")  # kinds of questions that nothing answers
MISSING = 5  # of the second, a named paper
# Sentences that say what a paper does, how, and what came out: they answer "Summarize X".
_ROLE = re.compile(
    r"\b(?:we|this (?:paper|work|study)|here,?) (?:\w+ )?(?:propose|introduce|present|develop|describe|study|show"
    r"|release|investigate|offer|design|explore|analy[sz]e|evaluate|address|bridge)|\bis an? \b|\bachiev|outperform"
    r"|\bresults\b|\bconsists|\bby \w+ing\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Abstract:
    """A paper as the index has it: signs of its tokens (n, d), their sentence numbers, mean signs of each sentence."""

    id: str
    signs: NDArray[np.int8]
    numbers: NDArray[np.int64]
    sentences: Vectors


@dataclass(frozen=True)
class Example:
    """A question with its tokens (n, d), their IDF (n,) and its vector (d,); its paper and the answering sentences.

    `others` are the best other papers found. `kind` is a question's type, "form", or "missing".
    """

    text: str
    kind: str
    paper: int
    gold: tuple[int, ...]
    held: bool
    others: tuple[int, ...]
    tokens: Vectors
    idf: Vectors
    vector: Vectors


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def held_papers(folder: Path) -> set[str]:
    """Every fifth paper's id."""
    return {row["id"] for number, row in enumerate(rows(folder / "papers.jsonl")) if number % HELD_EVERY == 0}


def index_folder(folder: Path, home: Path) -> Library:
    """A library of the folder's papers, without a question side."""
    library = Library.open(home)
    library.sync(
        Paper(row["id"], row["title"].strip(), " ".join(row["sentences"])) for row in rows(folder / "papers.jsonl")
    )
    library.index.question_side = None
    return library


def examples(folder: Path, library: Library, seed: int = 0) -> tuple[list[Abstract], list[Example]]:
    """The abstracts, and all questions and requests about them."""
    papers = {row["id"]: row for row in rows(folder / "papers.jsonl")}
    records = {r.paper.id: r for r in library.index.forward_index.records(list(papers))}
    place = {paper_id: number for number, paper_id in enumerate(records)}
    abstracts = [abstract(record, library.embedder.dimension) for record in records.values()]
    held = held_papers(folder)
    asked = [*written(folder, records), *requests(records, held, random.Random(seed))]
    made = [example(library, place, *a, held=a[2] in held) for a in asked]
    return abstracts, made


def abstract(record: Record, dimension: int) -> Abstract:
    """A paper as training sees it: its sentences and the signs of its token vectors."""
    tokens = record.tokens
    signs = np.unpackbits(tokens.codes, axis=1, count=dimension).astype(np.int8) * 2 - 1
    means = sentence_vectors(tokens, len(record.sentences), dimension)
    return Abstract(record.paper.id, signs, tokens.sentences.astype(np.int64), means)


def written(folder: Path, records: dict[str, Record]) -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
    """The questions of the folder: text, type, paper, the sentences that answer as the index numbers them."""
    papers = {row["id"]: row["sentences"] for row in rows(folder / "papers.jsonl")}
    for row in rows(folder / "questions.jsonl"):
        texts = papers[row["paper"]]
        starts = np.cumsum([0, *(len(t) + 1 for t in texts)])
        spans = [(int(starts[n]), int(starts[n]) + len(texts[n])) for n in row["sentences"]]
        gold = tuple(overlapping(span, records[row["paper"]].sentences) for span in spans)
        yield row["question"], row["type"], row["paper"], gold


def overlapping(span: tuple[int, int], sentences: tuple[Sentence, ...]) -> int:
    """The number of the sentence that shares most with the span."""
    return max(range(len(sentences)), key=lambda i: min(span[1], sentences[i].end) - max(span[0], sentences[i].start))


def requests(
    records: dict[str, Record], held: set[str], chance: random.Random
) -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
    """Everyday requests about each paper that its title names, and about some by their titles."""
    for paper_id, record in records.items():
        title, kept_back = record.paper.title, paper_id in held
        gold = tuple(s.index for s in record.sentences if _ROLE.search(s.text))
        name, count = name_in_title(title), 6 if kept_back else 14
        if not name:
            if chance.random() < 0.5:
                continue
            name, count = chance.choice([title, title.partition(":")[0], f"“{title}”"]), 2 if kept_back else 3
        else:
            forms = missing.HELD if kept_back else missing.TRAIN
            for text in missing.missing_from(f"{title} {record.paper.abstract}", name, forms, MISSING, chance):
                yield text, "missing", paper_id, ()
        for text in forms_of(name, HELD if kept_back else TRAIN, count, chance):
            yield text, "form", paper_id, gold


def example(
    library: Library, place: dict[str, int], text: str, kind: str, paper_id: str, gold: tuple[int, ...], held: bool
) -> Example:
    """A question with the papers that it is put to."""
    encoded = library.embedder.encode_query(text)
    tokens = query_tokens(text, encoded, library.index.frequency, len(library))
    found = [place[m.record.paper.id] for m in library.retrieve(text, CANDIDATES).matches]
    others = tuple(n for n in found if n != place[paper_id])
    return Example(
        text,
        kind,
        place[paper_id],
        gold,
        held,
        others,
        tokens.vectors,
        tokens.weights,
        encoded.vector.astype(np.float32),
    )

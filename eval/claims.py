"""Claims with labels, from files or drawn from the user's own index."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.stats import SEED
from rag.errors import SourceError
from rag.library import Library

LABELS = ("supported", "refuted", "nei", "partial")  # nei: not enough information


@dataclass(frozen=True)
class LabelledClaim:
    """A claim, the evidence it cites, and what people say of the two: one of LABELS, "" where nobody has yet.

    Claims of one `group` share their evidence or their author, so intervals keep them together.
    """

    id: str
    group: str
    claim: str
    evidence: tuple[str, ...]
    label: str


def read_claims(path: str | Path, labelled: bool = True) -> dict[str, list[LabelledClaim]]:
    """The claims of a file, or of each file of a folder that has any, by file name.

    A line has `id`, `group`, `claim`, `title`, `sentences` and `label`. SourceError lists all that is wrong.
    """
    path = Path(path)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    problems: list[str] = []
    found: dict[str, list[LabelledClaim]] = {}
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{file}: cannot be read as UTF-8 text ({error})") from error
        if path.is_dir() and '"claim"' not in lines[0]:
            continue  # of something else, such as the abstracts that the claims are about
        claims: list[LabelledClaim] = []
        first: dict[str, int] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                claim = _claim(json.loads(line), labelled)
            except (ValueError, RecursionError) as error:
                problems.append(f"{file}:{number}: {error}")
                continue
            if first.setdefault(claim.id, number) != number:
                problems.append(f"{file}:{number}: id {claim.id!r} is taken by line {first[claim.id]}")
            claims.append(claim)
        if claims:
            found[file.stem] = claims
    if problems or not found:
        raise SourceError("\n".join(problems) or f"{path}: no claims; a line has id, group, claim, sentences and label")
    return found


def _claim(row: Any, labelled: bool) -> LabelledClaim:
    if not isinstance(row, dict):
        raise ValueError(f"a claim is a JSON object, not {type(row).__name__}")
    texts = {name: row.get(name) for name in ("id", "claim")}
    missing = [name for name, value in texts.items() if not isinstance(value, str) or not value.strip()]
    sentences, label = row.get("sentences"), row.get("label") or ""
    if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
        missing.append("sentences")
    if missing:
        raise ValueError(f"missing or unusable: {', '.join(missing)}")
    if label not in LABELS and (labelled or label):
        raise ValueError(f"unknown label {label!r}, not one of {', '.join(LABELS)}")
    assert isinstance(sentences, list)
    evidence = [s for s in [*sentences, str(row.get("title") or "")] if s.strip()]
    if labelled and not evidence:
        raise ValueError("no evidence")
    return LabelledClaim(row["id"], str(row.get("group") or row["id"]), row["claim"], tuple(evidence), label)


def index_claims(library: Library, n: int) -> list[LabelledClaim]:
    """A sentence of each of n papers drawn by lot, with its abstract for evidence: supported, word for word."""
    ids = sorted(library.index.forward_index.hashes())
    dice = random.Random(SEED)
    found = []
    for record in library.index.forward_index.records(dice.sample(ids, min(n, len(ids)))):
        sentences = [s.text for s in record.sentences]
        chosen = dice.choice(sentences) if sentences else ""
        if chosen:
            evidence = (*sentences, record.paper.title)
            found.append(LabelledClaim(record.paper.id, record.paper.id, chosen, evidence, "supported"))
    return found

"""Claims with labels, from files or drawn from the user's own index."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.adapters import is_ragtruth, our_claim, ragtruth_claims
from eval.jsonl import read_jsonl
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
    question: str = ""  # that the claim is part of an answer to, where told


def read_claims(path: str | Path, labelled: bool = True) -> dict[str, list[LabelledClaim]]:
    """The claims of a file, or of each file of a folder that has any, by file name.

    A line has `id`, `group`, `claim`, `title`, `sentences` and `label`. SourceError lists all that is wrong.
    """
    path = Path(path)
    sets: dict[str, list[LabelledClaim]] = {}
    problems: list[str] = []
    for file in _claim_files(path) if path.is_dir() else [path]:
        try:
            if is_ragtruth(file):
                sets[file.stem] = [_claim(row, labelled) for row in ragtruth_claims(file)]
                continue
            sets[file.stem] = read_jsonl(file, lambda row, n: _claim(our_claim(row, n), labelled), key=lambda c: c.id)
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise SourceError("\n".join(problems))
    if not any(sets.values()):
        raise SourceError(f"{path}: no claims; a line has id, group, claim, sentences and label")
    return {name: claims for name, claims in sets.items() if claims}


def _claim_files(folder: Path) -> list[Path]:
    """Those of the folder's files that hold claims, and not, say, the abstracts that the claims are about."""
    files = []
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            if '"claim"' in lines.readline() or is_ragtruth(file):
                files.append(file)
    return files


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
    group, question = str(row.get("group") or row["id"]), str(row.get("question") or "")
    return LabelledClaim(row["id"], group, row["claim"], tuple(evidence), label, question)


def index_claims(library: Library, n: int) -> list[LabelledClaim]:
    """A sentence of each of n papers drawn by lot, with its abstract for evidence: supported, word for word."""
    ids = sorted(library.index.forward_index.hashes())
    dice = random.Random(SEED)
    claims = []
    for record in library.index.forward_index.records(dice.sample(ids, min(n, len(ids)))):
        sentences = [s.text for s in record.sentences]
        chosen = dice.choice(sentences) if sentences else ""
        if chosen:
            evidence = (*sentences, record.paper.title)
            claims.append(LabelledClaim(record.paper.id, record.paper.id, chosen, evidence, "supported"))
    return claims

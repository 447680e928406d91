"""What `check` finds of claims whose truth is known: SciFact's as a text, and supported ones spoilt in one word.

    python -m bench.checking HOME CORPUS.jsonl CLAIMS.jsonl
    python -m bench.checking HOME

The corpus is indexed into HOME unless it holds papers. No evidence is given: `check` has to find it. Without claims
sentences of 200 of the library's own papers are taken: as they stand, and spoilt.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from eval.claims import LabelledClaim, index_claims, read_claims
from eval.perturb import KINDS, mutants
from eval.stats import estimate, interval
from rag.library import Library
from rag.readers import read_papers
from rag.verification.drafts import Draft, Statement
from rag.verification.report import CheckedStatement
from rag.verification.text_check import check_draft

OWN = 200  # sentences of the library itself
FLAGGED = ("doubtful", "contradicted", "not_found")


def found(library: Library, claims: Sequence[LabelledClaim]) -> list[CheckedStatement]:
    """What is found of each claim, without its evidence."""
    draft = Draft(tuple((Statement(c.claim),) for c in claims))
    return check_draft(draft, library).statements


def row(name: str, statements: Sequence[CheckedStatement]) -> str:
    """Shares by finding, and of those with each kind of difference, with 95% intervals."""
    cells = [f"{name} ({len(statements)})"]
    hits = [[s.finding == f for s in statements] for f in ("supported", "doubtful", "not_found")]
    hits += [[s.finding in FLAGGED for s in statements]]
    for one in hits:
        numerators, ones = [float(h) for h in one], [1.0] * len(one)
        low, high = interval(numerators, ones)
        cells.append(f"{estimate(numerators, ones):.2f} [{low:.2f}, {high:.2f}]")
    return "| " + " | ".join(cells) + " |"


def main(home: str, corpus: str = "", claims_file: str = "") -> None:
    library = Library.open(home)
    if not len(library):
        library.sync(read_papers(Path(corpus)))
    claims = next(iter(read_claims(claims_file).values())) if claims_file else index_claims(library, OWN)
    print("| claims | supported | doubtful | not in the library | any of the last two |\n|---|---|---|---|---|")
    for label in ("supported", "refuted", "nei"):
        if some := [c for c in claims if c.label == label]:
            print(row(label, found(library, some)), flush=True)
    supported = {c.id: s for c in claims if c.label == "supported" for s in found(library, [c])}
    for kind in KINDS:
        pairs = mutants(claims, kind)
        print(row(f"{kind}: originals", [supported[c.id] for c, _ in pairs]))
        print(row(f"{kind}: mutants", found(library, [m for _, m in pairs])), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

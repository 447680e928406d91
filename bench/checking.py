"""What `check` finds of claims whose truth is known: SciFact's as a text, and supported ones spoilt in one word.

    python -m bench.checking HOME CORPUS.jsonl CLAIMS.jsonl
    python -m bench.checking HOME
    python -m bench.checking HOME CORPUS.jsonl CLAIMS.jsonl --llm gguf:PATH --sample 20

The corpus is indexed into HOME unless it holds papers. No evidence is given: `check` has to find it. Without claims
sentences of 200 of the library's own papers are taken: as they stand, and spoilt. With `--llm` that model decides on
what is doubtful, where it is fit to; its rows stand below those of coverage alone. `--sample` takes so many of each.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from eval.claims import LabelledClaim, index_claims, read_claims
from eval.perturb import KINDS, mutants
from eval.stats import SEED, estimate, interval
from rag.library import Library
from rag.models import providers
from rag.readers import read_papers
from rag.verification.deciding import Decider, load_decider
from rag.verification.drafts import Draft, Statement
from rag.verification.report import CheckedStatement
from rag.verification.text_check import check_draft

OWN = 200  # sentences of the library itself
PATIENCE = 1800.0  # seconds for a reply: a figure is wanted, however busy the machine is
FLAGGED = ("doubtful", "contradicted", "not_found")


_T = TypeVar("_T")


def found(library: Library, claims: Sequence[LabelledClaim], decider: Decider | None = None) -> list[CheckedStatement]:
    """What is found of each claim, without its evidence."""
    draft = Draft(tuple((Statement(c.claim),) for c in claims))
    return check_draft(draft, library, decider).statements


def row(name: str, statements: Sequence[CheckedStatement]) -> str:
    """Shares by finding, and of those with each kind of difference, with 95% intervals."""
    cells = [f"{name} ({len(statements)})"]
    hits = [[s.finding == f for s in statements] for f in ("supported", "doubtful", "contradicted", "not_found")]
    hits += [[s.finding in FLAGGED for s in statements]]
    for one in hits:
        numerators, ones = [float(h) for h in one], [1.0] * len(one)
        low, high = interval(numerators, ones)
        cells.append(f"{estimate(numerators, ones):.2f} [{low:.2f}, {high:.2f}]")
    return "| " + " | ".join(cells) + " |"


def show(name: str, library: Library, claims: Sequence[LabelledClaim], decider: Decider | None) -> None:
    """A row by coverage, and one by who decides: with the flags that this adds and takes away."""
    alone = found(library, claims)
    print(row(name, alone), flush=True)
    if decider:
        judged = found(library, claims, decider)
        asked = sum(bool(s.level) for s in judged)
        pairs = [(a.finding in FLAGGED, b.finding in FLAGGED) for a, b in zip(alone, judged, strict=True)]
        changed = f"asked about {asked}, {pairs.count((False, True))} more flagged, {pairs.count((True, False))} fewer"
        print(row(f"{name}, judged: {changed}", judged), flush=True)


def drawn(items: Sequence[_T], n: int | None) -> list[_T]:
    """So many of them by lot, the same at every run; all where no number is given."""
    return list(items) if n is None or n >= len(items) else random.Random(SEED).sample(list(items), n)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("home")
    arguments.add_argument("corpus", nargs="?", default="")
    arguments.add_argument("claims", nargs="?", default="")
    arguments.add_argument("--llm", help="a model that decides on what is doubtful")
    arguments.add_argument("--sample", type=int, help="so many claims of each kind")
    given = arguments.parse_args()
    library = Library.open(given.home)
    if not len(library):
        library.sync(read_papers(Path(given.corpus)))
    providers.TIMEOUT = PATIENCE
    decider = load_decider("auto", library, providers.load_llm(given.llm)) if given.llm else None
    if given.llm:
        print(decider.tells if decider else "this model is not fit to judge")
    claims = next(iter(read_claims(given.claims).values())) if given.claims else index_claims(library, OWN)
    print("| claims | supported | doubtful | contradicted | not in the library | any of the last three |")
    print("|---|---|---|---|---|---|")
    for label in ("supported", "refuted", "nei"):
        if some := [c for c in claims if c.label == label]:
            show(label, library, drawn(some, given.sample), decider)
    for kind in KINDS:
        pairs = drawn(mutants(claims, kind), given.sample)
        show(f"{kind}: originals", library, [c for c, _ in pairs], decider)
        show(f"{kind}: mutants", library, [m for _, m in pairs], decider)


if __name__ == "__main__":
    main()

"""Two people label sentences in the terminal; how far they agree, and the labels they share for `eval meta`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from eval.agreement import Array
from eval.claims import LabelledClaim, read_claims
from eval.report import save
from eval.stats import SEED, Interval, kappa, statistic_interval
from rag.clean import clean
from rag.errors import SourceError

KEYS = {"s": "supported", "r": "refuted", "n": "nei", "p": "partial"}
ASK = "[s]upported [r]efuted [n]ot enough information [p]artly supported, [b]ack, [q]uit: "


class Labels:
    """One person's labels of a file of claims, in an order drawn by lot; kept in FILE.who.jsonl as they are given."""

    def __init__(self, file: Path, who: str) -> None:
        """Raises SourceError for a name that cannot be part of a file's, and for a file without claims."""
        if not who.isidentifier():
            raise SourceError(f"{who!r} cannot be part of a file's name: use letters and digits")
        self.claims = [c for found in read_claims(file, labelled=False).values() for c in found if c.evidence]
        random.Random(SEED).shuffle(self.claims)
        self.path = file.with_name(f"{file.stem}.{who}.jsonl")
        self.given = {c.id: c.label for c in _read(self.path).values()}

    @property
    def next(self) -> LabelledClaim | None:
        """The claim to be labelled now; None when all are."""
        return next((claim for claim in self.claims if claim.id not in self.given), None)

    def press(self, key: str) -> bool:
        """Gives the label of a key to the next claim, or takes the last one back for "b"; False for another key."""
        claim = self.next
        if key == "b" and self.given:
            del self.given[list(self.given)[-1]]
        elif key in KEYS and claim is not None:
            self.given[claim.id] = KEYS[key]
        else:
            return False
        _write(self.path, self.claims, self.given)
        return True


def label(file: Path, who: str, ask: Callable[[str], str] = input, say: Callable[[str], object] = print) -> Path:
    """Shows each claim of the file beside its evidence, in an order drawn by lot, and asks for a label.

    Labels are written to FILE.who.jsonl as they are given, so one can stop and go on; gives that path.
    """
    labels = Labels(file, who)
    while (claim := labels.next) is not None:
        say(f"\n{len(labels.given) + 1} of {len(labels.claims)}")
        if claim.question:
            say(f"  QUESTION: {clean(claim.question)}\n")
        for number, sentence in enumerate(claim.evidence, 1):
            say(f"  {number}. {clean(sentence)}")
        say(f"\n  CLAIM: {clean(claim.claim)}\n")
        try:
            key = ask(ASK).strip().lower()[:1]
        except EOFError:
            key = "q"
        if key == "q":
            break
        labels.press(key)
    if not labels.path.exists():
        _write(labels.path, labels.claims, labels.given)
    return labels.path


def agreement(file: Path) -> list[str]:
    """Cohen's kappa of each two people who labelled the file, and FILE.agreed.jsonl with what all of them agree on."""
    people = {
        path.name.removeprefix(file.stem + ".").removesuffix(".jsonl"): path
        for path in sorted(file.parent.glob(f"{file.stem}.*.jsonl"))
        if path.name != f"{file.stem}.agreed.jsonl"
    }
    labels = {who: _read(path) for who, path in people.items()}
    told = []
    names = list(labels)
    for i, one in enumerate(names):
        for two in names[i + 1 :]:
            shared = [key for key in labels[one] if key in labels[two]]
            first, second = ([labels[who][key].label for key in shared] for who in (one, two))
            value, (low, high) = kappa(first, second), _kappa_interval(first, second)
            spread = "" if low is None else f" [{low:.2f}, {high:.2f}]"
            shown = "undefined" if value is None else f"{value:.2f}"
            told.append(f"{one} and {two}: kappa {shown}{spread}, {len(shared)} claims of both")
    if len(names) > 1:
        common = [c for c in labels[names[0]].values() if all(c.id in labels[who] for who in names)]
        agreed = {c.id: c.label for c in common if all(labels[who][c.id].label == c.label for who in names)}
        _write(file.with_name(f"{file.stem}.agreed.jsonl"), common, agreed)
        told.append(f"{len(agreed)} of {len(common)} labelled alike: {file.stem}.agreed.jsonl, for eval meta --claims")
    return told


def _read(path: Path) -> dict[str, LabelledClaim]:
    """The labelled claims of a file by their ids; none where it is empty or not there, as before the first label."""
    if not path.exists() or not path.stat().st_size:
        return {}
    return {c.id: c for found in read_claims(path).values() for c in found}


def _kappa_interval(first: list[str], second: list[str]) -> Interval:
    def statistic(a: Array, b: Array) -> float | None:
        return kappa(a.tolist(), b.tolist())

    return statistic_interval(statistic, np.array(first), np.array(second)) if first else (None, None)


def _write(path: Path, claims: list[LabelledClaim], given: dict[str, str]) -> None:
    by_id = {claim.id: claim for claim in claims}
    rows = [
        {
            "id": c.id,
            "group": c.group,
            "question": c.question,
            "claim": c.claim,
            "title": "",
            "sentences": list(c.evidence),
            "label": said,
        }
        for c, said in ((by_id[key], said) for key, said in given.items() if key in by_id)
    ]
    save(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

"""Two people at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.annotate import agreement, label
from eval.claims import read_claims
from rag.errors import SourceError


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.jsonl"
    rows = [{"id": str(n), "group": "g", "claim": f"Claim {n}.", "sentences": [f"Sentence {n}."]} for n in range(4)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def person(answers: str) -> Callable[[str], str]:
    """Types those keys, then hangs up."""
    keys = iter(answers)

    def ask(prompt: str) -> str:
        try:
            return next(keys)
        except StopIteration:
            raise EOFError from None

    return ask


def labels(path: Path) -> list[str]:
    return [c.label for found in read_claims(path).values() for c in found]


def test_labels_are_kept_as_they_are_given_and_gone_on_with(claims: Path) -> None:
    shown: list[str] = []
    path = label(claims, "ann", person("s?x"), shown.append)
    assert path.name == "claims.ann.jsonl"
    assert labels(path) == ["supported"]
    assert any(line.startswith("  1. Sentence") for line in shown)
    label(claims, "ann", person("npr"), shown.append)
    assert labels(path) == ["supported", "nei", "partial", "refuted"]
    label(claims, "ann", person("ssss"), shown.append)
    assert labels(path) == ["supported", "nei", "partial", "refuted"]


def test_back_takes_the_last_label_away(claims: Path) -> None:
    path = label(claims, "ann", person("snbpq"), lambda line: None)
    assert labels(path) == ["supported", "partial"]


def test_going_back_to_the_very_first_is_no_end(claims: Path) -> None:
    path = label(claims, "ann", person("sbq"), lambda line: None)
    assert path.read_text() == ""
    assert labels(label(claims, "ann", person("nq"), lambda line: None)) == ["nei"]
    label(claims, "bob", person("sbq"), lambda line: None)
    assert "0 claims of both" in agreement(claims)[0]


def test_agreement(claims: Path) -> None:
    assert agreement(claims) == []
    label(claims, "ann", person("ssnn"), lambda line: None)
    assert agreement(claims) == []
    label(claims, "bob", person("ssns"), lambda line: None)
    kappa, agreed = agreement(claims)
    # observed 3/4; by chance 1/2 * 3/4 + 1/2 * 1/4 = 1/2
    assert kappa.startswith("ann and bob: kappa 0.50")
    assert kappa.endswith("4 claims of both")
    assert agreed.startswith("3 of 4 labelled alike: claims.agreed.jsonl")
    assert labels(claims.with_name("claims.agreed.jsonl")) == ["supported", "supported", "nei"]
    assert agreement(claims)[0] == kappa  # what is agreed on is not a third person


def test_nothing_in_common(claims: Path) -> None:
    label(claims, "ann", person("s"), lambda line: None)
    label(claims, "bob", person("s"), lambda line: None)
    assert agreement(claims)[0] == "ann and bob: kappa undefined, 1 claims of both"


def test_a_name_must_fit_into_a_files_name(claims: Path) -> None:
    with pytest.raises(SourceError, match="letters and digits"):
        label(claims, "../ann")

"""Damage drawn by lot to whatever is read; bench/fuzz.py does so to the first of these for as long as one likes."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.answers import read_answers
from eval.cases import read_cases
from eval.claims import read_claims
from rag.errors import SourceError
from rag.readers.detect import recognise
from rag.readers.formats import READERS
from tests.hostile import holding
from tests.hostile.samples import REPLY, SAMPLES, SUFFIXES

FUZZ = settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What formats are made of, and what no format expects.
ODD = ['"', "{", "}", "[", "]", ",", "\n", "\r", "\\", "$", "<", ">", "&", "@a{", "\0", "\x1b[2J", "\u202e", "\ud800",
       "\ufdd0", "é", "𝔘", "0" * 500, "[" * 500, "NaN", "1e999", "<!ENTITY x SYSTEM 'file:///etc/passwd'>"]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with some pieces cut out, doubled, or replaced by something odd."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        put = draw(st.sampled_from(["", text[start:end] * 2, *ODD]))
        text = text[:start] + put + text[end:]
    return text


@pytest.mark.parametrize(("name", "suffix"), zip(SAMPLES, SUFFIXES, strict=True), ids=list(SAMPLES))
def test_damaged_files(tmp_path: Path, name: str, suffix: str) -> None:
    assert set(SAMPLES) == set(READERS)
    assert recognise(f"a{suffix}", SAMPLES[name]) == name
    assert len(holding.of_file(tmp_path / f"whole{suffix}", SAMPLES[name].encode())) == 2

    @FUZZ
    @given(text=damaged(SAMPLES[name]), packed=st.booleans())
    def any_damage(text: str, packed: bool) -> None:
        file = tmp_path / f"fuzz{suffix}{'.gz' if packed else ''}"
        holding.of_file(file, text.encode("utf-8", "surrogatepass"), packed)

    any_damage()


@FUZZ
@given(text=damaged(REPLY) | st.text(max_size=200), size=st.integers(1, 50))
def test_damaged_replies(text: str, size: int) -> None:
    holding.of_reply(text, size)


@FUZZ
@given(text=st.text(max_size=200) | damaged(REPLY))
def test_any_text(text: str) -> None:
    holding.of_text(text)


@FUZZ
@given(text=damaged(r"A \input{/etc/passwd} $\alpha \in \mathbb{R}$ caf\'e {B} \& `x` <b> [x](y) 1. # *") | st.text())
def test_any_export(text: str) -> None:
    holding.of_export(text)


CITED = {"number": 1, "title": "T", "sentences": ["It is so."], "indices": [1], "paper_id": "x"}
CLAIM = {"text": "It is so.", "citations": [1], "evidence": ["1.1"], "quoted": True}
ROWS: dict[Any, list[dict[str, Any]]] = {
    read_answers: [
        {"id": "a", "question": "Q?", "outcome": "answered", "claims": [CLAIM], "citations": [CITED],
         "retrieved": ["T"], "confidence": 0.5, "timings": {"total": 1.0}, "usage": {"judge_calls": 1}},
        {"id": "a", "input": "Q?", "output": "It is so [1].", "ctxs": [{"title": "T", "text": "It is so."}]},
    ],
    read_cases: [
        {"id": "a", "type": "factoid", "question": "Q?", "answerable": True, "gold_titles": ["T"],
         "key_facts": ["a||b"], "gold_evidence": [{"title": "T", "sentence": "It is so."}],
         "tags": ["x"], "split": "dev"},
    ],
    read_claims: [{"id": "a", "group": "g", "claim": "It is.", "title": "T", "sentences": ["It is so."],
                   "label": "supported"}],
}  # fmt: skip
STRANGE: list[Any] = [
    *(None, True, -1, 10**400, 1e308, "", " ", "\ud800", "1.1.1", [], [[]], [None], {}, {"": []}, "x" * 10_000),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, v in inside for p in ((*path, key), *places(v, (*path, key)))]


@pytest.mark.parametrize("read", list(ROWS), ids=lambda read: read.__name__)
def test_strange_values_in_what_is_evaluated(tmp_path: Path, read: Any) -> None:
    """Files of questions, answers and claims: read, or refused in lines that name the place."""
    file = tmp_path / "a.jsonl"
    for row in ROWS[read]:
        file.write_text(json.dumps(row))
        assert read(file)
        for path in places(row):
            for strange in STRANGE:
                spoilt = inner = copy.deepcopy(row)
                for key in path[:-1]:
                    inner = inner[key]
                inner[path[-1]] = strange
                file.write_text(json.dumps(spoilt))
                with suppress(SourceError):
                    read(file)
    for text in ("[" * 100_000, '{"a":' * 100_000, "1" * 10_000, "NaN", "\0", '"\\ud800"'):
        file.write_text(text)
        with pytest.raises(SourceError, match=r"a\.jsonl"):
            read(file)

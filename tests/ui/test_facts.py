from __future__ import annotations

import pytest

from ui.facts import data_sets, figures


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("It reaches 84.6% on the ImageNet-1k dataset.", ["ImageNet-1k"]),
        ("We use benchmarks such as MMLU, GSM8K and BBH.", ["MMLU", "GSM8K", "BBH"]),
        ("It finds phrases on SST-2 and AGNews datasets.", ["SST-2", "AGNews"]),
        ("Results on the CAMELYON-16 and TCGA Lung Cancer datasets.", ["CAMELYON-16", "TCGA Lung Cancer"]),
        ("It is best on the KILT benchmark.", ["KILT"]),
        ("We test it on diverse NLP datasets and in LLMs.", []),
        ("Various LVLMs and multimodal datasets were used.", []),
        ("It is faster than GPT-4 on a GPU.", []),
    ],
)
def test_data_sets_are_what_a_sentence_calls_so(sentence: str, named: list[str]) -> None:
    assert data_sets(sentence) == named


def test_figures() -> None:
    assert figures("From 1,000 tokens to 4M, 22.2x faster, 3 % worse, at 0.85 in 2024.") == [
        "4M",
        "22.2x",
        "3 %",
        "0.85",
    ]

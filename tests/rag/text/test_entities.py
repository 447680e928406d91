import pytest

from rag.text.entities import derivable, mentions, names_of


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RAG", "We compare RAG with others"),
        ("RAG", "Two RAGs, side by side"),
        ("HippoRAG", "hipporag's memory"),
        ("Uni-Perceiver", "Uni-Perceiver v2: a generalist"),
        ("Mini-LM", "MiniLM and Mini LM are the same"),
        ("GPT-5", "asked of GPT 5."),
        ("C++", "written in C++ by hand"),
        ("Transformers", "a transformer reads"),
        ("Ölçer", "die Messung mit ÖLÇER"),
    ],
)
def test_a_name_is_mentioned(name: str, text: str) -> None:
    assert mentions(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MoM", "at this moment"),
        ("RAG", "HippoRAG leverages storage"),
        ("GPT-5", "GPT-4 and GPT-50 and GPT-5.1"),
        ("AlphaFold 3", "AlphaFold-Multimer and AlphaFold 2"),
        ("", "anything"),
        ("--", "a -- b"),
    ],
)
def test_a_name_is_not_mentioned(name: str, text: str) -> None:
    assert not mentions(name, text)


def test_a_version_is_part_of_a_name() -> None:
    assert names_of("Is Phi-1.5 or GPT-3.5 in InternLM2.5-7B? Or GPT-4.") == [
        "Phi-1.5",
        "GPT-3.5",
        "InternLM2.5-7B",
        "GPT-4",
    ]


@pytest.mark.parametrize("number", ["0.06", "0.62", "21%", "1.21x"])
def test_a_number_worked_out_from_two_is_told(number: str) -> None:
    assert derivable(number, "Kappa improves from 0.28 to 0.34.")


@pytest.mark.parametrize("number", ["0.07", "22%", "6m", "3:1"])
def test_another_number_is_not(number: str) -> None:
    assert not derivable(number, "Kappa improves from 0.28 to 0.34.")

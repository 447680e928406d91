import pytest

from rag.text.entities import mentions


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

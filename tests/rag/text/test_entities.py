import pytest

from rag.text.entities import derivable, introduces, mentions, named_in, names_of, written_out


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


@pytest.mark.parametrize(
    ("name", "text"),
    [("il10", "IL-10 knockout mice"), ("ros2", "nodes of ROS 2"), ("GPT4", "asked of GPT-4"), ("p53", "p53")],
)
def test_a_hyphen_before_digits_makes_no_difference(name: str, text: str) -> None:
    assert mentions(name, text)
    assert mentions(text.split()[0] if "ROS" not in text else "ROS 2", text)


def test_a_number_after_an_article_is_no_name() -> None:
    assert not mentions("A100", "it took a 100 hours")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("CLIP-like", ["CLIP"]),
        ("VLM-to-VLA", ["VLM", "VLA"]),
        ("CRLF2-rearranged", ["CRLF2"]),
        ("GPT-4o-mini", []),
        ("GRPO", []),
    ],
)
def test_what_is_hung_on_a_name_is_no_part_of_it(name: str, parts: list[str]) -> None:
    assert named_in(name) == parts


def test_an_acronym_is_written_out_by_initials() -> None:
    assert written_out("CE", "although cross entropy is used")
    assert written_out("LTL", "goals in linear temporal logic")
    assert not written_out("CE", "contrastive learning of experts")
    assert not written_out("LoRA", "long range attention")


def test_a_thing_is_introduced_by_whoever_made_it() -> None:
    assert introduces("RepTok", "We introduce Representation Tokenizer (RepTok), a framework.")
    assert introduces("SeerCar", "A planner called SeerCar is tested.")
    assert not introduces(
        "RAG", "We develop a dataset, MultiHop-RAG. It is a help in developing effective RAG systems."
    )

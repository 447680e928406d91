import time

import pytest

from rag.answering.judges import _PREPARING, Coverage, LogprobJudge, load_judge
from rag.errors import LLMError, SettingsError
from rag.library import Library
from rag.models.providers import load_llm
from rag.text.entities import numbers_missing, warnings_for
from tests.llm_server import Script, serving

EVIDENCE = ["HippoRAG is a retrieval framework inspired by hippocampal theory.", "It wins on multi-hop questions."]


def coverage(library: Library) -> Coverage:
    return Coverage(library.embedder, library.index.frequency, len(library))


def test_coverage_is_1_for_a_copy_and_low_for_something_else(library: Library) -> None:
    judge = coverage(library)
    copy = judge.score(EVIDENCE, EVIDENCE[1])
    assert (round(copy.score, 4), copy.verdict, copy.best, copy.level) == (1.0, "supported", 1, 0)
    other = judge.score(EVIDENCE, "Sourdough pizza needs flour.")
    assert other.verdict == "unsupported"
    assert 0 <= other.score < 0.5


def test_coverage_adds_up_over_sentences(library: Library) -> None:
    whole, each = coverage(library).measure(EVIDENCE, "HippoRAG wins on multi-hop questions.")
    assert whole > max(each)


@pytest.mark.parametrize(
    ("sentence", "evidence", "missing"),
    [
        ("It is 5% better.", "less than 5\\% of heads", []),
        ("It is 5 percent better.", "5 % of heads", []),
        ("It uses 10,000 pages.", "with 10k pages", []),
        ("It has 12 subjects.", "twelve subjects", []),
        ("It is 2.18x faster.", "up to 2.18 times", []),
        ("It is 3x faster.", "2x faster", ["3x"]),
        ("It was made by two groups.", "nobody", []),
        ("It costs 40%.", "40 papers", ["40%"]),
    ],
)
def test_numbers(sentence: str, evidence: str, missing: list[str]) -> None:
    assert numbers_missing(sentence, [evidence]) == missing


def test_names_that_are_not_there_are_warned_of() -> None:
    assert warnings_for("BERT4Rec beats ALBERT.", ["bert4rec wins"]) == ("not in the evidence: ALBERT",)


def test_logprobs_of_yes_and_no_are_a_probability(library: Library) -> None:
    with serving(Script("Yes", logprobs={"Yes": -0.2, " no": -2.0, "Maybe": -3.0})) as server:
        judge = load_judge(server.url, library)
        assert isinstance(judge, LogprobJudge)
        found = judge.score(EVIDENCE, "HippoRAG is inspired by theory.")
    assert (found.level, found.verdict) == (1, "supported")
    assert found.score == pytest.approx(0.858, abs=0.001)
    asked = server.requests[-1]
    assert (asked["logprobs"], asked["max_tokens"]) == (True, 1)
    assert "Claim: HippoRAG is inspired by theory." in asked["messages"][1]["content"]


def test_a_server_without_logprobs_is_read_by_its_word(library: Library) -> None:
    with serving(Script("No, they do not.")) as server:
        judge = load_judge(server.url, library)
        found = judge.score(EVIDENCE, "HippoRAG is a fish.")
        assert (judge.level, found.score, found.verdict) == (3, 0.0, "unsupported")
        server.pieces = ("Perhaps",)
        with pytest.raises(LLMError, match="neither Yes nor No"):
            judge.score(EVIDENCE, "HippoRAG is a fish.")


def test_judges_that_cannot_be_had(library: Library) -> None:
    assert load_judge("coverage", library).level == 0
    with pytest.raises(SettingsError, match="needs a language model"):
        load_judge("llm", library, None)
    with pytest.raises(SettingsError, match="cannot load the judge"):
        load_judge("nli:/nowhere/at-all", library)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("openai:gpt-x", "export OPENAI_API_KEY"),
        ("anthropic:claude-x", "export ANTHROPIC_API_KEY"),
        ("gguf:/nowhere.gguf", "no such file"),
        ("openai:", "is not one of"),
        ("http://127.0.0.1:1/v1", "add the model's name"),
    ],
)
def test_llm_settings_say_what_is_missing(spec: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match=said):
        load_llm(spec)


def address_of(spec: str) -> str:
    model = load_llm(spec)
    assert model
    return model.address


def test_addresses_come_from_the_usual_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    assert address_of("openai:m") == "http://localhost:1/v1"
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.setenv("OPENAI_API_BASE", "http://localhost:2/v1")
    assert address_of("openai:m") == "http://localhost:2/v1"
    monkeypatch.setenv("OLLAMA_HOST", "localhost:3")
    assert address_of("ollama:m") == "http://localhost:3"


def test_what_was_measured_is_not_embedded_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = coverage(library)
    texts = [*EVIDENCE, "It wins on multi-hop questions."]
    first = judge.measure(texts, "HippoRAG wins on multi-hop questions.")

    def refuse(texts: list[str]) -> None:
        raise AssertionError(texts)

    monkeypatch.setattr(library.embedder, "encode", refuse)
    assert judge.measure(texts, "HippoRAG wins on multi-hop questions.") == first
    assert judge.measure(texts[:2], "HippoRAG wins on multi-hop questions.")[1] == first[1][:2]


def test_evidence_is_embedded_meanwhile_for_one_answer_at_a_time(library: Library) -> None:
    judge = coverage(library)
    with _PREPARING, judge.prepared(["Not meanwhile."]):  # another answer's is being embedded
        pass
    with judge.prepared(EVIDENCE):
        for _ in range(500):
            if all(text in judge._known._kept for text in EVIDENCE):
                break
            time.sleep(0.01)
    assert all(text in judge._known._kept for text in EVIDENCE)
    assert "Not meanwhile." not in judge._known._kept

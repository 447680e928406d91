import random
from dataclasses import replace

import pytest

from rag.answering.answerability import decide, features
from rag.answering.calibration import FEATURES, FILE, TRAINED, UNTRAINED, calibration_of, describe, made_for, save
from rag.answering.own_calibration import FAR, Trial, calibrate, drawn, wilson, without_sentence
from rag.errors import LibraryError
from rag.library import Library
from rag.types import Paper

TOPICS = ["attention", "retrieval", "memory", "vision", "speech", "proteins", "graphs", "robots", "privacy", "finance"]
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda sigma omega rho tau phi chi psi".split()


@pytest.fixture
def many(library: Library) -> Library:
    """Sixty papers of three sentences, each with words of its own."""
    chance = random.Random(0)

    def sentence(topic: str, number: int) -> str:
        return f"Our {topic} study reports " + " ".join(f"{w}{number}" for w in chance.sample(WORDS, 8)) + "."

    library.sync(
        Paper(f"m{n}", f"Paper {n} on {topic}", " ".join(sentence(topic, 10 * n + s) for s in range(3)))
        for n, topic in enumerate(TOPICS * 6)
    )
    return library


def test_a_calibration_tells_three_bands() -> None:
    assert TRAINED.band(0.9, 0.1) == "nothing"
    assert TRAINED.band(0.9, 0.6) == "answers"
    assert TRAINED.band(0.01, 0.6) == "related"
    assert len(TRAINED.weights) == len(UNTRAINED.weights) == len(FEATURES)


def test_a_decision_carries_its_band(library: Library) -> None:
    found = library.retrieve("Which theory is the HippoRAG retrieval framework inspired by?", 6)
    assert decide(found).band == "answers"
    strict = replace(UNTRAINED, min_probability=1.0)
    refused = decide(found, calibration=strict)
    assert (refused.outcome, refused.band) == ("not_stated", "related")
    followed = decide(found, known_topic=True, calibration=strict)
    assert (followed.outcome, followed.band) == ("answered", "related")
    far = decide(library.retrieve("recipe for sourdough pizza base", 6))
    assert (far.outcome, far.band) == ("nothing_relevant", "nothing")


def test_features_tell_a_name_that_no_abstract_has(library: Library) -> None:
    named = FEATURES.index("named, but in no abstract")
    assert features(library.retrieve("What does FlashAttention cache?", 6))[named] == 1.0
    assert features(library.retrieve("Is Llama faster with it?", 6))[named] == 0.0


def test_questions_are_drawn_from_a_sentence() -> None:
    sentence = "Decoding is 2.18 times faster with retrieval heads and streaming caches."
    question = drawn(sentence, random.Random(1))
    assert all(word in sentence for word in question.split())
    assert 3 <= len(question.split()) < len(sentence.split())
    assert drawn(sentence, random.Random(1)) == question


def test_a_sentence_taken_out_is_matched_no_more(many: Library) -> None:
    record = many.index.forward_index.records(["m7"])[0]
    sentence = record.sentences[1]
    found = many.retrieve(sentence.text, 6)
    cut = without_sentence(found, "m7", sentence)
    assert cut.matches[0].maxsim.score < found.matches[0].maxsim.score - 0.1
    assert [m.maxsim.score for m in cut.matches[1:]] == [m.maxsim.score for m in found.matches[1:]]
    assert len(cut.matches[0].maxsim.sentences) == len(found.matches[0].maxsim.sentences)


def test_a_collection_makes_its_own_calibration(many: Library) -> None:
    trial = calibrate(many, questions=50)
    assert trial == calibrate(many, questions=50)
    assert trial.answerable[0] / trial.answerable[1] <= 0.1
    assert trial.near[0] / trial.near[1] >= 0.8
    assert trial.far[1] > 0.9 * len(FAR)
    assert describe(many).startswith("none for this embedding model")
    save(trial.calibration, many.home)
    assert calibration_of(many) == trial.calibration
    assert describe(many) == "made from this collection"


def test_a_calibration_for_other_models_is_passed_over(many: Library) -> None:
    save(replace(UNTRAINED, origin="own", min_probability=0.9, made_for="other@1+untrained"), many.home)
    assert calibration_of(many) == UNTRAINED
    save(replace(UNTRAINED, origin="own", min_probability=0.9, made_for=made_for(many)), many.home)
    assert calibration_of(many).min_probability == 0.9


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"features": [], "weights": []}'])
def test_a_damaged_calibration_is_told_in_a_line(library: Library, text: str) -> None:
    (library.home / FILE).write_text(text)
    with pytest.raises(LibraryError, match="askpapers calibrate"):
        calibration_of(library)


def test_a_small_collection_cannot_be_calibrated(library: Library) -> None:
    with pytest.raises(LibraryError, match="too small"):
        calibrate(library)


def test_intervals_of_shares() -> None:
    low, high = wilson(9, 10)
    assert 0.5 < low < 0.9 < high < 1
    assert Trial(TRAINED, (1, 2), (3, 4), (5, 6)).near == (3, 4)

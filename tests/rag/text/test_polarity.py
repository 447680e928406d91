import pytest

from rag.text.polarity import may_be_turned_round, turned_round

EVIDENCE = "In contrast, the pruned model is not trained again; it improves accuracy from 49.6% to 93.7% over GPT-4."


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("Accuracy improves from 93.7% to 49.6%.", EVIDENCE),
        ("Accuracy worsens to 93.7%.", EVIDENCE),
        ("It does not improve accuracy.", EVIDENCE),
        ("The pruned model is trained again.", EVIDENCE),
        (
            "Heads are not treated as experts.",
            "As not all heads hold equal significance, heads are treated as experts.",
        ),
        ("The best case costs twice the best method.", "The worst case costs twice the best method."),
        ("Its focus is less strong.", "It has a stronger focus."),
    ],
)
def test_a_sentence_turned_round_is_looked_at(sentence: str, evidence: str) -> None:
    assert may_be_turned_round(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("The pruned model, which is not trained again, improves accuracy from 49.6% to 93.7%.", EVIDENCE),
        ("Accuracy rises to 90% with BLEU-4.", "With BLEU-4 in mind, it rises to 90%."),
        ("It is merged without additional tuning.", "They are merged without the need for additional tuning."),
        ("Perplexity falls.", "It shows drops and falls in perplexity, and increases nothing."),
        ("Both are fast.", "Both are fast."),
    ],
)
def test_a_sentence_in_other_words_is_not(sentence: str, evidence: str) -> None:
    assert not may_be_turned_round(sentence, evidence.replace(", and increases nothing", ""))


@pytest.mark.parametrize(
    ("sentence", "evidence", "turned"),
    [
        ("MossNet needs retraining.", "MossNet works without retraining.", True),
        ("Aspirin lowers the risk.", "Aspirin does not lower the risk.", True),
        ("Aspirin does not lower the risk.", "Aspirin lowers the risk.", True),
        ("It is faster.", "It is slower.", True),
        ("It improves accuracy.", "It not only improves accuracy but also speed.", False),
        ("It keeps accuracy.", "It cuts the cost without hurting accuracy.", False),
        ("Retraining helps.", "It works without retraining, but retraining helps.", False),
    ],
    ids=["affirmed", "affirmed, other form", "denied", "opposite", "not only", "another thing denied", "both said"],
)
def test_a_sentence_against_its_evidence_is_flagged(sentence: str, evidence: str, turned: bool) -> None:
    assert turned_round(sentence, evidence) is turned

import pytest

from rag.text.polarity import may_be_turned_round

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

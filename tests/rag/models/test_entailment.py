"""Classifiers of each family, in their real architecture and as small as can be, asked as their makers ask them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    T5ForTokenClassification,
)

from rag.answering.judges import load_judge
from rag.errors import SettingsError
from rag.library import Library
from rag.models.entailment import is_classifier, load_classifier, pieces

TEXT, CLAIM = "geese are fast . they cross rivers .", "geese cross rivers ."
OTHER = "ducks are slow ."
SMALL: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
T5: dict[str, Any] = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2, "vocab_size": 256}
T5 |= {"dropout_rate": 0.0, "initializer_factor": 5.0, "num_labels": 2, "decoder_start_token_id": 0}


def tokenizer() -> Any:
    spoken = f"{TEXT} {OTHER} Choose your answer : predict Premise Hypothesis OPTIONS Yes No Determine the true ?"
    words = dict.fromkeys(["<pad>", "</s>", "<unk>", *spoken.split(), *(f"w{n}" for n in range(220))])
    plain = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=plain,
        unk_token="<unk>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<pad>",
        model_max_length=512,
    )


def made(folder: Path, model: Any) -> str:
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(3)


def deberta(folder: Path, labels: int = 2) -> str:
    shape = DebertaV2Config(vocab_size=len(tokenizer()), initializer_range=0.5, **(SMALL | {"num_labels": labels}))
    return made(folder, DebertaV2ForSequenceClassification(shape))


def by_hand(folder: str, text: str) -> float:
    """The second label's probability for a whole input."""
    words, model = AutoTokenizer.from_pretrained(folder), AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        logits = model.eval()(**words(text, return_tensors="pt")).logits
    return float(logits.softmax(-1)[0, 1])


def test_factcg_is_asked_by_its_template(tmp_path: Path) -> None:
    folder = deberta(tmp_path)
    asked = (
        f'{TEXT}\n\nChoose your answer: based on the paragraph above can we conclude that "{CLAIM}"?'
        "\n\nOPTIONS:\n- Yes\n- No\nI think the answer is "
    )
    found = load_classifier(f"factcg:{folder}").scores([(TEXT, CLAIM), (OTHER, CLAIM)])
    assert found[0] == pytest.approx([by_hand(folder, asked), 0.0], abs=1e-5)
    assert found[0, 0] != pytest.approx(found[1, 0], abs=1e-4)


def test_an_encoder_of_minicheck_reads_text_and_sentence_with_the_end_of_text_between(tmp_path: Path) -> None:
    folder = deberta(tmp_path)
    found = load_classifier(f"minicheck:{folder}").scores([(TEXT, CLAIM)] * 20)
    assert found.shape == (20, 2)
    assert np.allclose(found, [by_hand(folder, f"{TEXT}</s>{CLAIM}"), 0.0], atol=1e-5)


def test_flan_t5_of_minicheck_is_read_by_the_first_token_of_its_reply(tmp_path: Path) -> None:
    shape = T5Config(**T5)
    folder = made(tmp_path, T5ForConditionalGeneration(shape))
    words, model = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)
    tokens = words(f"predict: {TEXT}</s>{CLAIM}", return_tensors="pt")
    with torch.no_grad():
        said = model.eval()(
            input_ids=tokens["input_ids"],
            attention_mask=tokens["attention_mask"],
            decoder_input_ids=torch.zeros(1, 1).long(),
        )
    expected = float(said.logits[0, 0, [3, 209]].softmax(-1)[1])
    classifier = load_classifier(f"minicheck:{folder}")
    assert classifier.scores([(TEXT, CLAIM)])[0, 0] == pytest.approx(expected, abs=1e-5)
    assert classifier.words == 500


def test_hhem_is_read_without_running_code_of_its_folder(tmp_path: Path) -> None:
    foundation, folder = tmp_path / "t5", tmp_path / "hhem"
    shape = T5Config(**T5)
    model: Any = T5ForTokenClassification(shape)
    model.eval()
    made(foundation, T5ForConditionalGeneration(shape))
    folder.mkdir()
    weights = {f"t5.{k}": v.clone() for k, v in model.state_dict().items() if "embed_tokens" not in k}
    from safetensors.torch import save_file

    save_file(weights, folder / "model.safetensors")
    code = '{"model_type": "HHEMv2", "auto_map": {"AutoConfig": "evil.Config"}, "foundation": "FOUNDATION"}'
    (folder / "config.json").write_text(code.replace("FOUNDATION", str(foundation)))
    (folder / "evil.py").write_text("raise SystemExit('code of the folder was run')")
    asked = f"<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {TEXT}\n\nHypothesis: {CLAIM}"
    with torch.no_grad():
        logits = model(**tokenizer()(asked, return_tensors="pt", return_token_type_ids=False)).logits[0, 0]
    found = load_classifier(f"hhem:{folder}").scores([(TEXT, CLAIM)])
    assert found[0, 0] == pytest.approx(float(logits.softmax(-1)[1]), abs=1e-5)


def test_a_cross_encoder_tells_contradictions_too(tmp_path: Path, library: Library) -> None:
    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    shape = BertConfig(vocab_size=len(tokenizer()), id2label=labels, **SMALL)
    model = BertForSequenceClassification(shape)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([4.0, 0.0, 0.0]))
    folder = made(tmp_path, model)
    judge = load_judge(f"nli:{folder}", library)
    assert (judge.level, judge.name, judge.contradictions) == (2, f"nli {folder}", True)  # type: ignore[attr-defined]
    found = judge.score([TEXT, OTHER], CLAIM)
    assert found.verdict == "contradicted"
    assert found.score == pytest.approx(1 / (np.exp(4.0) + 2), abs=1e-4)


def test_a_fact_checker_reads_all_the_evidence_and_the_best_piece_counts(tmp_path: Path, library: Library) -> None:
    folder = deberta(tmp_path)
    judge = load_judge(f"factcg:{folder}", library)
    classifier = load_classifier(f"factcg:{folder}")
    evidence = [TEXT, " ".join(f"w{n}" for n in range(219)), " ".join(f"w{n}" for n in range(219))]
    texts = pieces(evidence, classifier.words)
    assert len(texts) == 2
    best = classifier.scores([(text, CLAIM) for text in texts])[:, 0].max()
    assert judge.score(evidence, CLAIM).score == pytest.approx(best, abs=1e-6)


def test_what_cannot_be_had_is_said_in_a_line(tmp_path: Path) -> None:
    three = deberta(tmp_path / "three", labels=3)
    for spec, told in (
        ("nli", "add a model's name"),
        (f"minicheck:{tmp_path / 'nothing'}", "cannot load the judge"),
        (f"factcg:{three}", "has 3 labels, not two"),
        (f"nli:{three}", "no label 'entailment'"),
    ):
        assert is_classifier(spec)
        with pytest.raises(SettingsError, match=told) as caught:
            load_classifier(spec)
        assert "\n" not in str(caught.value)
    assert not is_classifier("coverage")
    assert not is_classifier("http://127.0.0.1:1/v1#factcg")

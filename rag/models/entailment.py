"""Classifiers that tell how far a text supports a sentence, each asked as its makers ask it and read as they read it.

`nli:NAME` is any sentence-transformers CrossEncoder with a label "entailment". Fact checkers read a document whole:
`factcg` (Lei et al. 2025) and `minicheck` (Tang et al. 2024; its RoBERTa, DeBERTa and Flan-T5 models), whose second
label is support, and `hhem` (Vectara's HHEM-2.1-Open). A family's name alone is the model that its makers publish.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import SettingsError

Pairs = Sequence[tuple[str, str]]  # (text, sentence)

MAX_TOKENS = 2048  # as MiniCheck and FactCG read with relative positions
_BATCH = 16
_FACTCG = (
    '{}\n\nChoose your answer: based on the paragraph above can we conclude that "{}"?\n\n'
    "OPTIONS:\n- Yes\n- No\nI think the answer is "
)
_HHEM = "<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {text1}\n\nHypothesis: {text2}"
_NO, _YES = 3, 209  # first tokens of the reply of MiniCheck's Flan-T5, in T5's vocabulary
_FOUNDATION = "google/flan-t5-base"  # of HHEM: its tokens and its shape


class Classifier(ABC):
    """Scores (text, sentence) pairs. `words` is how long a text may be, 0 for texts of a few sentences only."""

    words = 0
    contradictions = False  # whether it tells a contradiction from what is not said

    @abstractmethod
    def scores(self, pairs: Pairs) -> NDArray[np.float64]:
        """(n, 2): the probability that the text supports the sentence, and that it contradicts it (0 if not told)."""


class _CrossEncoder(Classifier):
    """Trained on natural language inference."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import CrossEncoder

        self._model = CrossEncoder(name)
        labels = {str(label).lower(): int(i) for i, label in self._model.model.config.id2label.items()}
        if "entailment" not in labels:
            raise SettingsError(f"{name!r} has no label 'entailment': it was not trained on NLI (ASKPAPERS_JUDGE)")
        self._entailment, self._contradiction = labels["entailment"], labels.get("contradiction")
        self.contradictions = self._contradiction is not None

    def scores(self, pairs: Pairs) -> NDArray[np.float64]:
        shares = _softmax(np.asarray(self._model.predict(list(pairs)), np.float64))
        against = shares[:, self._contradiction] if self._contradiction is not None else np.zeros(len(shares))
        return np.stack([shares[:, self._entailment], against], axis=1)


class _FactChecker(Classifier):
    """Reads a text with the sentence in it, and answers with two logits: not supported, supported."""

    words = 350  # with the sentence and a template fewer than the 512 tokens that RoBERTa has places for

    def __init__(self, name: str, template: str) -> None:
        from transformers import AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._template = template.replace("</s>", self._tokenizer.eos_token or "")
        self._model: Any = self._load(name).eval()

    def _load(self, name: str) -> Any:
        from transformers import AutoModelForSequenceClassification

        model: Any = AutoModelForSequenceClassification.from_pretrained(name)
        if model.config.num_labels != 2:
            raise SettingsError(f"{name!r} has {model.config.num_labels} labels, not two (ASKPAPERS_JUDGE)")
        return model

    def _logits(self, tokens: Any) -> Any:
        return self._model(**tokens).logits

    def scores(self, pairs: Pairs) -> NDArray[np.float64]:
        import torch

        found = []
        for start in range(0, len(pairs), _BATCH):
            texts = [self._filled(text, sentence) for text, sentence in pairs[start : start + _BATCH]]
            tokens = self._tokenizer(
                texts, padding=True, truncation=True, max_length=self._max_tokens(), return_tensors="pt"
            )
            with torch.no_grad():
                found.append(self._logits(tokens).double().numpy())
        support = _softmax(np.concatenate(found))[:, 1]
        return np.stack([support, np.zeros(len(support))], axis=1)

    def _filled(self, text: str, sentence: str) -> str:
        return self._template.format(text, sentence)

    def _max_tokens(self) -> int:
        return int(min(self._tokenizer.model_max_length, MAX_TOKENS))


class _Replying(_FactChecker):
    """A T5 whose reply begins with one of two tokens."""

    words = 500

    def _load(self, name: str) -> Any:
        from transformers import AutoModelForSeq2SeqLM

        return AutoModelForSeq2SeqLM.from_pretrained(name)

    def _logits(self, tokens: Any) -> Any:
        import torch

        first = torch.full((len(tokens["input_ids"]), 1), self._model.config.decoder_start_token_id)
        said = self._model(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"], decoder_input_ids=first
        )
        return said.logits[:, 0, [_NO, _YES]]

    def _max_tokens(self) -> int:
        return MAX_TOKENS


class _Hhem(_FactChecker):
    """A T5 encoder with two labels a token, of which the first token's count.

    The published folder loads itself by code of its own; its weights are read here instead, and no such code is run.
    """

    words = 500

    def __init__(self, name: str) -> None:
        from transformers import PretrainedConfig

        told = PretrainedConfig.get_config_dict(name)[0]
        self._foundation, self._weights = told.get("foundation") or _FOUNDATION, name
        super().__init__(self._foundation, told.get("prompt") or _HHEM)

    def _load(self, name: str) -> Any:
        from safetensors.torch import load_file
        from transformers import AutoConfig, T5ForTokenClassification
        from transformers.utils.hub import cached_file

        model: Any = T5ForTokenClassification(AutoConfig.from_pretrained(name))
        stored = load_file(str(cached_file(self._weights, "model.safetensors")))
        weights = {key.removeprefix("t5."): value for key, value in stored.items()}
        shared = ("transformer.shared.weight", "transformer.encoder.embed_tokens.weight")  # one table, stored once
        weights |= {to: weights[by] for to, by in (shared, shared[::-1]) if to not in weights and by in weights}
        model.load_state_dict(weights)
        return model

    def _filled(self, text: str, sentence: str) -> str:
        return self._template.format(text1=text, text2=sentence)

    def _logits(self, tokens: Any) -> Any:
        return self._model(**tokens).logits[:, 0]

    def _max_tokens(self) -> int:
        return MAX_TOKENS


@dataclass(frozen=True)
class Family:
    """How models of one kind are loaded, and which is taken where none is named ("" for none)."""

    load: Callable[[str], Classifier]
    published: str


def _minicheck(name: str) -> Classifier:
    from transformers import AutoConfig

    if AutoConfig.from_pretrained(name).model_type == "t5":
        return _Replying(name, "predict: {}</s>{}")
    return _FactChecker(name, "{}</s>{}")


FAMILIES = {
    "nli": Family(_CrossEncoder, ""),
    "factcg": Family(lambda name: _FactChecker(name, _FACTCG), "yaxili96/FactCG-DeBERTa-v3-Large"),
    "minicheck": Family(_minicheck, "lytang/MiniCheck-Flan-T5-Large"),
    "hhem": Family(_Hhem, "vectara/hallucination_evaluation_model"),
}


def is_classifier(spec: str) -> bool:
    """Whether a judge's setting names a classifier: FAMILY, or FAMILY:NAME-or-FOLDER."""
    return spec.partition(":")[0] in FAMILIES


def load_classifier(spec: str) -> Classifier:
    """The classifier of such a setting. Raises SettingsError where it cannot be had."""
    family, _, name = spec.partition(":")
    name = name or FAMILIES[family].published
    if not name:
        raise SettingsError(f"ASKPAPERS_JUDGE={spec}: add a model's name or folder, as {family}:NAME")
    try:
        return FAMILIES[family].load(name)
    except SettingsError:
        raise
    except Exception as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise SettingsError(f"cannot load the judge {name!r} (ASKPAPERS_JUDGE): {told[0]}") from None


def pieces(sentences: Sequence[str], words: int) -> list[str]:
    """The sentences joined to texts of at most so many words each, or of one sentence that is longer."""
    texts: list[list[str]] = [[]]
    length = 0
    for sentence in sentences:
        more = len(sentence.split())
        if texts[-1] and length + more > words:
            texts.append([])
            length = 0
        texts[-1].append(sentence)
        length += more
    return [" ".join(text) for text in texts]


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return shares

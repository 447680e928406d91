"""A real transformers model, as small as can be and untrained, through the `[hf]` extra."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.assistant import Assistant
from rag.errors import SettingsError
from rag.library import Library
from rag.models.providers import load_llm

pytest.importorskip("llama_index.llms.huggingface", reason="pip install 'askpapers[hf]'")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    made: Path = tmp_path_factory.mktemp("hf") / "tiny"
    words = ["<unk>", "<s>", "</s>", *"HippoRAG is inspired by hippocampal indexing theory [1.2] .".split()]
    plain = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=plain, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    tokenizer.save_pretrained(made)
    shape = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    LlamaForCausalLM(shape).save_pretrained(made)
    return str(made)


def test_a_model_in_a_folder_streams_and_is_checked(folder: str, library: Library) -> None:
    llm = load_llm(f"hf:{folder}")
    assert llm is not None
    assert isinstance("".join(llm.stream("Be brief.", "Which theory?")), str)
    answer = Assistant(library, llm).ask("Which theory inspired HippoRAG, the retrieval framework?")
    assert answer.model == folder
    assert all(claim.citations and claim.verdict == "supported" for claim in answer.claims)


def test_a_model_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be loaded") as caught:
        load_llm(f"hf:{tmp_path / 'nothing'}")
    assert "\n" not in str(caught.value)

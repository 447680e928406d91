import numpy as np
import pytest

from rag.models.token_vectors import QueryTokens, TokenCodes, max_by_run, similarities


@pytest.mark.parametrize(("n", "dimension"), [(1, 384), (16, 384), (37, 384), (5, 60)])
def test_similarities_are_dot_products_with_signs(n: int, dimension: int) -> None:
    dice = np.random.default_rng(n)
    vectors = dice.normal(size=(n, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tokens = dice.normal(size=(200, dimension))
    query = QueryTokens(vectors, np.ones(n, np.float32), np.zeros((n, 2), np.int64), np.zeros(n, np.int64))
    signs = np.where(tokens > 0, 1.0, -1.0)
    expected = vectors @ signs.T * np.sqrt(np.pi / 2 / dimension)
    found = similarities(query, np.packbits(tokens > 0, axis=1))
    assert found.shape == (n, 200)
    assert np.abs(found - expected).max() < 2e-3
    assert np.abs(found - expected).mean() < 2e-4


def test_maxima_of_runs() -> None:
    values = np.array([[1, 5, 2, 7, 3], [4, 0, 9, 1, 1]], np.float32)
    groups, maxima = max_by_run(values, np.array([8, 8, 3, 3, 8]))
    assert groups.tolist() == [8, 3, 8]
    assert maxima.tolist() == [[5, 7, 3], [4, 9, 1]]


def test_codes_survive_bytes() -> None:
    codes = TokenCodes(
        np.array([7, 9], np.uint32), np.array([0, 65535], np.uint16), np.array([[1, 2], [3, 4]], np.uint8)
    )
    again = TokenCodes.from_bytes(codes.to_bytes(), 16)
    assert again.ids.tolist() == [7, 9]
    assert again.sentences.tolist() == [0, 65535]
    assert again.codes.tolist() == [[1, 2], [3, 4]]

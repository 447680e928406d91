"""The question side as PyTorch trains it; `export` turns it into what askpapers runs with numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rag.models.question_side import QuestionSide
from rag.retrieval.maxsim import TITLE_SHARE

RANK = 64
COLUMNS = 64  # of a paper's sentences, the last one the title's
SCALE = float(np.sqrt(np.pi / 2))  # of a dot product with signs, over the root of the dimension
SOFTNESS = 8.0  # of the soft minimum, as rag/answering/answerability.py has it
SHARE_KEPT = 0.5  # of what was learned for the likeness to whole sentences: half carries over better


class Batch(NamedTuple):
    """Questions (b, q, d) with IDF (b, q) and vectors (b, d), and the papers (b, p) that each is put to.

    `signs` (b, t, d) of all tokens of these, `columns` (b, t) where each belongs, `means` (b, p, s, d) of sentences;
    `there` (b, p, s) tells the sentences, `gold` those that answer. `papers` tells which are there, `right` which
    is the question's, `answerable` (b,) whether one answers, `importance` (b,) how much that counts.
    """

    tokens: Tensor
    idf: Tensor
    vectors: Tensor
    signs: Tensor
    columns: Tensor
    means: Tensor
    there: Tensor
    gold: Tensor
    papers: Tensor
    right: Tensor
    answerable: Tensor
    importance: Tensor


class Scores(NamedTuple):
    """Scores of a batch: b questions, p papers, s sentences each."""

    sentences: Tensor  # (b, p, s)
    papers: Tensor  # (b, p)
    odds: Tensor  # (b,) that one answers


class Side(nn.Module):
    """Token weights, needs and two low-rank maps; all start as no change."""

    def __init__(self, dimension: int, dropout: float) -> None:
        super().__init__()
        self.weight, self.need = nn.Linear(dimension, 1), nn.Linear(dimension, 1)
        for linear in (self.weight, self.need):
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.token_in = nn.Parameter(torch.randn(dimension, RANK) / dimension**0.5)
        self.token_out = nn.Parameter(torch.zeros(RANK, dimension))
        self.question_in = nn.Parameter(torch.randn(dimension, RANK) / dimension**0.5)
        self.question_out = nn.Parameter(torch.zeros(RANK, dimension))
        self.share = nn.Parameter(torch.tensor(0.3))
        self.temperatures = nn.Parameter(torch.full((2,), float(np.log(0.05))))  # of sentences, of papers
        self.head = nn.Parameter(torch.tensor([3.0, 3.0, 3.0, 1.0, -5.0]))
        self.dropout = nn.Dropout(dropout)

    def scalars(self) -> list[nn.Parameter]:
        return [self.share, self.temperatures, self.head]

    def forward(self, b: Batch) -> Scores:
        dropped, mask = self.dropout(b.tokens), (b.idf > 0).float()
        weights = _shares(self.weight(dropped), b.idf, mask)
        needs = _shares(self.need(dropped), b.idf, mask)
        moved = nn.functional.normalize(b.tokens + dropped @ self.token_in @ self.token_out, dim=-1)
        full, best = _matches(moved, b)
        meaning = b.vectors + self.dropout(b.vectors) @ self.question_in @ self.question_out
        alike = torch.einsum("bd,bpsd->bps", nn.functional.normalize(meaning, dim=-1), b.means)
        sentences = torch.einsum("bq,bqps->bps", weights, full) + self.share * alike
        sentences = sentences.masked_fill(~b.there, -1e4)
        papers = torch.einsum("bq,bqp->bp", weights, best).masked_fill(~b.papers, -1e4)
        return Scores(sentences, papers, self._odds(sentences, papers, needs, full, best))

    def _odds(self, sentences: Tensor, papers: Tensor, needs: Tensor, full: Tensor, best: Tensor) -> Tensor:
        top, paper = papers.max(1)
        score, sentence = sentences.flatten(1).max(1)
        row = torch.arange(len(top))
        covered, matched = best[row, :, paper], full.flatten(2)[row, :, sentence]
        figures = torch.stack([top, score, _weakest(needs, covered), _weakest(needs, matched)], 1)
        return figures @ self.head[:4] + self.head[4]


def _shares(asked: Tensor, idf: Tensor, mask: Tensor) -> Tensor:
    weights = idf * torch.sigmoid(asked.squeeze(-1)) * mask
    return weights / weights.sum(1, keepdim=True).clamp_min(1e-9)


def _weakest(needs: Tensor, matched: Tensor) -> Tensor:
    return -torch.log((needs * torch.exp(-SOFTNESS * matched)).sum(1).clamp_min(1e-9)) / SOFTNESS


def _matches(tokens: Tensor, b: Batch) -> tuple[Tensor, Tensor]:
    """The best match of each token in each sentence, title in mind (b, q, p, s), and in each paper (b, q, p)."""
    size, count, dimension = tokens.shape
    papers = b.papers.shape[1]
    found = torch.einsum("bqd,btd->bqt", tokens, b.signs) * (SCALE / dimension**0.5)
    columns = torch.zeros(size, count, papers * COLUMNS)
    columns = columns.scatter_reduce(2, b.columns[:, None, :].expand(size, count, -1), found, "amax")
    columns = columns.view(size, count, papers, COLUMNS)
    return torch.maximum(columns[..., :-1], TITLE_SHARE * columns[..., -1:]), columns.amax(-1)


def loss(side: Side, b: Batch) -> Tensor:
    """Listwise over all sentences, listwise over papers, and yes or no for whether one answers."""
    scores, temperatures = side(b), side.temperatures.exp()
    total = _listwise(scores.sentences.flatten(1) / temperatures[0], b.gold.flatten(1))
    total = total + _listwise(scores.papers / temperatures[1], b.right)
    each = nn.functional.binary_cross_entropy_with_logits(scores.odds, b.answerable, reduction="none")
    return total + (each * b.importance).mean()


def _listwise(scores: Tensor, right: Tensor) -> Tensor:
    has = right.any(1)
    if not has.any():
        return scores.sum() * 0
    logs = torch.log_softmax(scores[has], 1).masked_fill(~right[has], -1e4)
    return -torch.logsumexp(logs, 1).mean()


def export(side: Side, embedding: str) -> QuestionSide:
    """What askpapers runs."""

    def array(tensor: Tensor) -> np.ndarray:
        return tensor.detach().numpy().astype(np.float32)

    def linear(layer: nn.Linear) -> np.ndarray:
        return np.append(array(layer.weight)[0], array(layer.bias))

    return QuestionSide(
        weight=linear(side.weight),
        need=linear(side.need),
        token_in=array(side.token_in),
        token_out=array(side.token_out),
        question_in=array(side.question_in),
        question_out=array(side.question_out),
        share=side.share.item() * SHARE_KEPT,
        embedding=embedding,
    )

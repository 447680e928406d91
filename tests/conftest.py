"""Fakes for the embedder and the model only; Chroma, Tantivy and SQLite are real. No test reaches past loopback."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.library import Library
from rag.models.embedding import Encoded
from rag.types import Paper

ROOT = Path(__file__).parent.parent
os.environ["ANONYMIZED_TELEMETRY"] = "False"


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection beyond this machine is an error."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a connection to {address} was tried")
        return connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if host not in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0", socket.gethostname()):
            raise AssertionError(f"looking up {host!r} was tried")
        return resolve(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of whoever runs the tests do not reach them."""
    for name in [n for n in os.environ if n.startswith("ASKPAPERS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@functools.lru_cache(10_000)
def _drawn(seed: bytes, dimension: int) -> Any:
    return np.random.default_rng(list(seed)).normal(size=dimension)


class FakeEmbedder:
    """A word is a token; its vector is drawn from its hash. Texts that share words are near."""

    name = "fake"
    runtime = "fake"
    dimension = 64
    window = 10_000

    def __init__(self, fingerprint: str = "fake@1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def count(self, text: str) -> int:
        return len(re.findall(r"\w+", text))

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.encoded += texts
        return [self._one(text) for text in texts]

    def encode_query(self, text: str) -> Encoded:
        return self._one(text)

    def _one(self, text: str) -> Encoded:
        words = list(re.finditer(r"\w+", text)) or list(re.finditer(r"\S+", text))
        spans = np.array([w.span() for w in words], np.int64).reshape(-1, 2)
        digests = [hashlib.sha256((self.fingerprint + w.group().lower()).encode()).digest() for w in words]
        drawn = [_drawn(d[:8], self.dimension) for d in digests]
        tokens = np.array(drawn, np.float32)
        tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
        vector = tokens.mean(axis=0)
        ids = np.array([int.from_bytes(d[:3], "big") for d in digests], np.int64)
        return Encoded(vector / np.linalg.norm(vector), ids, spans, tokens)


PAPERS = [
    Paper(
        "2309.17453",
        "Efficient Streaming Language Models with Attention Sinks",
        "Deploying large language models in streaming applications is urgently needed. We introduce StreamingLLM, a "
        "framework that keeps attention sinks. It gives up to 22.2x speedup over the sliding window baseline.",
        ("Guangxuan Xiao", "Song Han"),
        2023,
        "https://arxiv.org/abs/2309.17453",
        ("cs.CL", "cs.AI"),
        source="pages/a.txt",
        line=1,
    ),
    Paper(
        "2410.10819",
        "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming Heads",
        "Caching all keys and values is costly. DuoAttention applies a full cache only to retrieval heads. Decoding is "
        "2.18 times faster with it, e.g. for Llama models.",
        ("Guangxuan Xiao",),
        2024,
        "https://arxiv.org/abs/2410.10819",
        ("cs.CL",),
        source="pages/b.txt",
        line=1,
    ),
    Paper(
        "t-hippo",
        "HippoRAG: Neurobiologically Inspired Long-Term Memory",
        "Mammals store knowledge in memory. HippoRAG is a retrieval framework inspired by hippocampal indexing theory. "
        "It beats other methods on multi-hop questions by up to 20%.",
        (),
        2024,
        "",
        ("cs.IR",),
        source="pages/b.txt",
        line=3,
    ),
    Paper(
        "t-ads",
        "Long-Term Ad Memorability",
        "Marketers spend much on commercials. People who use ad-blockers remember fewer ads. Fast scenes stay.",
        source="other.jsonl",
        line=1,
    ),
]


@pytest.fixture
def papers() -> list[Paper]:
    return list(PAPERS)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: FakeEmbedder, papers: list[Paper]) -> Iterator[Library]:
    """Four papers in real Chroma and Tantivy, embedded by words."""
    opened = Library.open(tmp_path / "home", embedder=embedder)
    opened.sync(papers)
    yield opened
    opened.close()

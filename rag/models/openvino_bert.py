"""A BERT encoder as an OpenVINO model, built from its safetensors file in a fraction of a second, without PyTorch."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Weights = Callable[[str], Array]  # a tensor by its name
_IMPORTING = threading.Lock()  # models are compiled in threads of their own, two of them maybe at once


def _openvino() -> Any:
    """OpenVINO without its telemetry, which would tell Google Analytics of every import; no variable turns that off."""
    name = "openvino_telemetry"
    with _IMPORTING:
        before = sys.modules.get(name)
        sys.modules[name] = None  # type: ignore[assignment]  # makes importing it fail, which OpenVINO provides for
        try:
            import openvino
        finally:
            del sys.modules[name]
            if before is not None:
                sys.modules[name] = before
    return openvino


def compile_bert(folder: Path, streams: int) -> Any:
    """The compiled model of a folder with config.json and model.safetensors (architecture BertModel, GELU).

    Called with int64 arrays (batch, tokens) of ids and of the attention mask, it gives the last layer's
    token vectors, float32 (batch, tokens, hidden). So many `streams`, requests of different threads, run side by side,
    each on one core.
    """
    from safetensors import safe_open  # which knows numpy too: PyTorch is not imported

    ov = _openvino()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    with safe_open(folder / "model.safetensors", framework="numpy") as file:  # memory-mapped, a tensor at a time
        model = _build(file.get_tensor, config)
    # f32: on processors without AMX, bf16 is slower, and equal vectors on every machine are worth more.
    # A stream a core: products this small gain nothing from a second thread, which waits for the first by spinning.
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,  # other processes would be pinned to the same cores
    }
    return ov.Core().compile_model(model, "CPU", options)


def _build(weights: Weights, config: dict[str, Any]) -> Any:
    """The graph of Devlin et al. 2019 (BERT), encoder only, absolute positions, one segment."""
    import openvino as ov
    from openvino import opset13 as op

    hidden, heads = config["hidden_size"], config["num_attention_heads"]

    def weight(name: str) -> Any:
        return op.constant(weights(name), shared_memory=True)  # not copied: compiling packs it anyway

    def ints(*values: int) -> Any:
        return op.constant(np.array(values, np.int64))

    def scalar(value: int) -> Any:
        return op.constant(np.int64(value))

    def normalise(x: Any, name: str) -> Any:
        y = op.mvn(x, ints(-1), True, config["layer_norm_eps"], "inside_sqrt")
        return op.add(op.multiply(y, weight(f"{name}.weight")), weight(f"{name}.bias"))

    def linear(x: Any, name: str) -> Any:
        return op.add(op.matmul(x, weight(f"{name}.weight"), False, True), weight(f"{name}.bias"))

    ids = op.parameter([-1, -1], ov.Type.i64, name="input_ids")
    mask = op.parameter([-1, -1], ov.Type.i64, name="attention_mask")
    length = op.gather(op.shape_of(ids), scalar(1), scalar(0))
    positions = op.range(scalar(0), length, scalar(1), "i64")
    x = op.gather(weight("embeddings.word_embeddings.weight"), ids, scalar(0))
    x = op.add(x, op.gather(weight("embeddings.position_embeddings.weight"), positions, scalar(0)))
    x = op.add(x, op.constant(weights("embeddings.token_type_embeddings.weight")[0]))
    x = normalise(x, "embeddings.LayerNorm")

    visible = op.unsqueeze(op.convert(mask, "f32"), ints(1, 2))
    hide_padding = op.multiply(op.subtract(op.constant(np.float32(1)), visible), op.constant(np.float32(-1e4)))
    split, swap = ints(0, 0, heads, hidden // heads), ints(0, 2, 1, 3)
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            op.transpose(op.reshape(linear(x, f"{at}.attention.self.{name}"), split, True), swap)
            for name in ("query", "key", "value")
        )
        attended = op.transpose(op.scaled_dot_product_attention(query, key, value, hide_padding), swap)
        joined = linear(op.reshape(attended, ints(0, 0, hidden), True), f"{at}.attention.output.dense")
        x = normalise(op.add(x, joined), f"{at}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{at}.intermediate.dense"), "erf")
        x = normalise(op.add(x, linear(inner, f"{at}.output.dense")), f"{at}.output.LayerNorm")
    return ov.Model([x], [ids, mask], "bert")

"""What an extra is needed for says so in one line where it is not installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.models.providers import load_llm
from rag.serving import site


def _gguf(folder: Path) -> None:
    (folder / "model.gguf").write_bytes(b"GGUF")
    load_llm(f"gguf:{folder / 'model.gguf'}")


@pytest.mark.parametrize(
    ("extra", "package", "use"),
    [
        pytest.param("mcp", "mcp", lambda _: site.require_mcp(), id="mcp"),
        pytest.param("gguf", "xllamacpp", _gguf, id="gguf"),
        pytest.param("hf", "llama_index.llms.huggingface", lambda _: load_llm("hf:some/model"), id="hf"),
    ],
)
def test_a_missing_extra_is_told(
    extra: str, package: str, use: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = importlib.util.find_spec

    def without(name: str) -> object:
        return None if name == package else found(name)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    monkeypatch.setattr(site, "find_spec", without)
    with pytest.raises(SettingsError, match=rf"needs .*: pip install 'askpapers\[{extra}\]'$") as told:
        use(tmp_path)
    assert "\n" not in str(told.value)

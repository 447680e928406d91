import gc
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from ui.light_gradio import light


def test_gradios_components_have_no_file_while_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mcp", raising=False)
    component = type("Box", (), {"__module__": "gradio.components.box"})
    before, collecting = inspect.getfile, gc.isenabled()
    with light():
        with pytest.raises(OSError, match="stub"):
            inspect.getfile(component)
        assert inspect.getfile(Path) == before(Path)
        with pytest.raises(ImportError):
            importlib.import_module("mcp")
    assert inspect.getfile is before
    assert gc.isenabled() == collecting
    assert "mcp" not in sys.modules


def test_the_page_is_imported_without_what_it_needs_later_or_never() -> None:
    later = {"torch", "sentence_transformers", "llama_index", "sklearn", "matplotlib", "chromadb", "openvino", "mcp"}
    code = f"import sys, ui.app; print({later} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

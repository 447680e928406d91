"""Gradio's import without what no page needs: six tenths of its CPU seconds. Written for gradio 6.31.

At each import Gradio parses its own source for every component, to keep the stubs that editors read (.pyi files beside
it) up to date, and loads the Model Context Protocol where that is installed, though this page serves it in its own way.
"""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_OTHER = "mcp"


@contextmanager
def light() -> Iterator[None]:
    """While this lasts, `import gradio` writes no stubs and finds no MCP; nothing changes once it is imported."""
    of_file, collecting = inspect.getfile, gc.isenabled()

    def of_no_component(object: Any) -> str:  # its name is of the function it stands for
        if isinstance(object, type) and object.__module__.startswith("gradio."):
            raise OSError("Gradio then keeps no stub of it")  # as for a component that has no file
        return of_file(object)

    hidden = _OTHER not in sys.modules
    if hidden:
        sys.modules[_OTHER] = None  # type: ignore[assignment]  # how Python says that there is no such module
    inspect.getfile = of_no_component
    gc.disable()  # what is imported lives on
    try:
        yield
    finally:
        inspect.getfile = of_file
        if collecting:
            gc.enable()
        if hidden:
            del sys.modules[_OTHER]

from __future__ import annotations

import gradio as gr
import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving.running import BUSY, Running
from tests.ui.test_render import ALLOWED, parsed
from ui.check_tab import CheckTab

TEXT = "HippoRAG beats other methods on multi-hop questions by up to 50% [1]. <img src=x onerror=alert(1)>"


def test_a_pasted_text_is_marked(library: Library, no_server: None) -> None:
    running = Running(at_once=1, max_waiting=0)
    with gr.Blocks():
        tab = CheckTab(Assistant(library), running)
    page = tab.check(f"{TEXT}\n\n[1] HippoRAG: Neurobiologically Inspired Long-Term Memory", "")
    assert '<mark class="doubtful"' in page
    assert "number 50%" in page
    assert {tag for tag, _ in parsed(page).seen} <= ALLOWED | {"strong", "mark", "details", "summary", "ul", "li", "h2"}
    with pytest.raises(gr.Error, match="no sentence"):
        tab.check(" ", "")
    with running.answer("somebody else"), pytest.raises(gr.Error, match=BUSY):
        tab.check(TEXT, "")

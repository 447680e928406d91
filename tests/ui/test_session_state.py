from __future__ import annotations

import asyncio

import gradio as gr
from gradio.state_holder import SessionState

from bench.page_client import Visitor
from rag.answering.assistant import Assistant
from rag.library import Library
from ui import app
from ui.session_state import Page


def test_questions_of_a_tab_leave_nothing_behind(library: Library) -> None:
    page = app.build_app(Assistant(library))
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7870))
    try:
        visitor = Visitor(page.local_url)
        kept = []
        for n in range(6):
            assert "HippoRAG" in str(list(visitor.ask(f"What is HippoRAG inspired by, {n}?")))
            (state,) = page.app.state_holder.session_data.values()
            kept.append((len(state.config_values), len(state.blocks_config.blocks)))
        assert len(set(kept[2:])) == 1, kept
        visitor.close()
    finally:
        page.close(verbose=False)


def test_what_a_handler_leaves_out_is_not_made_anew() -> None:
    with Page(analytics_enabled=False) as page:
        box, button = gr.Textbox(), gr.Button("Ask")
        box.submit(lambda: None, None, [box, button])
    (handler,), state = page.fns.values(), SessionState(page)
    kept = state.blocks_config.blocks

    def sent(update: dict[gr.blocks.Block, object]) -> list[object]:
        return asyncio.run(page.postprocess_data(handler, update, state))

    assert sent({box: "typed"}) == ["typed", gr.skip()]
    assert sent({box: gr.skip()}) == [gr.skip(), gr.skip()]
    assert kept[button._id] is button
    told = sent({button: gr.Button("Stop"), box: "typed"})
    assert told[0] == "typed"
    assert told[1]["value"] == "Stop"  # type: ignore[index]
    assert kept[button._id] is not button

from __future__ import annotations

from bench.page_client import Visitor
from rag.answering.assistant import Assistant
from rag.library import Library
from ui import app


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

"""What Gradio keeps of a tab: the only file that knows how. Written for gradio 6.31.

An update of a component, even an empty one, makes a new component with an id of its own; the state of the session then
keeps it under that id, too, and never lets go of it: some 70 kB a question (bench/tab_memory.py shows it).
"""

from __future__ import annotations

from typing import Any

import anyio.from_thread
import gradio as gr
from gradio.context import LocalContext


def forget_replaced(request: gr.Request) -> None:
    """Drops the components of this session that others took the place of. Called by a handler, in its thread."""
    page: Any = LocalContext.blocks.get(None)
    app = getattr(page, "app", None)
    if app is not None:
        # In the event loop, where nothing else changes them in the meantime.
        anyio.from_thread.run_sync(_forget, page.blocks, app.state_holder.session_data, str(request.session_hash))


def _forget(placed: dict[int, Any], sessions: dict[str, Any], session: str) -> None:
    state = sessions.get(session)
    for kept in (state.blocks_config.blocks, state.config_values) if state else ():
        for made in [made for made in kept if made not in placed]:
            del kept[made]

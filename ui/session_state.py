"""What Gradio keeps of a tab: the only file that knows how. Written for gradio 6.31.

An update of a component, even an empty one, makes a new component with an id of its own; the state of the session then
keeps it under that id, too, and never lets go of it: some 70 kB a question (bench/tab_memory.py shows it). What a
handler leaves out counts as an empty update, and a streamed answer left out nine components a sentence.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import anyio.from_thread
import gradio as gr
from gradio.context import LocalContext


class Page(gr.Blocks):  # type: ignore[misc]  # of a library without types
    """Blocks in which a component that a handler's update leaves out stays as it is, and is not made anew."""

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """What is sent for each output of the handler, in order."""
        if not isinstance(predictions, dict) or not predictions or not predictions.keys() <= set(block_fn.outputs):
            sent: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return sent
        left_out = gr.skip()
        changed = {part: value for part in block_fn.outputs if (value := predictions.get(part, left_out)) != left_out}
        if changed:
            narrow = copy(block_fn)
            narrow.outputs, values = list(changed), list(changed.values())
            values = values if len(values) > 1 else values[0]  # as a handler with one output gives it
            changed = dict(zip(changed, await super().postprocess_data(narrow, values, state), strict=True))
        return [changed.get(part, left_out) for part in block_fn.outputs]


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

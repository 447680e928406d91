"""Memory that one browser tab costs the server, question after question.

Asks an `askpapers serve` from one session, as the page does, and prints the server's memory every tenth of the way; at
the end what a question left behind, by a line fitted to the second half. With `--plain` the same is asked of a bare
Gradio page with one Textbox and one Chatbot, which shows what is Gradio's own.

python -m bench.tab_memory [--questions 1000] [--plain]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np

from bench.common import ROOT, questions, table, used
from bench.load import server
from bench.page_client import Visitor

_PLAIN = """
import gradio as gr
def ask(question, *_):
    yield "", [{"role": "user", "content": question}]
    yield "", [{"role": "user", "content": question}, {"role": "assistant", "content": "An answer. " * 100}]
with gr.Blocks() as page:
    box, chat = gr.Textbox(elem_id="question"), gr.Chatbot()
    box.submit(ask, [box] + [gr.Textbox(visible=False) for _ in range(4)], [box, chat])
page.launch(server_port=8161, quiet=True, prevent_thread_lock=True)
print("http://127.0.0.1:8161/", flush=True)
page.block_thread()
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--questions", type=int, default=1000)
    arguments.add_argument("--plain", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as home, plain() if given.plain else server(Path(home), "extractive") as served:
        process, page = served
        rows = list(measure(process.pid, page, given.questions))
    table(("questions", "MB", "since the start"), [(n, mb, mb - rows[0][1]) for n, mb in rows])
    second = np.array(rows[len(rows) // 2 :])
    slope = float(np.polyfit(second[:, 0], second[:, 1], 1)[0])
    print(f"{1000 * slope:.1f} kB a question in the second half")


def measure(pid: int, page: str, many: int) -> Iterator[tuple[int, int]]:
    """(questions asked so far, MB of the server), eleven times."""
    asked = questions(None, 1000)
    visitor = Visitor(page)
    for n in range(many + 1):
        if n % max(1, many // 10) == 0:
            print(f"{n} questions", file=sys.stderr, flush=True)
            yield n, used(pid)[1]
        visitor.key = uuid4().hex  # the list of conversations does not grow
        for _ in visitor.ask(asked[n % len(asked)]):
            pass
    visitor.close()


@contextmanager
def plain() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A page with nothing but Gradio, and its address."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    process = subprocess.Popen(
        [sys.executable, "-c", _PLAIN], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()

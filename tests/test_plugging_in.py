"""The transcripts of docs/plugging-in.md: real clients against the served first file of the default collection."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.readers import read_papers
from rag.serving.guard import Access
from rag.serving.running import Running
from rag.serving.site import site
from tests.conftest import ROOT
from tests.rag.serving.conftest import Server
from tests.ui.conftest import no_loops  # noqa: F401  # a fixture

PAGE = ROOT / "docs" / "plugging-in.md"
TRANSCRIPTS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's, over the real embedding model."""
    library = Library.open(tmp_path_factory.mktemp("plugging") / "home")
    (first, *_) = sorted((ROOT / "data" / "daily_papers").iterdir())
    library.sync(read_papers(first))
    server = Server(site(Assistant(library), Running(), Access(), mcp=True))
    yield server.url
    server.close()
    library.close()


@pytest.mark.parametrize(("code", "printed"), TRANSCRIPTS, ids=["mcp", "openai", "rest"])
def test_a_transcript(address: str, code: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(code.replace("http://127.0.0.1:7860", address), {})
    assert capsys.readouterr().out == printed


def test_every_python_block_is_run() -> None:
    assert len(TRANSCRIPTS) == PAGE.read_text(encoding="utf-8").count("```python")

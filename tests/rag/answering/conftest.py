"""A small real collection, indexed once a module, and conversations with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from tests.rag.answering.everyday_papers import PAPERS


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    library = Library.open(tmp_path_factory.mktemp("everyday"))
    library.sync(PAPERS)
    yield Assistant(library)
    library.close()

"""`askpapers mcp` with the fake embedder, over a home that is given: what a client of the tests starts."""

import sys

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving.mcp_server import serve_stdio
from tests.conftest import FakeEmbedder

if __name__ == "__main__":
    serve_stdio(Assistant(Library.open(sys.argv[1], embedder=FakeEmbedder())), write="--write" in sys.argv)

"""A real `chroma run` on loopback, and machines at it, each with a home of its own."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from rag.indexing.chroma_server import Server
from rag.library import Library
from tests.conftest import FakeEmbedder


class Chroma:
    """`chroma run` on a folder, which can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.root = self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self._folder)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{self.root}/api/v2/heartbeat", timeout=1)
                return
            except httpx.TransportError:
                assert time.monotonic() < deadline, "chroma run did not start"
                time.sleep(0.05)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    chroma = Chroma(tmp_path_factory.mktemp("served"))
    yield chroma
    chroma.kill()


@pytest.fixture
def chroma(running: Chroma, request: pytest.FixtureRequest) -> Chroma:
    """The server with an empty database of this test's own."""
    if running.process.poll() is not None:
        running.start()
    name = re.sub(r"\W", "-", request.node.name)[:60].strip("-")
    httpx.post(f"{running.root}/api/v2/tenants/default_tenant/databases", json={"name": name}).raise_for_status()
    running.url = f"{running.root}/default_tenant/{name}"
    return running


@pytest.fixture
def machine(chroma: Chroma, tmp_path: Path) -> Iterator[Callable[..., Library]]:
    """Opens the server's library from a home of that name, as another machine would."""
    opened: list[Library] = []

    def open_at(name: str, **given: object) -> Library:
        library = Library.open(
            tmp_path / name,
            server=Server.parse(chroma.url),
            **{"embedder": FakeEmbedder(), **given},  # type: ignore[arg-type]
        )
        opened.append(library)
        return library

    yield open_at
    for library in opened:
        library.close()

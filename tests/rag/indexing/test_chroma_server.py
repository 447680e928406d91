"""Against a real `chroma run` on loopback: several homes, several processes, a server that dies and comes back."""

import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.doctor import examine, repair
from rag.errors import BusyError, LibraryError, NoIndexError, SettingsError
from rag.indexing import chroma_server, lease
from rag.indexing.chroma_server import Server
from rag.indexing.records import encode
from rag.indexing.writer import writing
from rag.library import Library
from rag.settings import Settings
from rag.types import Paper
from tests.conftest import ROOT, FakeEmbedder
from tests.rag.conftest import Chroma

# chromadb leaves the sockets of a client open that did not get as far as being one.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.collect()  # here, where these warnings are ignored


ZEBRA = Paper("t-zebra", "Zebras", "Zebras graze in the savanna.", source="z.jsonl", line=1)


def test_readers_elsewhere_see_at_their_next_question_what_was_written(
    machine: Callable[..., Library], papers: list[Paper]
) -> None:
    writer, reader = machine("writer"), machine("reader")
    assert reader.search("zebras") == []
    writer.sync([*papers, ZEBRA])
    assert reader.search("zebras graze", k=1)[0].paper == ZEBRA
    assert [h.paper.id for h in reader.search("HippoRAG memory", k=4)] == [
        h.paper.id for h in writer.search("HippoRAG memory", k=4)
    ]
    changed = replace(ZEBRA, abstract="Zebras sleep standing up.")
    reader.embedder.encoded.clear()  # type: ignore[attr-defined]
    writer.sync([changed])
    writer.remove([papers[0].id])
    assert reader.search("zebras", k=5)[0].paper == changed
    assert len(reader) == 4
    assert reader.index.bm25.count() == 4
    assert reader.index.frequency == writer.index.frequency
    texts = [t for t in reader.embedder.encoded if t != "zebras"]  # type: ignore[attr-defined]
    assert texts == ["Zebras\nZebras sleep standing up."]  # nothing else was embedded again


def test_a_reader_may_begin_with_a_copy_of_anothers_home(
    machine: Callable[..., Library], papers: list[Paper], tmp_path: Path
) -> None:
    machine("first").sync(papers)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = machine("second")
    assert second.embedder.encoded == []  # type: ignore[attr-defined]
    assert second.search("HippoRAG memory", k=1) == machine("first").search("HippoRAG memory", k=1)


def test_machines_write_in_turn(machine: Callable[..., Library], papers: list[Paper]) -> None:
    one, other = machine("one"), machine("other")
    one.sync(papers[:2])
    assert str(other.sync(papers)).startswith("4 records: 2 added, 0 updated, 2 unchanged")
    busy = r"process \d+ on .* is writing to the server .* try again"
    with writing(other.index), pytest.raises(BusyError, match=busy):
        one.sync([ZEBRA])
    assert one.sync([ZEBRA]).added == 1
    assert {p.id for p in other.papers()} == {p.id for p in one.papers()}
    assert len(other.search("zebras graze")) == 5


def test_a_writer_that_died_is_followed_up_by_another(
    machine: Callable[..., Library],
    papers: list[Paper],
    monkeypatch: pytest.MonkeyPatch,
    chroma: Chroma,
    tmp_path: Path,
) -> None:
    """Killed between the two halves of a paper: the next machine waits for the lease, then completes the paper."""
    machine("one").sync(papers)
    code = (
        "import sys; from pathlib import Path; from tests.rag.indexing.test_chroma_server import *;"
        "library = Library.open(Path(sys.argv[1]), embedder=FakeEmbedder(), server=Server.parse(sys.argv[2]));"
        "long = replace(ZEBRA, abstract=ZEBRA.abstract + ' More is said here.' * 80);"
        "writing = writing(library.index); writing.__enter__();"
        "record = encode(library.embedder, [long])[0];"
        "library.index.vector_store.put([(record.paper, record.passages, record.vectors)], []);"
        "library.index.vector_store._delete_rows([record.passages[1].id]);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.run([sys.executable, "-c", code, str(tmp_path / "dead"), chroma.url], cwd=ROOT)
    assert child.returncode == -signal.SIGKILL
    other = machine("other")
    with pytest.raises(BusyError, match="60 s after it was cut off"):
        other.sync([])
    monkeypatch.setattr(lease, "EXPIRES", 0.0)
    other.sync([])
    assert other.search("zebras graze", k=1)[0].paper.id == "t-zebra"
    assert all(s.whole for s in other.index.vector_store.get(["t-zebra", *(p.id for p in papers)]))
    assert other.index.vector_store.count() == other.index.forward_index.counts()[1]
    monkeypatch.undo()
    with writing(other.index), pytest.raises(BusyError):
        machine("one").sync([])


def test_a_writer_whose_lease_was_taken_stops(machine: Callable[..., Library], papers: list[Paper]) -> None:
    """As after a machine slept through it: its next write is refused, and nothing of it is on the server."""
    one, other = machine("one"), machine("other")
    records = encode(one.embedder, [ZEBRA])
    stopped = pytest.raises(LibraryError, match="the writing was stopped, another machine may write by now")
    with stopped, writing(one.index):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lease, "EXPIRES", 0.0)
            other.sync(papers)
        one.index.vector_store.put([(r.paper, r.passages, r.vectors) for r in records], [])
    assert other.index.vector_store.get([ZEBRA.id]) == []
    assert len(one.search("memory")) == 4


def test_a_restart_in_mid_question_is_waited_for(
    machine: Callable[..., Library], papers: list[Paper], chroma: Chroma, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_server, "MAX_RETRYING", 60.0)  # a busy machine starts a server slowly
    library = machine("one")
    library.sync(papers)
    before = library.search("retrieval heads", k=2)
    chroma.kill()
    back = threading.Timer(0.5, chroma.start)
    back.start()
    assert library.search("retrieval heads", k=2) == before
    back.join()


def test_a_server_that_is_gone_or_hangs_is_named_in_one_line(
    machine: Callable[..., Library], papers: list[Paper], chroma: Chroma, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_server, "MAX_RETRYING", 0.2)
    monkeypatch.setattr(chroma_server, "TIMEOUT", 0.5)
    library = machine("one")
    library.sync(papers)
    chroma.process.send_signal(signal.SIGSTOP)
    with pytest.raises(LibraryError, match=r"does not answer \(ReadTimeout\)"):
        library.search("retrieval heads")
    chroma.kill()
    with pytest.raises(LibraryError) as caught:
        library.sync([ZEBRA])
    told = f"the Chroma server at {chroma.url} (ASKPAPERS_CHROMA_URL) does not answer (ConnectError)"
    assert str(caught.value).startswith(told)
    with pytest.raises(LibraryError, match=re.escape(told)):
        machine("two")
    chroma.start()
    assert library.sync([ZEBRA]).added == 1
    assert library.search("zebras graze", k=1)[0].paper == ZEBRA


def test_what_is_missing_or_mistaken_is_said(
    machine: Callable[..., Library], papers: list[Paper], chroma: Chroma, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    with pytest.raises(NoIndexError, match=f"no index at {chroma.url} yet"):
        machine("one", create=False)
    machine("one").sync(papers)
    with pytest.raises(LibraryError, match="made with embedding 'fake@1', and this is 'fake@2'"):
        machine("two", embedder=FakeEmbedder("fake@2"))
    with pytest.raises(LibraryError, match=r"is a replica of http://127[^ ]*: set ASKPAPERS_CHROMA_URL"):
        Library.open(tmp_path / "one", embedder=embedder)
    Library.open(tmp_path / "own", embedder=embedder).sync(papers)
    with pytest.raises(LibraryError, match="holds an index of its own"):
        machine("own")
    with pytest.raises(LibraryError, match=r"\(ASKPAPERS_CHROMA_URL\) answered: .*\[nowhere\] not found"):
        Server.parse(f"{chroma.root}/default_tenant/nowhere").connect()


def test_an_index_moves_from_its_folder_to_a_server_without_embedding(
    tmp_path: Path, papers: list[Paper], embedder: FakeEmbedder
) -> None:
    local = Library.open(tmp_path / "home", embedder=embedder)
    local.sync(papers)
    local.close()
    (tmp_path / "home" / "chroma").rename(tmp_path / "served")
    chroma = Chroma(tmp_path / "served")
    embedder.encoded.clear()
    try:
        moved = Library.open(tmp_path / "home", embedder=embedder, server=Server.parse(chroma.url))
        assert embedder.encoded == []
        assert moved.sync([*papers, ZEBRA]).unchanged == 4
        fresh = Library.open(tmp_path / "fresh", embedder=embedder, server=Server.parse(chroma.url))
        assert len(fresh.search("memory")) == 5
        fresh.close()
        moved.close()
    finally:
        chroma.kill()


@pytest.mark.parametrize(
    ("url", "headers", "told"),
    [
        ("localhost:8000", "", "must be http"),
        ("http://h:x", "", "port"),
        ("http://h/onlytenant", "", "/TENANT/DATABASE"),
        ("http://user:hunter2@h", "", "put the password into ASKPAPERS_CHROMA_HEADERS"),
        ("http://h", "hunter2", "HEADERS, line 1"),
        ("http://h", "Ok: fine\nName hunter2", "HEADERS, line 2"),
    ],
)
def test_a_bad_address_is_refused_and_no_secret_repeated(url: str, headers: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        Server.parse(url, headers)
    assert "hunter2" not in str(caught.value)


def test_headers_are_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """To a real socket, which keeps what it is sent and refuses everybody."""
    monkeypatch.setenv("ASKPAPERS_CHROMA_HEADERS", "x-chroma-token: hunter2\nX-Other: 1")
    settings = Settings.load()
    assert "hunter2" not in repr(settings)
    with socket.create_server(("127.0.0.1", 0)) as door:
        heard: list[bytes] = []

        def refuse() -> None:
            caller, _ = door.accept()
            with caller:
                heard.append(caller.recv(65536))
                caller.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        there = Server.parse(url, settings.chroma_headers.get_secret_value())
        with pytest.raises(LibraryError, match="does not let us in: see ASKPAPERS_CHROMA_HEADERS") as caught:
            there.connect()
        thread.join()
    assert b"x-chroma-token: hunter2\r\n" in heard[0]
    assert b"X-Other: 1\r\n" in heard[0]
    assert "hunter2" not in f"{caught.value} {there!r}"


def test_the_command_line_indexes_and_asks_on_a_server(chroma: Chroma, tmp_path: Path) -> None:
    """Two processes with the real model and a home each: one indexes, the other asks."""
    row = {
        "id": "a",
        "title": "HippoRAG",
        "abstract": "HippoRAG is inspired by hippocampal indexing theory.",
        "year": 2024,
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(row))

    def run(home: str, *given: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "ASKPAPERS_CHROMA_URL": chroma.url, "ASKPAPERS_HOME": str(tmp_path / home)}
        command = [sys.executable, "-m", "rag", *given]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)

    missing = run("b", "ask", "Which theory inspired HippoRAG?")
    assert (missing.returncode, missing.stderr) == (
        1, f"askpapers: no index at {chroma.url} yet; make one with: askpapers index PATH...\n"
    )  # fmt: skip
    indexed = run("a", "index", str(tmp_path / "p.jsonl"))
    assert indexed.returncode == 0, indexed.stderr
    answered = run("b", "ask", "Which theory inspired HippoRAG?")
    assert answered.returncode == 0, answered.stderr
    assert "hippocampal indexing theory" in answered.stdout
    assert chroma.url in run("b", "status").stdout


def test_doctor_looks_at_a_server(machine: Callable[..., Library], chroma: Chroma, papers: list[Paper]) -> None:
    library = machine("home")
    library.sync(papers)
    settings = Settings.load(home=library.home, chroma_url=chroma.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.library.load_embedder", lambda *given: FakeEmbedder())
        assert [str(check) for check in examine(settings) if not check.ok] == []
        network = next(check for check in examine(settings) if check.name == "network")
        assert chroma.url in network.found
        library.index.vector_store.delete([papers[0].id])
        bad = {check.name: check.found for check in examine(settings) if not check.ok}
        assert papers[0].id in bad["orphans"]
        assert repair(settings) == "the index was brought in step"
        assert [str(check) for check in examine(settings) if not check.ok] == []

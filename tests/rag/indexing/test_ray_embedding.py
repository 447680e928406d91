"""Embedding on a Ray cluster makes the same index, whatever becomes of the workers."""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryError
from rag.indexing.ray_embedding import Worker, embedding_on_ray
from rag.indexing.records import BATCH, Record, encode
from rag.library import Library
from rag.models.embedding import Encoded
from rag.readers import read_papers
from rag.types import Paper
from tests.conftest import FakeEmbedder
from tests.crashing import Named, assert_same, opened, run, start, wait_for, write_papers

MACHINES = 2


class Noted(Named):
    """Leaves a file for each process that loads it, and can be made to kill that process."""

    def __init__(self, folder: Path, kills: int = 0) -> None:
        """The first `kills` processes that meet paper 150 die of it."""
        super().__init__()
        self.folder, self.kills = folder, kills
        (folder / f"loaded-{os.getpid()}").touch()

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        if any("Paper number 150 " in text for text in texts) and len(list(self.folder.glob("died-*"))) < self.kills:
            (self.folder / f"died-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    (tmp_path / "noted").mkdir()
    return tmp_path / "noted"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Ray cluster of two machines, both of them here."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 1, "object_store_memory": 100_000_000}
    made = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    for _ in range(MACHINES - 1):
        made.add_node(**size)
    yield f"127.0.0.1:{made.address.rpartition(':')[2]}"  # it listens on all of this machine's addresses
    made.shutdown()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Library]]:
    """Made-up papers, and the library of them made without Ray."""
    folder = tmp_path_factory.mktemp("plain")
    source = write_papers(folder / "made.jsonl", 700)
    library = opened(folder / "home")
    library.sync(read_papers(source))
    yield source, library
    library.close()


@pytest.mark.slow
def test_two_machines_make_the_same_index(
    cluster: str, plain: tuple[Path, Library], noted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, fresh = plain
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    read = done = most = 0

    def counted() -> Iterator[Paper]:
        nonlocal read
        for paper in read_papers(source):
            read += 1
            yield paper

    def progress(papers: int) -> None:
        nonlocal done, most
        most = max(most, read - done)
        done += papers

    with closing(opened(tmp_path / "home")) as library:
        report = library.sync(counted(), progress, embedding_on_ray(partial(Noted, noted), "all-MiniLM-L6-v2@1"))
        assert (report.read, report.added, done) == (700, 700, 700)
        assert most <= (2 * MACHINES + 1) * BATCH
        assert len(list(noted.iterdir())) == MACHINES
        ids = sorted(fresh.index.forward_index.hashes())
        for ours, theirs in zip(
            library.index.forward_index.records(ids), fresh.index.forward_index.records(ids), strict=True
        ):
            assert (ours.paper, ours.sentences, ours.passages) == (theirs.paper, theirs.sentences, theirs.passages)
            np.testing.assert_array_equal(ours.vectors, theirs.vectors)
            assert ours.tokens.to_bytes() == theirs.tokens.to_bytes()
    assert_same(tmp_path / "home", fresh)


@pytest.mark.slow
def test_the_command_embeds_only_what_is_new_and_needs_no_cluster_for_nothing(
    cluster: str, plain: tuple[Path, Library], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, fresh = plain
    few = write_papers(tmp_path / "few.jsonl", 90)
    assert run("index", few, "--home", tmp_path / "home")[0] == 0
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    code, _, err = run("index", "--ray", source, "--home", tmp_path / "home")
    assert code == 0, err
    assert "700 records: 610 added, 0 updated, 90 unchanged" in err
    assert_same(tmp_path / "home", fresh)
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    code, _, err = run("index", "--ray", source, "--home", tmp_path / "home")
    assert code == 0, err
    assert "700 unchanged" in err


@pytest.mark.slow
@pytest.mark.parametrize("kills", [1, 99])
def test_a_killed_worker_loses_no_paper(
    kills: int, cluster: str, plain: tuple[Path, Library], noted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is started again; where that never helps, one line says so, and the next run goes on."""
    source, fresh = plain
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    embed = embedding_on_ray(partial(Noted, noted, kills), "all-MiniLM-L6-v2@1")
    with closing(opened(tmp_path / "home")) as library:
        if kills > 10:
            with pytest.raises(LibraryError, match=r"the Ray workers were lost \(Actor\w+Error\).*goes on from here$"):
                library.sync(read_papers(source), embed=embed)
        else:
            library.sync(read_papers(source), embed=embed)
            assert len(library) == 700
    assert list(noted.glob("died-*"))
    with closing(opened(tmp_path / "home")) as library:
        library.sync(read_papers(source))
    assert_same(tmp_path / "home", fresh)


@pytest.mark.slow
def test_ctrl_c_finishes_what_the_workers_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Ray of its own, which gets the terminal's signal too and is gone at the end."""
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_ADDRESS", "local")
    home = tmp_path / "home"
    many = write_papers(tmp_path / "many.jsonl", 10_000)
    process = start("index", "--ray", many, "--home", home, first=os.setpgrp)
    wait_for(lambda: (home / "chroma" / "chroma.sqlite3").exists() and held(home) > 0)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    with closing(opened(home)) as library:
        assert 0 < len(library) < 10_000
        assert f" {len(library)} added, 0 updated" in err
        assert library.index.forward_index.state("writing") == ""
        assert library.index.ledger.last("read")["added"] == len(library.index.vector_store.hashes())  # type: ignore[index]


def held(home: Path) -> int:
    """How many papers are on the shelf of a library that is being written."""
    with closing(sqlite3.connect(home / "derived.sqlite")) as shelf:
        return int(shelf.execute("SELECT count(*) FROM papers").fetchone()[0])


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nonsense"])
def test_a_cluster_that_does_not_answer_is_said_in_one_line(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_ADDRESS", address)
    code, _, err = run("index", "--ray", write_papers(tmp_path / "made.jsonl", 3), "--home", tmp_path / "home")
    assert code == 1
    assert err.splitlines()[-1].startswith(f"askpapers: no Ray cluster at {address} (")
    assert "Traceback" not in err


def test_without_ray_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.cli import main as cli

    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr("rag.library.load_embedder", lambda *given: FakeEmbedder())
    source = write_papers(tmp_path / "made.jsonl", 3)
    monkeypatch.setattr(sys, "argv", ["askpapers", "index", "--ray", str(source), "--home", str(tmp_path / "home")])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    assert capsys.readouterr().err == "askpapers: --ray needs Ray: pip install 'askpapers[ray]'\n"


def test_a_worker_with_another_model_is_refused(papers: list[Paper], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # the worker's own is undone at the end
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert len(Worker(FakeEmbedder, "fake@1").encode(papers)) == len(papers)
    with pytest.raises(LibraryError, match=r"embeds with fake@1, and this machine with fake@2: put the same askpapers"):
        Worker(FakeEmbedder, "fake@2").encode(papers)


def test_the_newest_version_wins_when_batches_come_back_in_another_order(
    tmp_path: Path, embedder: FakeEmbedder, papers: list[Paper]
) -> None:
    def backwards(batches: Iterable[Sequence[Paper]]) -> Iterator[list[Record]]:
        return reversed([encode(embedder, batch) for batch in batches])

    first, second = (replace(papers[0], version=v, abstract=f"Version {v} of it.") for v in (1, 2))
    between = [replace(papers[1], id=f"other-{i}", title=f"Other heads {i}", url="") for i in range(BATCH)]
    with closing(Library.open(tmp_path / "home", embedder=embedder)) as library:
        report = library.sync([first, *between, second], embed=backwards)
        assert (report.added, report.updated, len(library)) == (BATCH + 1, 1, BATCH + 1)
        assert next(p for p in library.papers() if p.id == papers[0].id).version == 2
        assert library.index.vector_store.hashes() == library.index.forward_index.hashes()

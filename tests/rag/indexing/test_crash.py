"""Killed, interrupted, out of space: what was there stays, and the next run completes it."""

import functools
import os
import random
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import Library
from rag.types import Paper
from tests.crashing import WORDS, assert_same, not_found, opened, run, start, wait_for, write_papers

PAPERS = 400


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_papers(tmp_path_factory.mktemp("source") / "made.jsonl", PAPERS)


@pytest.fixture(scope="module")
def fresh(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The papers, indexed without a fault."""
    home = tmp_path_factory.mktemp("fresh")
    code, _, err = run("index", source, "--home", home)
    assert code == 0, err
    library = opened(home)
    yield library
    library.close()


@pytest.mark.parametrize("kill", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 6))])
def test_killed_it_opens_answers_and_is_completed(kill: int, tmp_path: Path, source: Path, fresh: Library) -> None:
    home = tmp_path / "home"
    process = start("index", source, "--home", home)
    wait_for(lambda: (home / "derived.sqlite-wal").exists() or process.poll() is not None)
    time.sleep(random.Random(kill).uniform(0, 1.5))
    process.kill()
    process.communicate()
    library = opened(home)
    held = len(library)
    assert len(library.search("baran celem", 3)) == min(held, 3)
    library.close()
    code, _, err = run("index", source, "--home", home)
    assert code == 0, err
    assert f"{PAPERS} records: {PAPERS - held} added, 0 updated, {held} unchanged, 0 duplicates, 0 rejected" in err
    assert_same(home, fresh)


def test_ctrl_c_finishes_the_batch_and_says_what_is_done(tmp_path: Path) -> None:
    home = tmp_path / "home"
    many = write_papers(tmp_path / "many.jsonl", 5_000)
    process = start("index", many, "--home", home)
    wait_for(lambda: (home / "chroma" / "chroma.sqlite3").exists())
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in err
    library = opened(home)
    assert f" {len(library)} added, 0 updated" in err
    assert 0 < len(library) < 5_000
    assert "the same command again reads the rest" in err
    assert library.index.forward_index.state("writing") == ""
    assert library.index.ledger.last("read")["added"] == len(library.index.vector_store.hashes()) == len(library)  # type: ignore[index]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_told_in_a_line(small_disk: Path, source: Path, fresh: Library) -> None:
    _assert_told(run("index", source, "--home", small_disk / "home"))
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    _assert_completed(small_disk / "home", source, fresh)


@pytest.mark.skipif(os.geteuid() == 0, reason="a small disk can be mounted instead")
def test_files_that_must_not_grow_are_told_in_a_line(tmp_path: Path, source: Path, fresh: Library) -> None:
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    _assert_told(run("index", source, "--home", tmp_path / "home", first=limit))
    _assert_completed(tmp_path / "home", source, fresh)


def _assert_told(ended: tuple[int, str, str]) -> None:
    code, _, err = ended
    assert code == 1, err
    assert "Traceback" not in err
    assert re.match(
        "askpapers: (no space is left for|Chroma cannot write to) .*the same again; nothing is lost",
        err[err.rindex("askpapers: ") :],
    )


def _assert_completed(home: Path, source: Path, fresh: Library) -> None:
    library = opened(home)
    assert len(library.search("baran celem", 3)) == min(len(library), 3)
    library.close()
    code, _, err = run("index", source, "--home", home)
    assert code == 0, err
    assert_same(home, fresh)


def test_torn_chroma_files_are_built_anew(tmp_path: Path) -> None:
    """What a kill in the midst of Chroma's writing its files leaves: reading them kills the process."""
    library = opened(tmp_path)
    library.sync([Paper(f"p{i}", f"Baran {WORDS[i % 70]}", f"Celem {i}.") for i in range(1050)])  # it writes at 1,000
    found = library.search("baran celem 7", 3)
    library.index.forward_index.set_state("writing", "1")
    library.close()
    (header,) = tmp_path.rglob("header.bin")
    header.write_bytes(header.read_bytes()[:50])
    assert not_found(tmp_path) is None
    library = opened(tmp_path)
    assert library.index.folder == tmp_path / "index-2"
    assert not_found(library.index.folder) == []
    assert library.search("baran celem 7", 3) == found
    assert len(library.index.vector_store.hashes()) == 1050
    library.close()

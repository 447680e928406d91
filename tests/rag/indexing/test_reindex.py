"""Another model, another way: refused with the command that mends it, and built beside the old index."""

import signal
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import LibraryError, NoIndexError
from rag.indexing.writer import reindex
from rag.library import Library
from rag.readers import read_papers
from rag.types import Paper
from tests.conftest import FakeEmbedder
from tests.crashing import opened, start, wait_for, write_papers


class Wider(FakeEmbedder):
    dimension = 96


@pytest.mark.parametrize(
    ("another", "setting", "value", "said"),
    [
        (FakeEmbedder("fake@2"), "", None, "embedding 'fake@1', and this is 'fake@2'"),  # other weights
        (FakeEmbedder("other@1"), "", None, "embedding 'fake@1', and this is 'other@1'"),
        (Wider(), "", None, "dimension 64, and this is 96"),
        (
            FakeEmbedder(),
            "rag.indexing.index.CHUNKER",
            "words-9/1",
            "chunker 'sentences-250/1', and this is 'words-9/1'",
        ),
    ],
)
def test_an_index_made_in_another_way_is_refused_with_what_mends_it(
    another: FakeEmbedder, setting: str, value: str, said: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.close()
    if setting:
        monkeypatch.setattr(setting, value)
    with pytest.raises(LibraryError, match=f"{said}: .*askpapers reindex"):
        Library.open(library.home, embedder=another)


def test_another_metric_is_refused(tmp_path: Path, papers: list[Paper], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr("rag.indexing.vector_store._SPACE", {"hnsw": {"space": "l2"}})
        library = Library.open(tmp_path, embedder=FakeEmbedder())
        library.sync(papers)
        library.close()
    with (
        closing(Library.open(tmp_path, embedder=FakeEmbedder())) as library,
        pytest.raises(LibraryError, match=r"space 'l2', and this is 'cosine': .*askpapers reindex"),
    ):
        library.search("memory")


def test_the_old_index_serves_until_the_new_one_is_done(library: Library, embedder: FakeEmbedder) -> None:
    others = {name: f"{name} of mine" for name in ("conversations.sqlite", "settings.toml", "notes.txt")}
    for name, text in others.items():
        (library.home / name).write_text(text)
    imports = [entry for entry in library.index.ledger if "read" in entry]
    seen: list[str] = []
    reindex(library.home, FakeEmbedder("new@1"), lambda done: seen.append(library.search("HippoRAG", k=1)[0].paper.id))
    assert set(seen) == {"t-hippo"}
    with pytest.raises(LibraryError, match=r"was built anew with new: set ASKPAPERS_EMBEDDING=new and restart$"):
        library.search("HippoRAG")
    with closing(Library.open(library.home, embedder=FakeEmbedder("new@1"))) as new:
        assert new.search("HippoRAG", k=1)[0].paper.id == "t-hippo"
        assert [entry for entry in new.index.ledger if "read" in entry] == imports
        assert {p.id for p in new.papers()} == new.index.bm25.ids() == set(new.index.vector_store.hashes())
    assert {name: (library.home / name).read_text() for name in others} == others


def test_with_the_same_model_nothing_is_embedded_and_readers_go_over(library: Library, embedder: FakeEmbedder) -> None:
    before = library.search("retrieval heads", k=4)
    embedder.encoded.clear()
    assert reindex(library.home, embedder) == 4
    assert embedder.encoded == []
    assert library.search("retrieval heads", k=4) == before
    assert library.index.folder == library.home / "index-2"
    assert library.sync(list(library.papers())).unchanged == 4
    assert not (library.home / "chroma").exists()  # the next writer removes what is out of use
    assert reindex(library.home, embedder) == 4
    assert library.search("retrieval heads", k=4) == before


def test_interrupted_it_leaves_the_old_one(library: Library) -> None:
    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex(library.home, FakeEmbedder("new@1"), interrupt)
    assert not list(library.home.glob("index-*"))
    assert len(library.search("memory", k=4)) == 4


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_its_process_it_leaves_the_old_one(number: int, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with closing(opened(home)) as library:
        library.sync(read_papers(write_papers(tmp_path / "made.jsonl", 600)))
        process = start("reindex", "--home", home, "--embedding", "other")
        wait_for(lambda: (home / "index-2" / "chroma" / "chroma.sqlite3").exists())
        process.send_signal(number)
        _, said = process.communicate(timeout=300)
        assert "Traceback" not in said
        assert process.returncode == (130 if number == signal.SIGINT else -number)
        assert len(library.search("baran celem", 5)) == 5
        assert library.remove(["made-1"]) == 1
        assert not list(home.glob("index-*"))


def test_no_index_no_reindex(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="askpapers index"):
        reindex(tmp_path / "none", FakeEmbedder())
    assert not (tmp_path / "none").exists()


def test_a_lost_forward_index_is_built_anew_from_chroma(library: Library, embedder: FakeEmbedder) -> None:
    before = library.search("retrieval heads", k=4)
    library.close()
    for file in library.home.glob("derived.sqlite*"):
        file.unlink()
    with closing(Library.open(library.home, embedder=embedder, create=False)) as again:
        assert again.search("retrieval heads", k=4) == before


def test_a_damaged_forward_index_is_told_in_a_line(library: Library, embedder: FakeEmbedder) -> None:
    library.close()
    (library.home / "derived.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(LibraryError, match=r"derived.sqlite cannot be read .*: move it away"):
        Library.open(library.home, embedder=embedder)

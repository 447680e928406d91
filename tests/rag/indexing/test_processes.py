"""Several processes at one library: one writes, others read."""

import json
import os
from contextlib import closing
from pathlib import Path

from rag.answering.assistant import Assistant
from rag.indexing.folder import open_to_others
from rag.indexing.writer import reindex
from tests.conftest import PAPERS
from tests.crashing import Named, opened, run, start, wait_for, write_papers


def test_a_second_writer_is_told_of_the_first_and_goes_on_when_that_was_killed(tmp_path: Path) -> None:
    home, few = tmp_path / "home", write_papers(tmp_path / "few.jsonl", 5)
    first = start("index", write_papers(tmp_path / "many.jsonl", 5_000), "--home", home)
    wait_for(lambda: (home / "chroma" / "chroma.sqlite3").exists())
    code, _, err = run("index", few, "--home", home)
    assert (code, err.splitlines()[-1]) == (
        1,
        f"askpapers: process {first.pid} is writing to {home}; try again when it is done",
    )
    first.kill()
    first.communicate()
    code, _, err = run("index", few, "--home", home)
    assert code == 0, err
    assert "5 records: " in err


def test_a_reader_that_is_up_answers_from_what_another_process_indexed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run("index", write_papers(tmp_path / "made.jsonl", 20), "--home", home)[0] == 0
    with closing(opened(home)) as library:
        assistant = Assistant(library)
        assert assistant.ask("What do zebras of the savanna eat?").outcome == "nothing_relevant"
        row = {"id": "z", "title": "Zebras", "abstract": "Zebras of the savanna eat grass."}
        (tmp_path / "new.jsonl").write_text(json.dumps(row))
        assert run("index", tmp_path / "new.jsonl", "--home", home)[0] == 0
        answer = assistant.ask("What do zebras of the savanna eat?")
        assert [c.paper.id for c in answer.citations] == ["z"]
        assert run("remove", "z", "--home", home)[0] == 0
        assert assistant.ask("What do zebras of the savanna eat?").outcome == "nothing_relevant"


def test_only_the_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    """In a folder of its own, and in one that was there, open to all, with files that are not ours."""
    mask = os.umask(0o022)
    try:
        there = tmp_path / "there"
        there.mkdir(mode=0o755)
        (there / "mine.txt").write_text("mine")
        for home in (tmp_path / "own", there):
            with closing(opened(home)) as library:
                library.sync(PAPERS)
            reindex(home, Named())
            assert open_to_others(home) == []
            ours = [p for p in home.rglob("*") if p.name != "mine.txt"]
            assert len(ours) > 10
            assert {p.stat().st_mode & 0o777 for p in ours} == {0o600, 0o700}
        assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
        assert (there / "mine.txt").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(mask)

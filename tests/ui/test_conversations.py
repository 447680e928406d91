from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pytest

from eval.cases import read_cases
from rag.answer import Answer, Citation
from rag.answering.assistant import Assistant
from rag.errors import LibraryError
from rag.library import Library
from rag.readers import read_papers
from rag.types import Paper
from rag.verification.answer_export import made_with
from rag.verification.answer_verify import read_answer, verify
from ui import export
from ui.conversations import _MIGRATIONS, Conversations, history


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    opened = Conversations(tmp_path / "conversations.sqlite")
    yield opened
    opened.close()


def answered(kept: Conversations, owner: str, answer: Answer) -> tuple[str, str]:
    made = kept.start(owner, answer.question)
    turn = kept.ask(made, answer.question)
    kept.answered(turn, answer)
    return made, turn


def test_the_page_names_a_conversation_but_never_takes_one_that_is_there(kept: Conversations) -> None:
    assert kept.start("me", "A question?", "abcdefghijk_") == "abcdefghijk_"
    assert kept.start("you", "Another?", "abcdefghijk_") != "abcdefghijk_"
    assert kept.start("me", "A third?", "x' or 1 --ab") != "x' or 1 --ab"
    assert [name for _, name in kept.listed("me")] == ["A third?", "A question?"]


def test_an_answer_comes_back_whole(kept: Conversations, answer: Answer, tmp_path: Path) -> None:
    made, turn = answered(kept, "me", answer)
    again = Conversations(tmp_path / "conversations.sqlite")
    assert again.turns(made, "me")[0].answer == answer
    assert again.turn(turn).answer == answer  # type: ignore[union-attr]
    assert again.listed("me") == [(made, "How fast is it?")]
    again.close()


def test_nobody_sees_what_others_asked(kept: Conversations, answer: Answer) -> None:
    made, turn = answered(kept, "me", answer)
    kept.rename(made, "you", "mine now")
    kept.delete(made, "you")
    kept.show(turn, "you")
    kept.restore(made, "you")
    assert not kept.rate(turn, "you", 0, good=False)
    assert kept.listed("you") == []
    assert kept.turns(made, "you") == []
    assert kept.name(made, "you") is None
    assert kept.name(made, "me") == "How fast is it?"
    assert len(kept.turns(made, "me")) == 1


def test_list_search_rename_delete(kept: Conversations, answer: Answer) -> None:
    first, _ = answered(kept, "me", answer)
    second, _ = answered(kept, "me", replace(answer, question="An " + "endless question " * 20))
    assert [made for made, _ in kept.listed("me")] == [second, first]
    assert len(kept.name(second, "me") or "") <= 60
    assert [made for made, _ in kept.listed("me", "HOW FAST IS")] == [first]
    assert len(kept.listed("me", "22.2x")) == 2, "what was answered is searched too"
    assert kept.listed("me", "%") == []
    kept.rename(first, "me", "  Speed\n of it ")
    kept.rename(first, "me", " ")
    assert kept.name(first, "me") == "Speed of it"
    kept.delete(first, "me")
    assert [made for made, _ in kept.listed("me")] == [second]
    assert (kept.turns(first, "me"), kept.name(first, "me")) == ([], None)
    kept.restore(first, "me")
    assert len(kept.listed("me")) == 2
    assert len(kept.turns(first, "me")) == 1


def test_what_was_deleted_goes_for_good_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Conversations(tmp_path / "conversations.sqlite")
    made = kept.start("me", "What?")
    kept.delete(made, "me")
    later = time.time() + 2 * 86_400
    monkeypatch.setattr("ui.conversations.time.time", lambda: later)
    kept.delete("none", "me")
    kept.restore(made, "me")
    assert kept.listed("me") == []
    kept.close()


def test_a_question_that_the_server_did_not_live_to_answer_says_so(tmp_path: Path) -> None:
    kept = Conversations(tmp_path / "conversations.sqlite")
    made = kept.start("me", "What?")
    kept.ask(made, "What?")
    kept.close()
    again = Conversations(tmp_path / "conversations.sqlite")
    (turn,) = again.turns(made, "me")
    assert (turn.state, turn.error) == ("failed", "The server ended before it was answered: ask again.")
    again.close()


def test_turns_that_broke_off_or_were_replaced(kept: Conversations, answer: Answer) -> None:
    made, turn = answered(kept, "me", answer)
    cut = kept.ask(made, "And then?")
    assert kept.turns(made, "me")[1].state == "asked"
    kept.broke_off(cut, "It keeps")
    assert kept.turns(made, "me")[1].state == "stopped"
    kept.broke_off(cut, "", "cannot reach the model")
    assert kept.turns(made, "me")[1].error == "cannot reach the model"
    assert history(kept.turns(made, "me")) == [
        {"role": "user", "content": "How fast is it?"},
        {"role": "assistant", "content": answer.text, "papers": ["2309.17453"]},
    ]
    third = kept.ask(made, "And in all?")
    other = kept.ask(made, "And how fast?", kept.turn(turn))
    assert [t.id for t in kept.turns(made, "me")] == [other], "what followed the first version is out of sight"
    assert kept.turns(made, "me")[0].versions == (turn, other)
    assert kept.turn(turn), "a link to it still works"
    kept.show(turn, "me")
    assert [t.id for t in kept.turns(made, "me")] == [turn, cut, third]


def test_ratings_become_labelled_questions(kept: Conversations, answer: Answer, paper: Paper, tmp_path: Path) -> None:
    other = replace(paper, id="x", title="Another")
    both = replace(answer, citations=(*answer.citations, Citation(2, other, answer.citations[0].sentences[:1])))
    _, good = answered(kept, "me", both)
    kept.rate(good, "me", 0, good=False)
    kept.rate(good, "me", 0, good=True, reason="complete")
    kept.rate(good, "me", 2, good=False, reason="off topic")
    _, bad = answered(kept, "me", answer)
    kept.rate(bad, "me", 0, good=False)
    _, none = answered(kept, "me", Answer("Who won?", "nothing_relevant", message="Nothing."))
    kept.rate(none, "me", 0, good=True)
    assert kept.turn(good).ratings == {0: True, 2: False}  # type: ignore[union-attr]
    file = tmp_path / "rated.jsonl"
    file.write_text(export.labelled(kept.ratings("me")), encoding="utf-8")
    first, second = read_cases(file)
    assert (first.question, first.gold_titles) == ("How fast is StreamingLLM?", ("Attention Sinks",))
    assert ("Attention Sinks", "It gives up to 22.2x speedup.") in first.gold_evidence
    assert json.loads(file.read_text().splitlines()[0])["note"] == "answer: complete; citation 2: off topic"
    assert (second.type, second.answerable) == ("unanswerable_far", False)


def test_markdown_keeps_text_as_text(kept: Conversations, answer: Answer) -> None:
    paper = replace(answer.citations[0].paper, title="[x](javascript:alert(1)) <b>", url="javascript:alert(1)")
    made, _ = answered(kept, "me", replace(answer, citations=(Citation(1, paper, answer.citations[0].sentences),)))
    kept.broke_off(kept.ask(made, "And?"), "It")
    page = export.markdown("How *fast*", kept.turns(made, "me"))
    assert page.startswith("# How \\*fast\\*\n\n## How fast is it?\n\n*")
    assert " · written by scripted · understood as: How fast is StreamingLLM?*\n" in page
    assert "\n\nIt keeps sinks. [1] It is 22.2x faster. [1]\n" in page
    assert "1. \\[x\\](javascript:alert(1)) \\<b\\>. Xiao, Han. 2023\n" in page
    assert "   > It gives up to 22.2x speedup." in page
    assert "It *(stopped)*" in page


def test_bibtex_of_exactly_the_cited_papers(answer: Answer, paper: Paper) -> None:
    odd = Paper("t-1", "100% of {A} & B_c: $x^2$ \\& more", "Text.", ("Ada Ö", "B. C"), url="javascript:x")
    more = replace(answer, citations=(Citation(1, odd, ()),), related=(replace(paper, id="no"),))
    library = bibtexparser.parse_string(export.bibtex([answer, more, answer]))
    assert not library.failed_blocks
    assert [e.key for e in library.entries] == ["2309.17453", "t-1"]
    first, second = ({f.key: f.value for f in e.fields} for e in library.entries)
    assert first == {
        "title": "{Attention Sinks}", "author": "Xiao and Han", "year": "2023", "eprint": "2309.17453",
        "archivePrefix": "arXiv", "url": "https://arxiv.org/abs/2309.17453",
    }  # fmt: skip
    assert second == {
        "title": r"{100\% of \textbraceleft{}A\textbraceright{} \& B\_c: $x^2$ \& more}", "author": "Ada Ö and B. C",
    }  # fmt: skip


def test_the_file_has_a_version_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    Conversations(path).close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] >= 1
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="newer askpapers"):
        Conversations(path)


def test_a_file_from_before_there_were_versions_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(_MIGRATIONS[0])
        db.execute("INSERT INTO conversations VALUES ('c', 'ada', 'What?', 1)")
        row = "INSERT INTO turns (id, conversation, asked, question, replaced) VALUES (?, 'c', ?, ?, ?)"
        db.executemany(row, [("a", 1, "What?", 0), ("b", 2, "And?", 1), ("d", 3, "And so?", 0)])
        db.commit()
    after = Conversations(path)
    assert [i for i, _ in after.listed("ada")] == ["c"]
    first, second = after.turns("c", "ada")
    assert (first.id, first.versions) == ("a", ("a",))
    assert (second.id, second.versions) == ("d", ("b", "d"))
    after.close()


def test_an_entry_is_exported_as_it_came_in(answer: Answer, tmp_path: Path) -> None:
    entry = (
        "@inproceedings{beck21,\n  title = {{Moss} on {W}elsh walls},\n  author = {Beck, Ina and {Moss Group}},\n"
        "  booktitle = {Proc. of Moss},\n  pages = {1--9},\n  abstract = {Moss grows.},\n}\n"
    )
    (tmp_path / "a.bib").write_text(entry.replace("  pages", "  note = {\\input{/etc/passwd}},\n  pages"))
    (paper,) = read_papers(tmp_path / "a.bib")
    cited = replace(answer, citations=(replace(answer.citations[0], paper=paper),))
    assert export.bibtex([cited]) == entry


def test_what_an_entry_lacks_is_said(answer: Answer) -> None:
    paper = Paper("10.5555/ab.1", "Moss", "It grows.", ("Ina Beck",), doi="10.5555/ab.1", venue="J Moss")
    cited = replace(answer, citations=(replace(answer.citations[0], paper=paper),))
    assert export.bibtex([cited]).startswith("% 10.5555-ab.1: its source told no year\n@article{10.5555-ab.1,\n")


def test_an_answer_is_exported_so_that_it_can_be_verified(
    kept: Conversations, library: Library, answer: Answer, tmp_path: Path
) -> None:
    assistant = Assistant(library)
    found = assistant.ask("Which theory inspired HippoRAG?")
    made = kept.start("me", found.question)
    kept.answered(turn := kept.ask(made, found.question), found, made_with(assistant))
    kept.answered(before := kept.ask(made, found.question), found)  # as one that was kept before that was noted
    for each, same in ((turn, True), (before, None)):
        told = kept.turn(each)
        assert told is not None
        assert told.answer is not None
        (file := tmp_path / "answer.json").write_text(export.to_verify(told.answer, told.made_with), encoding="utf-8")
        verified = verify(read_answer(file), library)
        assert verified.stands
        assert verified.same_index is same
        assert verified.citations[0].paper_changed is False

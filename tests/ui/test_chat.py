from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import LLMError
from rag.library import Library
from rag.serving.running import Running
from tests.ui.scripted import Scripted
from ui.chat import follow
from ui.chat_tab import ChatTab
from ui.conversations import Conversations
from ui.examples import examples
from ui.front import Front
from ui.parts import Parts
from ui.settings_tab import SettingsTab
from ui.sidebar import Sidebar

QUESTION = "What does StreamingLLM keep as attention sinks?"


def request(session: str = "s", user: str | None = None, **query: str) -> Any:
    return SimpleNamespace(session_hash=session, username=user, query_params=query)


def event(**values: Any) -> Any:
    return SimpleNamespace(**values)


class Desk:
    """The chat without a server: its handlers are called as Gradio would."""

    def __init__(self, assistant: Assistant, home: Path) -> None:
        self.kept = Conversations(home / "conversations.sqlite")
        with gr.Blocks() as page:
            self.parts = Parts()
            self.parts.sidebar()
            self.parts.body()
            settings = SettingsTab(assistant)
            self.running = running = Running()
            self.tab = ChatTab(self.parts, settings, assistant, self.kept, running)
            front = Front(assistant.library, lambda: assistant)
            self.side = Sidebar(page, self.parts, settings, self.kept, front, running)
        self.chosen = ("model" if assistant.llm else "extractive", "strict", 6)

    def asked(self, question: str, current: str = "", key: str = "k", editing: str = "", session: str = "s") -> Any:
        return self.tab.ask(request(session), question, editing, current, key, {}, *self.chosen)

    def last(self, updates: Iterator[dict[Any, Any]]) -> dict[Any, Any]:
        *_, update = updates
        return update

    def chat(self, update: dict[Any, Any]) -> str:
        return " ".join(m["content"] for m in update[self.parts.chat])


@pytest.fixture
def desk(library: Library, tmp_path: Path, no_server: None) -> Iterator[Desk]:
    made = Desk(Assistant(library), tmp_path)
    yield made
    made.kept.close()


@pytest.fixture
def with_model(library: Library, tmp_path: Path, gated: Scripted, no_server: None) -> Iterator[Desk]:
    made = Desk(Assistant(library, gated), tmp_path)
    yield made
    gated.go.release(9)
    for thread in [t for t in threading.enumerate() if t.name == "answer"]:
        thread.join(10)
    made.kept.close()


def test_an_answer_is_followed_from_its_first_status_to_its_end(library: Library, gated: Scripted) -> None:
    kept: list[Answer] = []
    steps = follow(Assistant(library, gated), QUESTION, [], None, threading.Event(), kept.append)
    assert next(s for s in steps if s.status.startswith("reading")).pieces == ()
    gated.go.release(2)
    assert len(next(s for s in steps if s.pieces).pieces) == 1
    gated.go.release(9)
    *_, last = steps
    assert last.answer == kept[0]
    assert len(last.pieces) == len(kept[0].claims)


def test_what_goes_wrong_is_one_line(library: Library) -> None:
    class Broken(Assistant):
        def stream(self, *_: Any, **__: Any) -> Any:
            yield "It keeps sinks."
            raise LLMError("cannot reach the model: start it")

    *_, last = follow(Broken(library), QUESTION, [], None, threading.Event(), lambda _: None)
    assert (last.pieces, last.error) == (("It keeps sinks.",), "cannot reach the model: start it")
    *_, blank = follow(Assistant(library), " ", [], None, threading.Event(), lambda _: None)
    assert blank.error == "the question is blank: type one"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_does_not_leave_the_page_waiting(library: Library) -> None:
    class Buggy(Assistant):
        def stream(self, *_: Any, **__: Any) -> Any:
            raise ZeroDivisionError

    *_, last = follow(Buggy(library), QUESTION, [], None, threading.Event(), lambda _: None)
    assert "ZeroDivisionError" in last.error
    for thread in threading.enumerate():
        if thread.name == "answer":
            thread.join(10)  # here, where what it raises is expected


def test_ask_shows_an_answer_with_its_evidence_and_keeps_it(desk: Desk) -> None:
    steps = list(desk.asked(QUESTION))
    assert "writing" in desk.chat(steps[0])
    update, p = steps[-1], desk.parts
    assert 'class="do cite"' in desk.chat(update)
    assert "Attention Sinks" in update[p.cards]
    assert QUESTION in update[p.listed]
    assert desk.kept.listed("browser:k") == [(update[p.current], QUESTION)]


def test_a_follow_up_stays_in_the_conversation_and_a_stranger_does_not_get_in(desk: Desk) -> None:
    p = desk.parts
    first = desk.last(desk.asked(QUESTION))
    second = desk.last(desk.asked("What is HippoRAG inspired by?", first[p.current]))
    assert second[p.current] == first[p.current]
    assert len(second[p.chat]) == 4
    stranger = desk.last(desk.asked("What do people remember?", first[p.current], key="other"))
    assert stranger[p.current] != first[p.current]
    assert QUESTION not in desk.chat(stranger)
    assert QUESTION not in stranger[p.listed]


def test_blank_questions_and_a_question_before_the_browser_has_kept_its_key(desk: Desk) -> None:
    p = desk.parts
    assert list(desk.asked("  ")) == [{p.box: gr.skip()}]
    early = desk.last(desk.asked(QUESTION, key=""))
    key = desk.side.load(request(), "")[p.key]
    assert desk.side.load(request(chat=early[p.current]), key)[p.current] == early[p.current]
    assert desk.side.load(request("other"), "")[p.key] != key


def test_another_conversation_is_opened_while_an_answer_is_made(with_model: Desk, gated: Scripted) -> None:
    desk, p = with_model, with_model.parts
    steps = desk.asked(QUESTION)
    next(steps), next(steps)
    assert desk.side.new(request(), "k")[p.chat] == []
    assert list(steps) == [{p.box: gr.skip()}], "it no longer comes into the page"
    (made, _), *_ = desk.kept.listed("browser:k")
    waiting = desk.side.open(request(), event(value=made), "k")
    assert "Being answered" in desk.chat(waiting)
    assert waiting[p.waiting].active
    assert desk.tab.wait(made, "k", request()) == {p.box: gr.skip()}
    assert desk.running.counts == (1, 0), "nobody waits for it, but it is being made"
    gated.go.release(9)
    until = time.monotonic() + 10
    while desk.kept.turns(made, "browser:k")[0].state == "asked" and time.monotonic() < until:
        time.sleep(0.02)
    while desk.running.counts != (0, 0) and time.monotonic() < until:
        time.sleep(0.02)
    assert desk.running.counts == (0, 0)
    there = desk.tab.wait(made, "k", request())
    assert "Attention Sinks" in there[p.cards]
    assert not there[p.waiting].active


def test_stop_keeps_what_was_said(with_model: Desk, gated: Scripted) -> None:
    desk = with_model
    steps = desk.asked(QUESTION)
    gated.go.release(2)
    next(step for step in steps if "<sup>1</sup>" in desk.chat(step))
    assert list(desk.asked("Another?")) == [{desk.parts.box: gr.skip()}], "one question at a time"
    desk.tab.stop(request())
    started = time.monotonic()
    update = desk.last(steps)
    assert time.monotonic() - started < 2
    assert "Stopped before the end." in desk.chat(update)
    assert desk.kept.turns(update[desk.parts.current], "browser:k")[0].state == "stopped"
    desk.tab.stop(request("nobody"))


def test_an_answer_nobody_waits_for_is_kept(with_model: Desk, gated: Scripted) -> None:
    desk = with_model
    steps = desk.asked(QUESTION)
    next(steps), next(steps)
    steps.close()  # the page was closed
    gated.go.release(9)
    (made, _), *_ = desk.kept.listed("browser:k")
    until = time.monotonic() + 10
    while desk.kept.turns(made, "browser:k")[0].state == "asked" and time.monotonic() < until:
        time.sleep(0.02)
    assert desk.kept.turns(made, "browser:k")[0].answer


def test_regenerate_and_edit_take_the_place_of_the_last_turn(desk: Desk) -> None:
    p = desk.parts
    first = desk.last(desk.asked(QUESTION))
    current = first[p.current]
    again = desk.last(desk.tab.again(request(), current, "k", {}, *desk.chosen))
    assert len(again[p.chat]) == 2
    turn = desk.kept.turns(current, "browser:k")[-1]
    assert not again[p.again].visible, "quoting gives the same again"
    edited = desk.tab.turn(request(), event(name="edit", value=turn.id), "k", current)
    assert edited[p.box] == QUESTION
    update = desk.last(desk.asked("What is HippoRAG?", current, editing=edited[p.editing]))
    assert len(update[p.chat]) == 2
    assert "What is HippoRAG?" in desk.chat(update)
    assert "3 of 3" in desk.chat(update)
    earlier = desk.tab.turn(request(), event(name="version", value=turn.versions[0]), "k", current)
    assert "1 of 3" in desk.chat(earlier)
    assert desk.tab.turn(request(), event(name="edit", value="none"), "k", current) == {p.box: gr.skip()}
    assert list(desk.tab.again(request(), "", "k", {}, *desk.chosen)) == []


def test_markers_similar_papers_and_ratings(desk: Desk) -> None:
    update = desk.last(desk.asked(QUESTION))
    current = update[desk.parts.current]
    turn = desk.kept.turns(current, "browser:k")[0]
    assert turn.answer
    evidence = turn.answer.claims[0].evidence[0]
    shown = desk.tab.show(request(), event(name="show", value=f"?answer={turn.id}#{evidence}"), "k", current)
    assert f'<mark class="now">{turn.answer.citations[0].sentences[0].text}</mark>' in shown
    assert desk.tab.show(request(), event(name="show", value="?answer=none#1"), "k", current) == gr.skip()
    similar = desk.tab.show(request(), event(name="similar", value=turn.answer.citations[0].paper.title), "k", current)
    assert similar.count("<details") == 3
    assert "1 paper cited" in desk.tab.show(request(), event(name="back", value=""), "k", current)
    assert desk.tab.show(request(), event(name="back", value=""), "other", current) == ""
    desk.tab.show(request(), event(name="rate", value=f"{turn.id} 1 0 wrong paper"), "k", current)
    (rating,) = desk.kept.ratings("browser:k")
    assert (rating.citation, rating.good, rating.reason) == (1, False, "wrong paper")


def test_a_page_opens_where_its_address_says(desk: Desk) -> None:
    p = desk.parts
    fresh = desk.side.load(request(), "")
    assert len(fresh[p.key]) > 16
    assert fresh[p.chat] == []
    asked = desk.last(desk.asked(QUESTION))
    turn = desk.kept.turns(asked[p.current], "browser:k")[0].id
    for query in ({"chat": asked[p.current]}, {"answer": turn}):
        assert desk.side.load(request(**query), "k")[p.current] == asked[p.current]
    stranger = desk.side.load(request(answer=turn), "other")
    assert stranger[p.current] == ""
    assert QUESTION in desk.chat(stranger)
    assert "Attention Sinks" in stranger[p.cards]
    assert desk.side.load(request(chat=asked[p.current]), "other")[p.chat] == []


def test_whoever_logs_in_has_the_same_conversations_in_every_browser(desk: Desk) -> None:
    p = desk.parts
    *_, update = desk.tab.ask(request(user="ada"), QUESTION, "", "", "k", {}, *desk.chosen)
    assert desk.side.open(request(user="ada"), event(value=update[p.current]), "another")[p.current]
    assert not desk.side.open(request(), event(value=update[p.current]), "k")[p.current]


def test_rename_search_export_delete(desk: Desk) -> None:
    p = desk.parts
    current = desk.last(desk.asked(QUESTION))[p.current]
    assert 'value="Sinks"' in desk.side.rename(request(), event(value="Sinks"), current, "k")[0]
    assert "Sinks" in desk.side.find(request(), "sink", current, "k")
    assert "No conversation contains “hippo”." in desk.side.find(request(), "hippo", current, "k")

    def saved(value: str, name: str = "export", key: str = "k") -> list[str]:
        return desk.side.export(request(), event(name=name, value=value), current, key) or ["", ""]

    name, page = saved("markdown")
    assert (name, page.splitlines()[0]) == ("Sinks.md", "# Sinks")
    assert "2309.17453" in saved("bibtex")[1]
    assert "TI  - Efficient Streaming" in saved("ris")[1]
    assert saved("csv")[1].startswith("title,authors,year,venue,doi,url,sentences")
    assert (saved("bibtex", key="other"), saved("exe")) == (["", ""], ["", ""])
    turn = desk.kept.turns(current, "browser:k")[0].id
    assert "2309.17453" in saved(f"{turn} bibtex 2309.17453", "ticked")[1]
    assert saved(f"{turn} bibtex none", "ticked")[1] == ""
    assert desk.side.delete(request(), current, "k")[p.chat] == []
    assert desk.side.undo(request(), event(value=current), "k")[p.current] == current
    assert desk.side.new(request(), "k")[p.current] == ""


def test_examples_are_questions_that_the_papers_answer(library: Library) -> None:
    offered = examples(library)
    assert offered
    for question in offered:
        assert Assistant(library).ask(question).outcome == "answered"

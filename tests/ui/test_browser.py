"""Asking in Debian's chromium: run by `make test-browser`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.verification.answer_verify import read_answer
from tests.ui import browsing
from tests.ui.browsing import KEPT, QUESTION, ask, cite, marked, served
from tests.ui.scripted import Scripted, echo

pytestmark = [pytest.mark.browser, *browsing.MARKS]
IN_VIEW = """e => {
  const [box, pane] = [e.getBoundingClientRect(), document.querySelector('#evidence').getBoundingClientRect()];
  return box.top >= pane.top && box.bottom <= Math.min(pane.bottom, innerHeight);
}"""


def test_ask_hover_click_and_follow_up(address: str, visit: Any) -> None:
    page = visit(address)
    answer = ask(page, QUESTION)
    assert KEPT in answer.inner_text()
    assert "quoted word for word" in answer.locator(".grounding").first.inner_text()
    assert page.locator("#evidence .card").count() >= 1
    marker = cite(answer)
    page.mouse.move(0, 0)
    marker.hover()
    tip = page.locator(".tip.shown").inner_text()
    assert tip.startswith("Efficient Streaming Language Models with Attention Sinks")
    assert KEPT in tip
    marker.click()
    assert marked(page) == [KEPT]
    abstract = page.locator("#evidence .card[open] .abstract").first.inner_text()
    assert abstract.startswith("Deploying large language models")
    ask(page, "And what is HippoRAG inspired by?")
    assert page.locator(".question").all_inner_texts() == [QUESTION, "And what is HippoRAG inspired by?"]
    page.locator("#evidence .card", has_text="HippoRAG").wait_for()
    assert page.locator(".whose").count() == 0
    cite(page).click()
    assert marked(page) == [KEPT], "the evidence of an earlier answer comes back"
    assert QUESTION in page.locator(".whose").inner_text()
    assert page.locator("#evidence mark.now").evaluate(IN_VIEW)


def test_checked_sentences_stream_and_an_answer_can_be_stopped(library: Library, gated: Scripted, visit: Any) -> None:
    gated.reply = lambda sentences: echo(sorted(sentences, key=lambda s: s[1] != KEPT))
    with served(Assistant(library, gated)) as address:
        page = visit(address)
        box = page.locator("#question textarea")
        box.fill(QUESTION)
        box.press("Enter")
        page.locator(".writing .status", has_text="reading").wait_for()
        gated.go.release(2)
        page.locator(".writing", has_text="keeps attention sinks").wait_for()
        gated.go.release(9)
        done = page.locator(".answered")
        done.wait_for()
        assert "3 of 3 sentences supported by their cited sentence" in done.inner_text()
        done.locator("a.cite").first.click()
        assert marked(page) == [KEPT]
        while gated.go.acquire(blocking=False):
            pass
        box.fill("What is HippoRAG inspired by?")
        box.press("Enter")
        page.locator(".writing .status", has_text="reading").wait_for()
        page.keyboard.press("Escape")
        page.locator(".stopped", has_text="Stopped before the end.").wait_for()
        gated.go.release(9)
        assert page.get_by_role("button", name="Ask", exact=True).is_visible()


def test_regenerate_edit_and_copy(address: str, visit: Any) -> None:
    page = visit(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.get_by_role("button", name="Copy the answer").click()
    page.locator("#note", has_text="Answer copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert KEPT in copied
    assert "https://arxiv.org/abs/2309.17453" in copied
    assert page.get_by_role("button", name="Answer again").count() == 0, "quoting gives the same again"
    ask(page, "And how fast is it?", ".answer")
    page.locator(".question").first.hover()
    page.locator(".asked").first.get_by_role("button", name="Edit").click()
    page.wait_for_function("document.querySelector('#question textarea').value.length > 9")
    box = page.locator("#question textarea")
    assert box.input_value() == QUESTION
    box.fill("What is HippoRAG inspired by?")
    box.press("Enter")
    page.locator(".question", has_text="HippoRAG").wait_for()
    assert page.locator(".question").count() == 1
    page.locator(".versions", has_text="2 of 2").get_by_role("button", name="earlier version").click()
    page.locator(".question", has_text="how fast").wait_for()
    assert page.locator(".question").count() == 2, "with what followed it"


def test_the_outcomes(address: str, visit: Any) -> None:
    page = visit(address)
    ask(page, "Quxo blarf zzyzx wibble?", ".nothing_relevant")
    page.get_by_role("button", name="New conversation").click()
    page.locator("#hero .landing").wait_for()
    ask(page, "   x" + "y" * 4200, ".nothing_relevant, .failed")


def test_reload_and_reopen_with_evidence_and_permalink(address: str, visit: Any, library: Library) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.wait_for_url("**?chat=*")
    library.remove(["2309.17453"])
    page.reload()
    page.locator("#evidence .card").first.wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.locator("#hero .landing").wait_for()
    page.locator(".conversations button", has_text="What does StreamingLLM").click()
    cite(page).click()
    assert marked(page) == [KEPT], "the evidence outlives the paper"
    link = f"{address}?answer={page.locator('.answer').get_attribute('id').removeprefix('turn-')}"
    stranger = visit(link)
    cite(stranger).click()
    assert marked(stranger) == [KEPT]
    assert stranger.locator(".conversations button").count() == 0


def test_rename_search_export_and_delete(address: str, visit: Any) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.locator(".menu", has_text="Rename").locator("summary").click()
    name = page.get_by_label("Name of the conversation")
    name.fill("Sinks & more")
    name.press("Enter")
    page.locator(".conversations button", has_text="Sinks & more").wait_for()
    kinds = (("Markdown", ".md", KEPT), ("BibTeX", ".bib", "@misc{2309.17453,"), ("RIS", ".ris", "TI  - Efficient"),
             ("CSV", ".csv", "title,authors"))  # fmt: skip
    for button, ending, holds in kinds:
        page.locator(".menu", has_text="Export").locator("summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == f"Sinks-more{ending}"
        assert holds.split(".")[0] in Path(download.value.path()).read_text(encoding="utf-8")
    with page.expect_download() as download:
        page.locator(".answer").get_by_role("button", name="JSON").click()
    assert len(read_answer(Path(download.value.path())).citations) >= 1
    page.get_by_label("Search conversations").fill("hippopotamus")
    page.locator("#conversations", has_text="No conversation contains “hippopotamus”.").wait_for()
    page.get_by_label("Search conversations").fill("")
    page.locator(".conversations button").wait_for()
    page.get_by_role("button", name="Delete").click()
    page.locator("#hero .landing").wait_for()
    page.wait_for_function("!document.querySelector('.conversations button')")
    page.get_by_role("button", name="Undo").click()
    page.locator(".answer").wait_for()
    page.locator(".conversations button", has_text="Sinks & more").wait_for()


def test_thumbs_and_reasons_become_labelled_questions(address: str, visit: Any) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.locator("#chat").get_by_role("button", name="this answer is right").click()
    page.get_by_label("Why? (optional)").fill("complete")
    page.get_by_label("Why? (optional)").press("Enter")
    page.locator("#note", has_text="Noted").wait_for()
    page.reload()
    page.locator("#chat button.right.on").wait_for()
    page.get_by_role("tab", name="Settings").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my ratings").click()
    row = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (row["question"], row["note"]) == (QUESTION, "answer: complete")

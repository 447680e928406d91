"""Where the page scrolls in Debian's chromium: the question at the top, unless the reader scrolls."""

from __future__ import annotations

from typing import Any

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from tests.ui import browsing
from tests.ui.browsing import KEPT, QUESTION, ask, at_the_top, served
from tests.ui.scripted import Scripted

pytestmark = [pytest.mark.browser, *browsing.MARKS]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}


def words(sentences: list[tuple[str, str]]) -> list[str]:
    """Many sentences, more than a pane holds."""
    return [f"{text} [{made}] " for _ in range(8) for made, text in sentences[:3]]


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("slowness", [1, 6])
def test_a_new_question_stands_at_the_top_with_its_answer_below(
    address: str, visit: Any, screen: dict[str, Any], slowness: int
) -> None:
    page = visit(address, **screen)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowness})
    ask(page, QUESTION)
    at_the_top(page)
    ask(page, "What is HippoRAG inspired by?")
    at_the_top(page)
    page.locator(".answer").first.scroll_into_view_if_needed()
    ask(page, "What does DuoAttention do?")
    at_the_top(page)
    page.wait_for_timeout(1000)  # nothing moves it once it is there
    at_the_top(page)


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_reader_who_scrolls_is_let_be(library: Library, gated: Scripted, visit: Any, screen: dict[str, Any]) -> None:
    gated.reply = words
    gated.go.release(99)
    with served(Assistant(library, gated, checking="off")) as address:
        page = visit(address, **screen)
        ask(page, QUESTION, ".answer")
        while gated.go.acquire(blocking=False):
            pass
        page.locator("#question textarea").fill("What is HippoRAG inspired by?")
        page.locator("#question textarea").press("Enter")
        page.locator(".writing").wait_for()
        at_the_top(page)
        page.mouse.move(screen["viewport"]["width"] / 2 - 40, 300)
        page.mouse.wheel(0, -4000)
        page.wait_for_function("document.querySelector('.question').getBoundingClientRect().top > 0")
        where = page.locator(".question").first.bounding_box()["y"]
        gated.go.release(99)
        page.wait_for_function("document.querySelectorAll('.answer:not(.writing)').length === 2")
        assert KEPT in page.locator(".answer").first.inner_text()
        assert page.locator(".question").first.bounding_box()["y"] == where

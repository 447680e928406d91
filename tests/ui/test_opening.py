"""The landing that comes with the page, before Gradio's."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from tests.ui import browsing
from tests.ui.browsing import QUESTION, served
from ui import app


@pytest.fixture
def there(library: Library) -> Iterator[str]:
    with served(Assistant(library)) as address:
        yield address


def test_the_first_html_can_be_read(there: str) -> None:
    page = httpx.get(there, trust_env=False).text
    assert re.search(r'<div id="opening">.*Ask 4 papers.*<textarea', page, re.DOTALL)
    assert page.index('id="opening"') < page.index("<gradio-app")
    for address in (f"{there}?chat=abc", f"{there}config", f"{there}?view=api"):
        assert 'id="opening"' not in httpx.get(address, trust_env=False).text


def test_what_is_in_the_library_is_not_told_before_a_login(library: Library) -> None:
    page = app.build_app(Assistant(library))
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7870), auth=("me", "secret"))
    try:
        assert 'id="opening"' not in httpx.get(page.local_url, trust_env=False).text
    finally:
        page.close(verbose=False)


@pytest.mark.browser
@pytest.mark.skipif(not browsing.CHROMIUM.exists(), reason="chromium is not installed")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_typed_before_the_page_is_there_is_asked(there: str, chromium: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    waiting, go = [], threading.Event()

    def hold(route: Any) -> None:
        route.continue_() if go.is_set() else waiting.append(route)

    page.route("**/assets/index-*.js", hold)
    page.goto(there, wait_until="commit")
    box = page.locator("#opening textarea")
    box.fill(QUESTION)
    box.press("Enter")
    assert page.locator("#question").count() == 0
    go.set()
    for route in waiting:
        route.continue_()
    page.locator(".answered", has_text="attention sinks").wait_for()
    assert page.locator(".question").all_inner_texts() == [QUESTION]
    assert page.locator("#opening").count() == 0
    context.close()

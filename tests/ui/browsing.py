"""A real browser, people who visit the page with it, and what they do there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.types import Paper
from ui import app

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
OWN = {
    "accounts.google.com",
    "android.clients.google.com",
    "content-autofill.googleapis.com",
    "redirector.gvt1.com",
    "update.googleapis.com",
}  # chromium's, not the page's
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
QUESTION = "What does StreamingLLM keep as attention sinks?"
KEPT = "We introduce StreamingLLM, a framework that keeps attention sinks."
HARMFUL = "<script>alert(1)</script> <img src=x onerror=alert(1)> [here](javascript:alert(1)) zebra stripes"

MARKS = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser; at the end its own network log shows that nothing was sent past this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    log = tmp_path_factory.mktemp("net") / "net.json"
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, f"--log-net-log={log}"])
        yield opened
        opened.close()
    named = set(re.findall(r'"(?:url|host)":"(?:(?:https?|wss?)://)?([^/":]+)', log.read_text(encoding="utf-8")))
    assert named <= {"127.0.0.1", *OWN}, f"the browser asked for {named}"


@dataclass
class Seen:
    """What a browser's pages asked for and complained of."""

    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def complaint(self, text: str) -> None:
        # A page that is left in mid-request, or whose server has ended.
        if not any(known in text for known in ("AbortError", "Connection errored out", "ERR_CONNECTION_REFUSED")):
            self.errors.append(text)

    def dialog(self, shown: Any) -> None:
        self.errors.append(shown.message)
        shown.accept()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page as a person with a browser of their own; no page may complain or ask another host for anything."""
    seen, contexts = Seen(), []

    def open_page(address: str, **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        context.set_default_timeout(15000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: seen.hosts.add(urlsplit(r.url).hostname or urlsplit(r.url).scheme))
        page.on("console", lambda m: seen.complaint(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: seen.complaint(str(e)))
        page.on("dialog", seen.dialog)
        page.goto(address)
        page.locator("#hero .landing:visible, .answer:visible").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen.hosts <= {"127.0.0.1", "blob", "data"}
    assert seen.errors == []


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    page = app.build_app(assistant, own=True)
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7870))
    try:
        yield page.local_url
    finally:
        page.close(verbose=False)


@pytest.fixture
def address(library: Library) -> Iterator[str]:
    text = f"{HARMFUL}. {'z' * 5000} end. It takes $O(n^2)$ from $5 to $6."
    harmful = Paper("t-zebra", HARMFUL, text, (HARMFUL,), 2025, "javascript:alert(1)", source="<b>evil</b>.jsonl")
    library.sync([harmful])
    with served(Assistant(library)) as there:
        yield there


def ask(page: Any, question: str, outcome: str = ".answered") -> Any:
    """Types a question, presses Enter and gives the answer when it is complete."""
    before = page.locator(".answer:not(.writing)").count()
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.answer:not(.writing)').length > {before}")
    last = page.locator(".answer").last
    assert last.evaluate(f"e => e.matches('{outcome}')"), last.inner_text()
    return last


def upload(page: Any, place: str, file: Path) -> None:
    """Gives a file to the drop area at that place, once it is ready, and waits until it is there."""
    page.locator(place, has_text="Drop File Here").wait_for()
    page.locator(f"{place} input[type=file]").set_input_files(str(file))
    page.locator(place, has_text=file.stem).wait_for(timeout=60_000)


def cite(page: Any) -> Any:
    """The marker of the sentence KEPT."""
    return page.locator(".claim", has_text=KEPT).last.locator("a.cite")


def marked(page: Any) -> list[str]:
    page.locator("#evidence mark.now").first.wait_for()
    return page.locator("#evidence mark.now").all_inner_texts()  # type: ignore[no-any-return]


def at_the_top(page: Any) -> None:
    """Waits until the last question stands at the top of what scrolls: the chat, or on a phone the window."""
    page.wait_for_function(
        """() => {
          const question = [...document.querySelectorAll('.question')].pop();
          const pane = innerWidth < 900 ? 0 : question.closest('.panel-wrap').getBoundingClientRect().top;
          const top = question.getBoundingClientRect().top - pane;
          return 0 <= top && top <= 20;
        }"""
    )

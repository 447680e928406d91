"""The page in Debian's chromium: run by `make test-browser`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from rag.assistant import Assistant
from rag.library import Library
from rag.types import Paper
from tests.ui.scripted import Scripted, echo
from ui import app

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
OWN = {"accounts.google.com", "content-autofill.googleapis.com", "update.googleapis.com"}  # chromium's, not the page's
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
QUESTION = "What does StreamingLLM keep as attention sinks?"
KEPT = "We introduce StreamingLLM, a framework that keeps attention sinks."
HARMFUL = "<script>alert(1)</script> <img src=x onerror=alert(1)> [here](javascript:alert(1)) zebra stripes"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
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
        if "AbortError" not in text and "Connection errored out" not in text:  # a page that is left in mid-request
            self.errors.append(text)


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
        page.on("dialog", lambda d: (seen.errors.append(d.message), d.accept()))
        page.goto(address)
        page.locator(".welcome, .answer").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen.hosts <= {"127.0.0.1", "blob", "data"}
    assert seen.errors == []


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    page = app.build_app(assistant)
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7870))
    try:
        yield page.local_url
    finally:
        page.close(verbose=False)


@pytest.fixture
def address(library: Library) -> Iterator[str]:
    text = f"{HARMFUL}. {'z' * 5000} end."
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


def cite(page: Any) -> Any:
    """The marker of the sentence KEPT."""
    return page.locator(".claim", has_text=KEPT).last.locator("a.cite")


def marked(page: Any) -> list[str]:
    page.locator("#evidence mark.now").first.wait_for()
    return page.locator("#evidence mark.now").all_inner_texts()  # type: ignore[no-any-return]


def test_ask_hover_click_and_follow_up(address: str, visit: Any) -> None:
    page = visit(address)
    answer = ask(page, QUESTION)
    assert KEPT in answer.inner_text()
    assert "quoted word for word" in answer.locator(".grounding").inner_text()
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
    assert "hippocampal indexing theory" in page.locator("#evidence").inner_text()
    cite(page).click()
    assert marked(page) == [KEPT], "the evidence of an earlier answer comes back"


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
    first = page.locator(".answer").get_attribute("id")
    page.get_by_role("button", name="Regenerate").click()
    page.wait_for_function(f"document.querySelector('.answered') && !document.getElementById('{first}')")
    page.get_by_role("button", name="Edit question").click()
    page.wait_for_function("document.querySelector('#question textarea').value.length > 9")
    box = page.locator("#question textarea")
    assert box.input_value() == QUESTION
    box.fill("What is HippoRAG inspired by?")
    box.press("Enter")
    page.locator(".question", has_text="HippoRAG").wait_for()
    assert page.locator(".question").count() == 1


def test_the_outcomes(address: str, visit: Any) -> None:
    page = visit(address)
    ask(page, "Quxo blarf zzyzx wibble?", ".nothing_relevant")
    page.get_by_role("button", name="New conversation").click()
    page.locator(".welcome").wait_for()
    ask(page, "   x" + "y" * 4200, ".nothing_relevant, .failed")


def test_reload_and_reopen_with_evidence_and_permalink(address: str, visit: Any, library: Library) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.wait_for_url("**?chat=*")
    library.remove(["2309.17453"])
    page.reload()
    page.locator("#evidence .card").first.wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".welcome").wait_for()
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
    name = page.get_by_label("Name of the conversation")
    name.fill("Sinks & more")
    name.press("Enter")
    page.locator(".conversations button", has_text="Sinks & more").wait_for()
    for button, ending, holds in (("Markdown", ".md", KEPT), ("BibTeX", ".bib", "@misc{2309.17453,")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"Sinks-more{ending}"
        assert holds.split(".")[0] in Path(download.value.path()).read_text(encoding="utf-8")
    page.get_by_label("Search conversations").fill("hippopotamus")
    page.locator("#conversations", has_text="None yet").wait_for()
    page.get_by_label("Search conversations").fill("")
    page.locator(".conversations button").wait_for()
    page.evaluate("window.confirm = () => true")
    page.get_by_role("button", name="Delete").click()
    page.locator(".welcome").wait_for()
    assert page.locator(".conversations button").count() == 0


def test_papers_are_uploaded_and_asked(address: str, visit: Any, tmp_path: Path) -> None:
    page = visit(address)
    file = tmp_path / "mine.jsonl"
    abstract = "Quokkas are counted by drones. The drones find 97% of all quokkas."
    record = {"title": "Quokka Counting", "abstract": abstract}
    file.write_text(json.dumps(record) + "\nbroken", encoding="utf-8")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Add papers").click()
    page.locator("#files input[type=file]").set_input_files(str(file))
    page.locator("#files", has_text="mine.jsonl").wait_for()
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#ledger", has_text="2 records: 1 added").wait_for()
    assert "mine.jsonl:2" in page.locator("#ledger").inner_text()
    page.locator("#summary", has_text="6 papers").wait_for()
    page.get_by_label("Search the papers").fill("quokkas counted by drones")
    page.locator("#papers .card").first.get_by_text("Quokka Counting").wait_for()
    page.locator("#papers .card summary").first.click()
    page.locator("#papers .card").first.get_by_role("button", name="Ask about this paper").click()
    box = page.locator("#question textarea")
    assert "Quokka Counting" in box.input_value()
    answer = ask(page, "What do drones find of quokkas counted?")
    assert "97% of all quokkas" in answer.inner_text()
    page.get_by_role("tab", name="Library").click()
    page.evaluate("window.confirm = () => true")
    page.locator("#papers .card").first.get_by_role("button", name="Remove").click()
    page.locator("#summary", has_text="5 papers").wait_for()


def test_filters_apply_to_the_chat(address: str, visit: Any) -> None:
    page = visit(address)
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Year").click()
    page.get_by_role("option", name="2024 (2)").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask only these").click()
    page.get_by_role("button", name="Only 2024").wait_for()
    ask(page, "How do streaming heads with attention caches work?", ".answer")
    assert "Efficient Streaming Language Models" not in page.locator("#columns").inner_text()
    page.get_by_role("button", name="Only 2024").click()
    page.get_by_role("button", name="Only 2024").wait_for(state="hidden")


def test_a_harmful_paper_is_shown_as_text(address: str, visit: Any) -> None:
    page = visit(address)
    answer = ask(page, "zebra stripes?")
    answer.locator("a.cite").first.click()
    page.locator("#evidence .card[open]").wait_for()
    assert "<img src=x onerror=alert(1)>" in page.locator("#evidence .card .title").first.inner_text()
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Search the papers").fill("zebra stripes")
    page.locator("#papers .card summary").first.click()
    for place in ("#chat", "#evidence", "#papers", "#conversations"):
        assert page.locator(f"{place} :is(script, img, iframe)").count() == 0
        assert page.locator(f"{place} a[href^='javascript' i]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_people_do_not_see_each_other_and_eight_are_served_at_once(address: str, visit: Any) -> None:
    pages = [visit(address) for _ in range(8)]
    for n, page in enumerate(pages):
        page.locator("#question textarea").fill(f"{QUESTION} Person {n}")
    for page in pages:
        page.locator("#question textarea").press("Enter")
    for n, page in enumerate(pages):
        page.locator(".answer:not(.writing)").wait_for()
        assert page.locator(".question").all_inner_texts() == [f"{QUESTION} Person {n}"]
        assert page.locator(".conversations button").count() == 1


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


def test_keyboard_and_theme(address: str, visit: Any) -> None:
    page = visit(address)
    page.get_by_role("tab", name="Chat").focus()
    page.keyboard.press("/")
    box = page.locator("#question textarea")
    assert box.evaluate("e => e === document.activeElement")
    page.keyboard.type("What is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("HippoRAG/it inspired by?")
    assert box.input_value() == "What is\nHippoRAG/it inspired by?"
    page.keyboard.press("Enter")
    page.locator(".answer:not(.writing)").wait_for()
    page.locator("a.cite").first.focus()
    page.locator(".tip.shown").wait_for()
    page.keyboard.press("Enter")
    assert marked(page)
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Dark").check()
    page.wait_for_function("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_function("document.body.classList.contains('dark')")


def test_on_a_phone_nothing_is_cut_off(address: str, visit: Any) -> None:
    page = visit(address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.wait_for_function("!document.querySelector('.sidebar.open')")
    answer = ask(page, QUESTION)
    cite(answer).tap()
    assert marked(page) == [KEPT]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    below = "document.querySelector('#evidence').getBoundingClientRect().top"
    assert page.evaluate(f"{below} >= document.querySelector('#talk').getBoundingClientRect().bottom - 1")


@pytest.mark.skipif(not AXE.exists(), reason="npm install --no-save axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(address: str, visit: Any, scheme: str) -> None:
    page = visit(address, color_scheme=scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(where: str) -> None:
        page.wait_for_timeout(300)  # colours fade in
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, (where, [(v["id"], [n["target"] for n in v["nodes"]]) for v in serious])

    check("start")
    ask(page, QUESTION)
    page.locator("a.cite").first.click()
    marked(page)
    check("chat")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Add papers").click()
    check("library")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Other answerers").click()
    page.locator("#answerers table").wait_for()
    check("settings")

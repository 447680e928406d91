"""What a researcher meets in Debian's chromium: the landing, the evidence pane, tables, the library, a model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.types import Paper
from tests.llm_server import Script, serving
from tests.rag.answering.everyday_papers import PAPERS
from tests.ui import browsing
from tests.ui.browsing import KEPT, QUESTION, ask, cite, marked, served, upload
from tests.ui.scripted import Scripted

pytestmark = [pytest.mark.browser, *browsing.MARKS]
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}


@pytest.fixture
def mossy(library: Library) -> Iterator[str]:
    """A page with twelve more papers, of three years."""
    text = "Moss grows on wall {}. It covers {}% of the wall."
    library.sync(Paper(f"m-{i}", f"Moss on Wall {i}", text.format(i, i + 10), year=2020 + i % 3) for i in range(12))
    with served(Assistant(library)) as there:
        yield there


def test_the_landing_has_the_question_in_the_middle_and_no_evidence(mossy: str, visit: Any) -> None:
    page = visit(mossy, **LAPTOP)
    hero = page.locator("#hero").inner_text()
    assert "Ask 16 papers" in hero
    assert "without a language model" in hero
    box = page.locator("#question .input-container").bounding_box()
    talk = page.locator("#talk").bounding_box()
    assert abs((box["x"] + box["width"] / 2) - (talk["x"] + talk["width"] / 2)) < 3
    assert 200 < box["y"] < 500
    assert not page.locator("#evidence").is_visible()
    page.locator(".years button", has_text="2021").click()
    page.get_by_role("button", name="Only 2021").wait_for()
    page.locator(".newest button").first.click()
    page.locator("#evidence .card[open] .abstract").wait_for()
    page.get_by_role("button", name="Map of the papers").click()
    page.locator("#front-map a.do").first.wait_for(timeout=60_000)
    theme = page.locator(".themes button").first
    named, papers = theme.locator("span").first.inner_text(), theme.locator("small").inner_text()
    theme.click()
    page.locator("#only", has_text=f"Only {named}").wait_for()
    page.locator(".question", has_text=named.split(", ")[0]).wait_for()
    page.locator(".answer:not(.writing)").wait_for()
    assert page.locator("#evidence .card").count() <= int(papers)
    assert not page.locator("#front-map").is_visible()


def test_the_evidence_is_closed_opened_and_made_wider(address: str, visit: Any) -> None:
    page = visit(address, **LAPTOP)
    ask(page, QUESTION)
    page.locator("#evidence .card").first.wait_for()
    assert not page.locator("#evidence .said").count(), "what the answer quotes is not repeated"
    page.get_by_role("button", name="Close the evidence").click()
    page.locator("#evidence").wait_for(state="hidden")
    page.get_by_role("button", name="Show 1 paper").click()
    page.locator("#evidence").wait_for()
    before = page.locator("#evidence").bounding_box()["width"]
    edge = page.get_by_role("separator", name="Width of the evidence")
    edge.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert page.locator("#evidence").bounding_box()["width"] == before + 72
    at = edge.bounding_box()
    page.mouse.move(at["x"] + 2, at["y"] + 200)
    page.mouse.down()
    page.mouse.move(at["x"] + 102, at["y"] + 200, steps=4)
    page.mouse.up()
    narrower = page.locator("#evidence").bounding_box()["width"]
    assert narrower < before
    page.reload()
    page.locator("#evidence .card").first.wait_for()
    assert abs(page.locator("#evidence").bounding_box()["width"] - narrower) < 2


def test_ticked_rows_of_the_table_are_exported_and_asked_alone(mossy: str, visit: Any) -> None:
    page = visit(mossy, **LAPTOP)
    answer = ask(page, "Which papers are about moss?")
    answer.locator(".evidence-table summary").click()
    rows = answer.locator(".evidence-table tr")
    assert rows.count() > 3
    assert "%" in answer.locator(".evidence-table").inner_text()
    ticks = answer.get_by_role("checkbox")
    for n in (0, 1):
        ticks.nth(n).click()
    assert ticks.nth(0).get_attribute("aria-checked") == "true"
    page.locator(".chosen", has_text="2 chosen").wait_for()
    for kind, holds in (("BibTeX", "@misc{"), ("RIS", "TY  - "), ("CSV", "\n"), ("Markdown", "- Moss")):
        with page.expect_download() as download:
            answer.locator(".evidence-table").get_by_role("button", name=kind, exact=True).click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert text.count(holds) == (3 if kind == "CSV" else 2)
    rows.nth(1).locator("a").first.click()
    assert len(marked(page)) == 1
    answer.locator(".evidence-table").get_by_role("button", name="Ask only these").click()
    page.get_by_role("button", name="Only 2 papers").wait_for()
    assert page.locator(".answer").count() == 1


def test_another_conversation_while_an_answer_comes_and_a_reload_in_the_middle(
    library: Library, gated: Scripted, visit: Any
) -> None:
    with served(Assistant(library, gated)) as address:
        page = visit(address)
        box = page.locator("#question textarea")
        box.fill(QUESTION)
        box.press("Enter")
        page.locator(".writing").wait_for()
        page.get_by_role("button", name="New conversation").click()
        page.locator("#hero .landing").wait_for()
        gated.go.release(1)
        page.wait_for_timeout(500)
        assert page.locator(".question").count() == 0, "the old answer does not come into the new conversation"
        page.locator(".conversations button").click()
        page.locator(".stopped", has_text="Being answered").wait_for()
        page.reload()
        page.locator(".stopped", has_text="Being answered").wait_for()
        gated.go.release(20)
        page.locator(".answered", has_text="attention sinks").wait_for()
        page.get_by_role("button", name="New conversation").click()
        page.locator("#hero .landing").wait_for()
        page.go_back()
        page.locator(".answered", has_text="attention sinks").wait_for()
        page.go_forward()
        page.locator("#hero .landing").wait_for()


def test_the_way_back_is_known_before_a_slow_server_answers(address: str, visit: Any) -> None:
    page = visit(address)
    ask(page, QUESTION)
    asked = page.url
    assert "?chat=" in asked

    def slow(route: Any) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/queue/join*", slow)
    page.get_by_role("button", name="New conversation").click()
    assert page.url == address
    page.go_back()
    assert page.url == asked
    page.locator(".answered", has_text="attention sinks").wait_for()
    page.go_forward()
    page.locator("#hero .landing").wait_for()
    box = page.locator("#question textarea")
    box.fill("What is HippoRAG inspired by?")
    box.press("Enter")
    page.wait_for_url("**?chat=*")
    page.go_back()
    assert page.url == address
    page.go_forward()
    page.locator(".question", has_text="HippoRAG").wait_for()
    page.locator(".answered", has_text="hippocampal").wait_for()


def test_a_spelling_that_was_put_right_can_be_insisted_on(tmp_path: Path, visit: Any) -> None:
    library = Library.open(tmp_path / "home")  # the real model knows which words are words
    library.sync(PAPERS)
    with served(Assistant(library)) as address:
        page = visit(address)
        answer = ask(page, "What does LichenFomer do?")
        assert "Showing results for “LichenFormer”, not “LichenFomer”." in answer.inner_text()
        answer.get_by_role("button", name="Ask with my spelling").click()
        page.locator(".versions", has_text="2 of 2").wait_for()
        page.locator(".answer", has_text="No abstract here mentions LichenFomer.").wait_for()
        assert page.locator(".question").all_inner_texts() == ["What does LichenFomer do?"]
        assert page.get_by_role("button", name="Ask with my spelling").count() == 0
    library.close()


def test_what_was_asked_in_another_tab_a_lost_link_and_a_question_too_long(address: str, visit: Any) -> None:
    page = visit(address)
    other = page.context.new_page()
    other.goto(address)
    other.locator("#hero .landing:visible").wait_for()
    ask(other, QUESTION)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator(".conversations button", has_text="StreamingLLM").wait_for()
    box = page.locator("#question textarea")
    box.focus()
    page.keyboard.insert_text("x" * 6000)
    page.locator("#note", has_text="at most 4,000 characters").wait_for()
    lost = visit(address + "?answer=nowhere")
    lost.get_by_text("That answer is not kept here").wait_for()


def test_a_server_that_is_gone_is_told(library: Library, chromium: Any) -> None:
    context = chromium.new_context()
    with served(Assistant(library)) as address:
        page = context.new_page()
        page.goto(address)
        page.locator("#hero .landing:visible").wait_for()
    page.wait_for_function("document.documentElement.classList.contains('gone')", timeout=20_000)
    assert "does not answer" in page.evaluate("getComputedStyle(document.body, '::after').content")
    context.close()


def test_the_library_is_searched_and_mapped(mossy: str, visit: Any) -> None:
    page = visit(mossy)
    page.get_by_role("tab", name="Library").click()
    words = page.get_by_label("Search the papers")
    words.fill("zzzzqq")
    page.locator("#papers", has_text="No paper has the words “zzzzqq”.").wait_for()
    words.fill("moss on wall 1")
    page.locator("#papers h2", has_text="found").wait_for()
    assert page.locator("#papers .card .title").first.inner_text() == "Moss on Wall 1"
    page.get_by_role("button", name="Map of the papers").click()
    points = page.locator("#map a.do")
    points.first.wait_for(timeout=60_000)
    assert points.count() == 16
    points.first.dispatch_event("click")
    page.locator("#evidence .card[open]").wait_for()
    links = page.locator("#evidence .card[open] .meta a").all_inner_texts()
    assert links, "where it can be read"


def test_a_model_is_found_tested_and_used(library: Library, visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    with serving(Script(f"{KEPT} [1.2]")) as server, served(Assistant(library)) as address:
        page = visit(address)
        page.get_by_role("button", name="Add a language model").click()
        page.get_by_role("button", name="Add or change the language model").click()
        page.get_by_label("Address").fill(server.url.partition("#")[0])
        page.get_by_label("Model", exact=True).fill("scripted")
        page.get_by_role("button", name="Test it with one sentence").click()
        page.locator("#model-told", has_text="puts into words").wait_for(timeout=30_000)
        page.get_by_role("button", name="Use it").click()
        page.locator("#model-now", has_text="scripted").wait_for()
        page.get_by_role("radio", name="scripted, in its own words").wait_for()
        page.get_by_role("tab", name="Chat").click()
        answer = ask(page, QUESTION, ".answer")
        assert "Written by scripted" in answer.inner_text()
        cite(answer).click()
        assert marked(page) == [KEPT]


ZOTERO = """@article{beck_2021,
\ttitle = {Moss on {Welsh} walls},
\tvolume = {3},
\tissn = {1234-5678},
\turl = {https://doi.org/10.5555/moss.1},
\tdoi = {10.5555/moss.1},
\tabstract = {We study moss on old walls. Moss covers 40\\% of the old walls in Wales.},
\tjournal = {Journal of Moss},
\tauthor = {Beck, Ina},
\tmonth = may,
\tyear = {2021},
\tnote = {Publisher: Moss Press},
}
"""


def test_from_an_import_to_an_export(
    library: Library, visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person's path: import from Zotero, add a model, ask, check a citation, export."""
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    file, fact = tmp_path / "My Library.bib", "Moss covers 40% of the old walls in Wales."
    file.write_text(ZOTERO, encoding="utf-8")
    with serving(Script(f"{fact} [1.2]")) as server, served(Assistant(library)) as address:
        page = visit(address)
        page.get_by_role("tab", name="Library").click()
        page.get_by_role("button", name="Add papers").click()
        upload(page, "#files", file)
        page.get_by_role("button", name="Add", exact=True).click()
        page.locator("#ledger", has_text="1 added").wait_for()
        page.get_by_role("tab", name="Settings").click()
        page.get_by_role("button", name="Add or change the language model").click()
        page.get_by_label("Address").fill(server.url.partition("#")[0])
        page.get_by_label("Model", exact=True).fill("scripted")
        page.get_by_role("button", name="Use it").click()
        page.locator("#model-now", has_text="scripted").wait_for()
        page.get_by_role("radio", name="scripted, in its own words").wait_for()
        page.get_by_role("tab", name="Chat").click()
        answer = ask(page, "How much of the old walls in Wales does moss cover?", ".answer")
        answer.locator("a.cite").first.click()
        assert marked(page) == [fact]
        links = page.locator("#evidence .card[open] .meta a")
        assert links.first.get_attribute("href") == "https://doi.org/10.5555/moss.1"
        page.locator(".menu", has_text="Export").locator("summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="BibTeX", exact=True).click()
        entry = Path(download.value.path()).read_text(encoding="utf-8")
        assert "@article{beck_2021," in entry
        assert "journal = {Journal of Moss}" in entry
        assert "doi = {10.5555/moss.1}" in entry

"""Around the chat in Debian's chromium: papers, people, keyboard, phone, assistive technology."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ui import browsing
from tests.ui.browsing import AXE, KEPT, QUESTION, ask, at_the_top, cite, marked, upload

pytestmark = [pytest.mark.browser, *browsing.MARKS]


def test_papers_are_uploaded_and_asked(address: str, visit: Any, tmp_path: Path) -> None:
    page = visit(address)
    file = tmp_path / "mine.jsonl"
    abstract = "Quokkas are counted by drones. The drones find 97% of all quokkas."
    record = {"title": "Quokka Counting", "abstract": abstract}
    file.write_text(json.dumps(record) + "\nbroken", encoding="utf-8")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Add papers").click()
    upload(page, "#files", file)
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


def test_labelled_questions_are_evaluated_and_two_runs_compared(address: str, visit: Any, tmp_path: Path) -> None:
    page = visit(address)
    title = "Efficient Streaming Language Models with Attention Sinks"
    labelled = {"id": "a", "type": "factoid", "question": QUESTION, "answerable": True, "gold_titles": [title]}
    page.get_by_role("tab", name="Evaluate").click()
    file = tmp_path / "mine.jsonl"
    for content, told in (({**labelled, "gold_titles": ["Unheard of"]}, "Unheard of"), (labelled, "1 question ")):
        file.write_text(json.dumps(content) + "\n", encoding="utf-8")
        upload(page, "#questions", file)
        page.locator("#evaluate").click()
        page.locator("#evaluated", has_text=told).wait_for(timeout=60_000)
        page.locator("#questions").get_by_label("Clear").click()
    report = page.frame_locator("#report iframe")
    report.locator("h1", has_text="How well askpapers").wait_for()
    assert "of 1 question right" in report.locator(".lead").inner_text()
    report.locator("summary", has_text="All figures").click()
    assert "1.000" in report.locator("tr", has_text="gold_recall").first.inner_text()
    assert report.locator("svg, img").count() > 2
    page.get_by_role("button", name="Label its sentences").click()
    page.get_by_label("Your name").fill("ann")
    page.locator("#claim", has_text="1 of 3").wait_for()
    assert QUESTION in page.locator("#claim").inner_text()
    page.locator("#claim").click()
    for key, told in (("s", "2 of 3"), ("b", "1 of 3"), ("n", "2 of 3"), ("s", "3 of 3"), ("p", "All 3 sentences")):
        page.keyboard.press(key)
        page.locator("#claim", has_text=told).wait_for()
    page.get_by_label("Compared with").click()
    page.get_by_role("option").last.click()  # with itself
    report.locator("h1", has_text=" less ").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert " less " in download.value.path().read_text(encoding="utf-8")


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
    assert page.locator("#evidence .card[open] .abstract .katex").count() == 1
    assert "from $5 to $6." in page.locator("#evidence .card[open] .abstract").inner_text()
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
    page.get_by_role("button", name="Close the evidence").click()
    page.locator("#evidence").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className").startswith("do cite"), "back where it was opened"
    box = page.locator("#question .input-container").bounding_box()
    assert 780 < box["y"] + box["height"] <= 844, "the question stays at the foot of the screen"
    ask(page, "What is HippoRAG inspired by?")
    at_the_top(page)


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
    page.locator("#evidence .card[open]").get_by_role("button", name="Read later").click()
    page.get_by_role("button", name="Reading list · 1").click()
    page.locator("#reading .card summary").click()
    page.locator("#reading").get_by_role("button", name="Add a note").click()
    check("reading list")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Add papers").click()
    check("library")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Other answerers").click()
    page.locator("#answerers table").wait_for()
    page.get_by_role("button", name="Add or change the language model").click()
    page.get_by_label("Address").wait_for()
    check("settings")
    page.get_by_role("tab", name="Chat").click()
    page.locator(".menu", has_text="Export").locator("summary").click()
    check("menu")
    page.get_by_role("tab", name="Evaluate").click()
    page.locator("#evaluate").wait_for()
    check("evaluate")

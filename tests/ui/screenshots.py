"""Takes the pictures of the README: python -m tests.ui.screenshots HOME, where HOME holds an indexed library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from rag.answering.assistant import Assistant
from rag.library import Library
from tests.ui.browsing import CHROMIUM, FLAGS, ask, served

QUESTIONS = ("Which papers are about retrieval heads?", "What share of attention heads are retrieval heads?")
FOLDER = Path(__file__).parents[2] / "docs" / "images"
WIDE: dict[str, Any] = {"viewport": {"width": 1240, "height": 760}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def shoot(browser: Any, address: str, name: str, options: dict[str, Any]) -> None:
    page = browser.new_context(**options).new_page()
    page.goto(address)
    page.locator("#front .welcome").wait_for()
    page.locator("#opening").wait_for(state="detached")
    if name == "page":
        page.screenshot(path=FOLDER / "landing.png")
    for question in QUESTIONS:
        ask(page, question)
    if options is not PHONE:
        page.locator(".answer").last.locator("a.cite").nth(1).click()
        page.locator("#evidence mark.now").first.wait_for()
    page.wait_for_timeout(1000)  # scrolling ends
    page.screenshot(path=FOLDER / f"{name}.png")


def main(home: str) -> None:
    with served(Assistant(Library.open(home, create=False))) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        shoot(browser, address, "page", WIDE)
        shoot(browser, address, "page-dark", {**WIDE, "color_scheme": "dark"})
        shoot(browser, address, "page-phone", PHONE)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])

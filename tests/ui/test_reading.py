"""The reading list: kept, noted on, exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.types import Paper
from tests.ui import browsing
from tests.ui.browsing import QUESTION, ask
from ui import reading
from ui.conversations import Conversations
from ui.reading import Kept, ReadingList


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[ReadingList]:
    conversations = Conversations(tmp_path / "conversations.sqlite")
    yield ReadingList(conversations)
    conversations.close()


def test_each_owner_keeps_papers_and_notes(kept: ReadingList, paper: Paper) -> None:
    for _ in range(2):
        kept.add("me", paper)
    kept.note("me", paper.id, " Read section 3. \nThen <b>. ")
    kept.note("you", paper.id, "not mine")
    assert kept.of("me") == [Kept(paper, "Read section 3. \nThen <b>.")]
    assert kept.of("you") == []
    shown = reading.listing(kept.of("me"))
    assert "1 paper to read" in shown
    assert "Then &lt;b&gt;." in shown
    assert "\n" not in shown
    assert "Reading list · 1" in reading.link(kept.of("me"))
    kept.remove("you", paper.id)
    kept.remove("me", paper.id)
    assert "Nothing to read yet" in reading.listing(kept.of("me"))


@pytest.mark.browser
@pytest.mark.skipif(not browsing.CHROMIUM.exists(), reason="chromium is not installed")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_paper_is_kept_noted_on_and_exported(address: str, visit: Any) -> None:
    page = visit(address)
    answer = ask(page, QUESTION)
    answer.locator("a.cite").first.click()
    later = page.locator("#evidence .card[open]").get_by_role("button", name="Read later")
    later.click()
    page.locator("#to-read", has_text="Reading list · 1").wait_for()
    page.locator('#evidence .card[open] [name="keep"][aria-pressed="true"]').wait_for()
    page.reload()
    page.get_by_role("button", name="Reading list · 1").click()
    card = page.locator("#reading .card")
    card.locator("summary").click()
    card.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note", exact=True).fill("For section 3")
    page.get_by_label("Note", exact=True).press("Enter")
    page.locator("#reading .noted", has_text="For section 3").wait_for()
    for kind, holds in (("BibTeX", "@misc{2309.17453,"), ("RIS", "N1  - For section 3"), ("CSV", "For section 3"),
                        ("Markdown", "> For section 3")):  # fmt: skip
        with page.expect_download() as download:
            page.locator("#reading").get_by_role("button", name=kind, exact=False).click()
        assert holds in Path(download.value.path()).read_text(encoding="utf-8")
    card.locator("summary").click()
    card.get_by_role("button", name="Read later").click()
    page.locator("#reading", has_text="Nothing to read yet").wait_for()
    page.get_by_role("button", name="Reading list", exact=True).wait_for()

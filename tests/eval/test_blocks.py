"""Reports for people: complete, self-contained, and safe whatever the papers say."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval import evaluate
from eval.blocks import Block, Heading, Quote, Table, Text, to_html, to_markdown, to_text
from eval.plots import flow
from eval.render import figure_text, verdict
from eval.report import Delta
from rag.answering.assistant import Assistant
from rag.library import Library


@pytest.fixture(autouse=True)
def plots() -> None:
    """Real ones here."""


EVIL = "<script>alert(1)</script> *b* [x](http://evil) `c` _d_ a_b"


def test_nothing_in_a_text_becomes_markup() -> None:
    blocks: list[Block] = [Heading(EVIL), Text(EVIL), Table([EVIL], [["a|b\nc"]]), Quote(EVIL, EVIL, [EVIL, EVIL], 1)]
    page, text = to_html(EVIL, blocks), to_markdown(blocks)
    assert "<script" not in page + text
    assert page.count("&lt;script&gt;") == 8
    assert "\\*b\\* [x\\](http://evil) \\`c\\` \\_d\\_ a_b" in text
    assert "a\\|b c" in text
    assert "**best:** &lt;script" in text


def test_tables_in_the_terminal_are_aligned() -> None:
    assert to_text(Table(["a", "bb"], [["ccc", "d"]])) == "a    bb\nccc  d"


def test_figures_as_text() -> None:
    assert figure_text(0.5, 0.25, 0.75, 8) == "0.500 [0.250, 0.750] n=8"
    assert figure_text(1.0, None, None, 1) == "1.000 n=1"
    assert figure_text(None, None, None, 0) == "undefined, n=0"


def test_differences_are_called_what_they_are() -> None:
    def delta(metric: str, low: float | None, high: float | None) -> Delta:
        return Delta("a", "b", metric, 0.1, low, high, 9, None)

    assert verdict(delta("gold_f1", 0.01, 0.2)) == verdict(delta("false_abstention", -0.2, -0.01)) == "better"
    assert verdict(delta("gold_f1", -0.2, -0.01)) == verdict(delta("false_abstention", 0.01, 0.2)) == "worse"
    assert verdict(delta("gold_f1", -0.1, 0.1)) == verdict(delta("gold_f1", None, None)) == "open"


def test_the_page_needs_nothing_beside_it(library: Library, questions: Path, tmp_path: Path) -> None:
    evaluate(Assistant(library), questions, out=tmp_path, progress=False)
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    pictures = re.findall(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert len(pictures) == 5  # recall, risk, support, and the differences to two baselines
    for _, picture in pictures:
        assert ElementTree.fromstring(base64.b64decode(picture)).tag.endswith("svg")
    for said in ("Figures", "By kind of question", "Against random paper", "least supported", "Seconds a question"):
        assert said in page
    assert "<blockquote>" in page
    text = (tmp_path / "report.md").read_text()
    assert "| gold_f1 | 1.000 [" in text
    assert "unanswerable" in text


def test_the_flow_of_points_is_drawn() -> None:
    drawn = base64.b64decode(flow({"paper not found": 3.0, "sentence not chosen": 0.0, "unsupported": 2.5}, 20))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    text = re.sub(r"<[^>]+>", " ", drawn.decode())
    assert "sentence not chosen" not in text

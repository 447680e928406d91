"""Orders, markup and bombs in every format and every service's reply: text at most, in no time, nothing fetched."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest

from rag.clean import clean
from rag.readers import read_papers
from rag.readers.identity import doi_of
from rag.readers.people import people
from rag.readers.tails import without_tail
from rag.readers.text import readable
from rag.text.bibtex import bibtex_entry
from tests.hostile import holding
from tests.hostile.injections import INJECTIONS
from tests.hostile.replies import REPLIES
from tests.hostile.samples import SAMPLES, SUFFIXES

XML = [name for name, text in SAMPLES.items() if text.lstrip().startswith("<?xml")]
MARKED = (
    "<img src=x onerror=alert(1)> ![x](http://lure.example) \\input{/etc/passwd} =HYPERLINK(1) \u202eevil\u202c \x1b[2J"
)


def escaped(text: str, name: str) -> str:
    """`text` as it may stand in a sample of that format, on one line."""
    text = "".join(c for c in " ".join(text.split()) if ord(c) >= 32) if name in XML else " ".join(text.split())
    if name in (*XML, "arxiv_rss", "web_page"):
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if name in ("jsonl", "arxiv_snapshot"):
        return json.dumps(text)[1:-1]
    if name == "bibtex":
        return re.sub(r"[{}@\\\"]", "", text)
    return text.replace('"', '""') if name in ("csv_table", "csv_by_row") else text


@pytest.mark.parametrize("text", [MARKED, *(i.text for i in INJECTIONS)], ids=lambda text: clean(text)[:20])
def test_orders_in_any_format_are_text(tmp_path: Path, text: str) -> None:
    """They stand in the abstract and in the title as clean text; the export holds nothing that works."""
    for (name, sample), suffix in zip(SAMPLES.items(), SUFFIXES, strict=True):
        hostile = escaped(text, name)
        content = sample.replace("It is so", f"It is so {hostile}").replace("Sinks", f"Sinks {hostile}", 1)
        papers = holding.of_file(tmp_path / f"a{suffix}", content.encode("utf-8", "replace"))
        assert papers, name
        for paper in papers:
            holding.of_export(paper.title)
            entry = bibtex_entry(paper)
            assert entry.count("\n@") + entry.startswith("@") == 1
            assert not re.search(r"(?<!\\textbackslash\{\})\\input\b", entry)


@pytest.mark.parametrize("name", XML)
def test_entities_are_never_expanded_nor_fetched(tmp_path: Path, name: str) -> None:
    suffix = SUFFIXES[list(SAMPLES).index(name)]
    (tmp_path / "secret").write_text("top secret")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    reaching = (f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">', '<!ENTITY x SYSTEM "http://192.0.2.1/x">')
    for entity in (laughs + '<!ENTITY x "&a9;">', *reaching):
        sample = re.sub(r"<!DOCTYPE[^>]*>", "", SAMPLES[name])
        bomb = re.sub(r"(<\?xml[^>]*\?>)", rf"\1<!DOCTYPE r [{entity}]>", sample, count=1).replace(
            "It is so", "It is so &x;"
        )
        started = time.process_time()
        papers = holding.of_file(tmp_path / f"a{suffix}", bomb.encode())
        assert time.process_time() - started < 5
        assert "top secret" not in str(papers)
        assert sum(len(paper.abstract) for paper in papers) < 1000


@pytest.mark.parametrize(
    "text",
    [
        *(
            "A. Methods: " * 1000,
            "© " * 5000,
            "Copyright A " * 2000,
            "<CopyrightInformation>" * 800,
            "Author(s): a | " * 1000,
        ),
        *("https://x.org/doi/10.5555/" + "a/" * 8000, "10.5555/" + "(" * 12_000, "((((" * 2500 + "Beck, I; " * 1000),
        *(
            "Beck I, " * 2500,
            "and " * 5000,
            "&amp;" * 5000,
            "<p>" * 5000,
            "$x" * 8000,
            "\\textbf{" * 2500,
            "\\cite[" * 2500,
            "{" * 12_000,
        ),
        *("Copyright " + "A" * 5000, "http://x?" * 1500, "{alpha}" * 1500, "\\documentclass{" * 700, "\\n" * 5000),
        *("A B, " * 2000 + "C", "na√©" * 3000, "$$x$$x" * 1500, "Fern L. 3; " * 1000, "10.5555 / " * 1000),
        *("<math>" * 1200, "Abstract" * 2500, "results and " * 2000, "Source (2014) " * 2000),
    ],
    ids=lambda text: text[:12],
)
def test_time_grows_with_a_fields_length_and_no_faster(text: str) -> None:
    def spent(part: str) -> float:
        started = time.process_time()
        without_tail(part)
        readable(part)
        readable(part, latex=True)
        doi_of(part)
        people(part)
        return time.process_time() - started

    half, whole = spent(text[: len(text) // 2]), spent(text)
    assert whole < 1 or whole < 6 * half, (half, whole)


@pytest.mark.parametrize("name", REPLIES)
def test_replies_of_services_with_anything_in_them(tmp_path: Path, name: str) -> None:
    """A sound reply gives papers; damaged ones, and the reply of another service, one line or papers that are sound."""
    assert holding.of_service(name, tmp_path, REPLIES[name]) or name in ("pubmed", "ids")
    for other in REPLIES.values():
        holding.of_service(name, tmp_path, other)
    dice = random.Random(name)
    for _ in range(30):
        reply = bytearray(REPLIES[name])
        for _ in range(dice.choice((1, 3, 30))):
            at = dice.randrange(len(reply))
            reply[at : at + dice.choice((0, 1, 40))] = dice.choice(
                (b"", b"\0", b"\xff", b'"', b"[]", b"null", b"{", b"<", b"9" * 30, b"\\ud800")
            )
        holding.of_service(name, tmp_path, bytes(reply))


@pytest.mark.parametrize("text", [MARKED, *(i.text for i in INJECTIONS[::5])], ids=lambda text: clean(text)[:20])
def test_orders_in_a_services_reply_are_text(tmp_path: Path, text: str) -> None:
    for name in ("openalex", "semanticscholar", "hf-daily", "zotero"):
        reply = (
            REPLIES[name]
            .decode()
            .replace("Moss paper", json.dumps(f"Moss {text}")[1:-1])
            .replace("grows", json.dumps(text)[1:-1])
        )
        assert holding.of_service(name, tmp_path, reply.encode())
    reply = REPLIES["arxiv"].decode().replace("Moss", escaped(f"Moss {text}", XML[0]))
    assert holding.of_service("arxiv", tmp_path, reply.encode("utf-8", "replace"))


def test_a_table_with_formulas_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,abstract,authors\n\"=cmd|'/c calc'!A1\",@SUM(1),+1\n")
    (paper,) = read_papers(tmp_path / "a.csv")
    assert (paper.title, paper.abstract) == ("=cmd|'/c calc'!A1", "@SUM(1)")

"""What readers, terminals and exports meet: unseen characters, look-alikes, bombs, LaTeX that reads files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import tarfile
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import bibtexparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.annotate import label
from rag.answer import Answer, Citation
from rag.answering.assistant import Assistant
from rag.answering.markers import parse, sentences_of
from rag.clean import clean
from rag.errors import AskpapersError, QuestionError
from rag.library import Library
from rag.models.llms import MAX_SAID
from rag.readers import read_papers
from rag.readers.record import make_paper
from rag.retrieval.query import check_question
from rag.text import bibtex
from rag.text.sentences import split_sentences
from rag.types import Paper, Rejected, Sentence
from tests.llm_server import Script, serving
from ui import export

DECEIVING = "\x1b[2J\x07\r\n\u202eevil\u202c\u2066\u200b\u200f\u00ad\ufeff\U000e0041\x9b31m"


def row(**fields: object) -> str:
    return json.dumps({"title": "T", "abstract": "About it.", **fields}) + "\n"


def test_no_deceiving_character_reaches_a_paper_a_question_or_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / f"na\u202eme\x1b[31m{DECEIVING[-4:]}.jsonl"
    good = row(id=DECEIVING + "i", title=f"A{DECEIVING}B", abstract=f"C{DECEIVING}D.", authors=[f"E{DECEIVING}"])
    file.write_text(good + '{"title": "\x1b]0;owned\x07"}\n' + f"@article{{{DECEIVING}\n")
    reading = read_papers(file)
    (paper,) = reading
    said = [paper.id, paper.title, paper.abstract, *paper.authors, paper.source, check_question(f"why{DECEIVING}?")]
    for text in [*said, *map(str, reading.rejected)]:
        assert text == clean(text)
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf")]
    assert paper.title == "A[2J evil31mB"


@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_leaves_ordinary_text(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert not [c for c in clean(text) if unicodedata.category(c) in ("Cc", "Cs")]


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🔬", "naïve Ångström ß", "日本語", "العربية", "x²"]
)
def test_honest_text_is_kept(text: str) -> None:
    assert clean(text) == text


def test_questions_of_nothing_but_unseen_characters_are_blank() -> None:
    for question in ("\u200b\u2060", "\u202e", "\x00", "\ufeff \u3164"):
        with pytest.raises(QuestionError, match="blank"):
            check_question(question)
    with pytest.raises(QuestionError, match="4,000"):
        check_question("a" * 1_000_000)


def test_a_look_alike_is_another_paper(library: Library) -> None:
    """A title in Cyrillic letters takes no paper's place, by any source that gives no id."""
    real, false = (make_paper({"title": t, "abstract": "It is A."}, "x", 1) for t in ("CAPE scope", "САРЕ sсоре"))
    assert isinstance(real, Paper)
    assert isinstance(false, Paper)
    assert real.id != false.id
    before = len(library)
    library.sync([real, false])
    assert len(library) == before + 2
    assert {hit.paper.title for hit in library.search("CAPE scope", 2)} >= {real.title}


@pytest.mark.parametrize("name", ["bomb.jsonl.gz", "bomb.bib.gz", "bomb.csv.gz", "bomb.txt.gz", "bomb.xml.gz"])
def test_a_compressed_bomb_ends_early_and_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("rag.readers.lines.ALWAYS_UNFOLDED", 100_000)
    monkeypatch.setattr("rag.readers.one_file.MAX_REJECTED_IN_A_ROW", 100)
    for unit in (
        b"{}\n",
        b" ",
        b"@a{k,\n",
        b'{"title": "T", "abstract": "' + b"A." * 9_000 + b'"}\n',
    ):
        (tmp_path / name).write_bytes(gzip.compress(unit * (1_500_000 // len(unit)), 9))
        reading = read_papers(tmp_path / name)
        taken = sum(1 for _ in reading)
        assert reading.read == taken + len(reading.rejected)
        assert taken <= 100
        assert 1 <= len(reading.rejected) <= 102
        assert any(part in str(reading.rejected[-1]) for part in ("unfolds", "given up", "not recognised", "first row"))


def test_a_few_faults_among_many_papers_give_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.readers.one_file.MAX_REJECTED_IN_A_ROW", 3)
    (tmp_path / "a.jsonl").write_text(("{}\n{}\n" + row()) * 20)
    reading = read_papers(tmp_path / "a.jsonl")
    assert (len(list(reading)), reading.read) == (20, 60)


HUGE = 30_000  # characters
ENDLESS: dict[str, str] = {
    "word": "a" * HUGE + ". B", "stops": "." * HUGE, "one-letter sentences": "a. B " * (HUGE // 5),
    "listing": "1. A " * (HUGE // 5), "formulas": "$a$. B " * (HUGE // 7), "dollars": "$" * HUGE,
    "markers": "[1]" * (HUGE // 3), "open markers": "[1, " * (HUGE // 4), "brackets": "[" * HUGE,
    "round": "(1" * (HUGE // 2), "spans": "[1-" * (HUGE // 3), "white": "." + " " * HUGE + "a",
    "quotes": '."' * (HUGE // 2),
    "backslashes": "\\" * HUGE, "angles": "<" * HUGE,
}  # fmt: skip


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_time_grows_with_the_text_and_no_faster(text: str) -> None:
    def spent(of: Callable[[str], object]) -> float:
        started = time.thread_time()
        of(text)
        return time.thread_time() - started

    assert spent(split_sentences) < 2
    assert spent(parse) < 2
    assert spent(lambda t: list(sentences_of([t[:MAX_SAID]]))) < 2
    assert spent(bibtex._tex) < 2
    assert spent(export._md) < 2


def test_a_server_that_never_ends_its_reply_is_left(library: Library) -> None:
    with serving(Script("word " * 600, *["and more of it. [1] " * 10] * 10_000)) as server:
        started = time.thread_time()
        answer = Assistant(library, server.url).ask("Which theory inspired HippoRAG, the retrieval framework?")
    assert time.thread_time() - started < 15
    assert sum(len(c.text) for c in (*answer.claims, *answer.withheld)) <= MAX_SAID + 1_000


@given(st.text(alphabet=st.sampled_from("a1.,;:-– []()【】^$\n\\\u200b\x1b\u202e"), max_size=300))
@settings(max_examples=150, deadline=None)
def test_the_citation_parser_takes_anything(text: str) -> None:
    draft = parse(text)
    assert len(draft.cited) <= 50 * (text.count("-") + text.count("–") + 1) + len(text)
    assert all(0 <= source < 1_000 for source, _ in draft.cited)
    for cut in (1, 7):
        pieces = [text[i : i + cut] for i in range(0, len(text), cut)]
        assert "".join("".join(sentences_of(pieces)).split()) == "".join(text.split())


def test_exported_latex_reads_no_file_and_runs_nothing() -> None:
    evil = r"A \input{/etc/passwd} \input /etc/passwd \immediate\write18{rm -rf /} $\input{/etc/passwd}$ \def\x{y} " + (
        r"caf\'e 5\% \"o $\alpha \in \mathbb{R}$ \c c"
    )
    entry = export.bibtex([cited(evil)])
    for command in ("input", "write", "immediate", "def"):
        assert f"\\{command}" not in entry
    for kept in (r"caf\'e", r"5\%", r"\"o", r"$\alpha \in \mathbb{R}$", r"\c c"):
        assert kept in entry
    assert entry.count("{") == entry.count("}")


@pytest.mark.parametrize(
    "title",
    ["$x}, url = {http://lure.example}$", "} @misc{b, title = {B", r"\{ open", r"$\{x$", "$x$\\", "} {", "$}{$"],
)
def test_no_title_ends_its_entry(title: str, tmp_path: Path) -> None:
    """BibTeX counts braces whatever stands before them, so an odd one would add fields and entries to the export."""
    entry = export.bibtex([cited(title)])
    library = bibtexparser.parse_string(entry)
    assert not library.failed_blocks
    (only,) = library.entries
    assert {f.key for f in only.fields} == {"title", "author"}
    (tmp_path / "a.bib").write_text(entry.replace("  author", "  abstract = {It is so.},\n  author"))
    (read,) = read_papers(tmp_path / "a.bib")
    assert read.title == title.replace(r"\{ open", "{ open")


@pytest.mark.parametrize("title", ["~~~", "``` x", "<!-- x", "1. x", "# x", "[x](javascript:alert(1))", "    x", "---"])
def test_an_exported_page_keeps_its_shape(title: str) -> None:
    from markdown_it import MarkdownIt

    from ui.conversations import Turn

    answer = cited(title)
    turn = Turn("t", "c", title, "answered", "", "", answer, {})
    page = MarkdownIt("commonmark").render(export.markdown(title, [turn, turn]))
    assert page.count("<h1>") == 1
    assert page.count("<h2>") == 2
    assert not [tag for tag in ("<code", "<!--", "<hr", 'javascript:alert(1)"') if tag in page]


def cited(title: str) -> Answer:
    paper = Paper("x1", title, "It is so.", ("A } B", title))
    return Answer("q", "answered", citations=(Citation(1, paper, (Sentence(0, 0, 9, "It is so."),)),), message=title)


def test_rejections_stay_on_their_line() -> None:
    assert str(Rejected("a\nb", 3, "x\x1b[31m\ny")) == "a b:3: x[31m y"
    assert sys.getsizeof(str(Rejected("a", 1, "b"))) < 200


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.xz", ".jsonl", ".bib", ""])
def test_archives_are_refused_unopened(tmp_path: Path, suffix: str) -> None:
    """A file that unfolds to more files, with names that climb out of the folder: none of them is written or read."""
    inside = io.BytesIO(row(id="evil").encode() + b" " * 1_000_000)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / f"a{suffix}"
    if "tar" in suffix:
        with tarfile.open(file, cast(Any, f"w:{suffix[5:]}")) as tar:
            entry = tarfile.TarInfo("../evil.jsonl")
            entry.size = inside.getbuffer().nbytes
            tar.addfile(entry, inside)
    else:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../evil.jsonl", inside.getvalue())
    reading = read_papers(tmp_path / "in")
    assert list(reading) == []
    assert reading.rejected or reading.notes
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["in", f"in/a{suffix}"]


def test_errors_repeat_no_escape() -> None:
    """Names of files, settings and models are told again in errors, which terminals and the page show."""
    said = str(AskpapersError(f"{DECEIVING}: no such model"))
    assert said.split() == ["[2J", "evil31m:", "no", "such", "model"]


def test_what_is_labelled_is_shown_clean(tmp_path: Path) -> None:
    row = {"id": "a", "claim": f"It{DECEIVING}is.", "sentences": [f"A{DECEIVING}B."]}
    (tmp_path / "claims.jsonl").write_text(json.dumps(row))
    said: list[str] = []
    label(tmp_path / "claims.jsonl", "ada", ask=lambda _: "q", say=lambda line: said.append(str(line)))
    assert "".join(said).split()[-1:] == ["evil31mis."]
    assert not [c for c in "".join(said) if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]


def test_no_export_is_a_spreadsheet() -> None:
    """A cell that begins with = runs in one: whatever writes CSV must disarm it, and have a test that says so."""
    root = Path(__file__).parents[2]
    files = [path for name in ("rag", "ui", "eval") for path in (root / name).rglob("*.py")]
    assert len(files) > 80
    writers = re.compile(r"csv\.(?:writer|DictWriter)|\.to_(?:csv|excel)\(|gr\.(?:Dataframe|DataFrame)\(")
    assert [path.name for path in files if writers.search(path.read_text(encoding="utf-8"))] == ["export.py"]
    paper = Paper("a", "=HYPERLINK(1)", "Text.", ("+1",), venue="@x")
    (_, row) = csv.reader(io.StringIO(export.written("csv", [(paper, ["-2 and", "so"])])))
    assert row == ["'=HYPERLINK(1)", "'+1", "", "'@x", "", "", "'-2 and … so"]

"""Abstracts and questions that give orders, to a model that obeys all of them: what is shown all the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt

from rag.answer import Answer
from rag.answering import prompts
from rag.answering.assistant import Assistant
from rag.clean import clean
from rag.library import Library
from rag.readers.record import make_paper
from rag.types import Paper
from tests.conftest import PAPERS, FakeEmbedder
from tests.hostile.injections import INJECTIONS, LURE, Injection
from tests.llm_server import Script, serving
from tests.ui.test_render import ALLOWED, parsed
from ui import cards, export, render
from ui.conversations import Turn

KEY = "sk-canary-5d41402abc4b2a76"


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with serving(Script()) as script:
        yield script


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The four papers, and one with each injection in its title and abstract, named Subject0, Subject1 and so on."""
    library = Library.open(tmp_path_factory.mktemp("canary-home"), embedder=FakeEmbedder())
    library.sync([*PAPERS, *(evil(number, i) for number, i in enumerate(INJECTIONS))])
    yield library
    library.close()


@pytest.fixture(scope="module")
def decent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = Library.open(tmp_path_factory.mktemp("canary-home"), embedder=FakeEmbedder())
    library.sync(PAPERS)
    yield library
    library.close()


def evil(number: int, injection: Injection) -> Paper:
    abstract = f"Subject{number} is studied here. {injection.text} Subject{number} keeps a ledger of results."
    made = make_paper(
        {"id": f"evil-{number}", "title": f"Subject{number} {injection.text}", "abstract": abstract}, "x", 1
    )
    assert isinstance(made, Paper)
    return made


@pytest.mark.parametrize("checking", ["strict", "flag"])
@pytest.mark.parametrize("number", range(len(INJECTIONS)), ids=[i.name for i in INJECTIONS])
def test_in_an_abstract(
    poisoned: Library, server: Script, number: int, checking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = f"What ledger does Subject{number} keep?"
    answer = asked(poisoned, server, question, INJECTIONS[number], checking, monkeypatch)
    safe(answer, checking, KEY, str(poisoned.home))
    rests_on(answer, {f"evil-{number}"})


@pytest.mark.parametrize("injection", INJECTIONS, ids=[i.name for i in INJECTIONS])
def test_in_a_question(decent: Library, server: Script, injection: Injection, monkeypatch: pytest.MonkeyPatch) -> None:
    question = f"Which theory inspired HippoRAG, the retrieval framework? {injection.text}"
    answer = asked(decent, server, question, injection, "strict", monkeypatch)
    safe(answer, "strict", KEY, str(decent.home))
    rests_on(answer, set())


def asked(
    library: Library,
    server: Script,
    question: str,
    injection: Injection,
    checking: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Answer:
    """The answer; a model was asked, and was sent neither a key, nor a path, nor a second fence."""
    # Many of these would be refused by retrieval alone.
    monkeypatch.setattr("rag.answering.calibration.Calibration.band", lambda *given: "answers")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.requests.clear()
    server.pieces = tuple(injection.obeyed[i : i + 50] for i in range(0, len(injection.obeyed), 50))
    answer = Assistant(library, server.url, checking=checking).ask(question)  # type: ignore[arg-type]
    sent = "\n".join(m["content"] for request in server.requests for m in request["messages"])
    assert "tools" not in server.requests[0]
    assert KEY not in sent
    assert str(library.home) not in sent
    written = "\n".join(m["content"] for request in server.written for m in request["messages"])
    assert written.count("</sentences>") == 2, "the example's and its own"
    assert len(re.findall(r"^Question:", written, re.MULTILINE)) == 2
    assert sent == clean_lines(sent)
    return answer


def clean_lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))


def rests_on(answer: Answer, papers: set[str]) -> None:
    """What the obedient model said passes only where these papers say it themselves."""
    numbers = {c.number: c.paper.id for c in answer.citations}
    for claim in answer.claims:
        if not claim.quoted and claim.verdict == "supported":
            assert {numbers[n] for n in claim.citations} == papers, claim


def safe(answer: Answer, checking: str, *secrets: str) -> None:
    """Nothing uncited is shown, nothing becomes markup, and neither a secret nor the instructions are told."""
    numbers = {c.number for c in answer.citations}
    for claim in answer.claims:
        if checking == "strict":
            assert claim.verdict == "supported"
            assert claim.citations, "nothing uncited is shown"
            assert claim.evidence
        assert set(claim.citations) <= numbers
    shown = json.dumps(answer.to_dict(), ensure_ascii=False)
    turn = Turn("t", "c", answer.question, "answered", answer.text, "", answer, {})
    page = render.answer("t", answer) + cards.of_answer("t", answer) + render.question(answer.question)
    written = export.markdown("A name", [turn])
    for text in (shown, page, written, export.bibtex([answer]), str(answer)):
        assert not [s for s in sentences(text) if len(s.split()) > 3 and prompts.recites(s)]
        assert not [s for s in secrets if s in text]
        assert clean_lines(text) == "\n".join(" ".join(line.split()) for line in text.split("\n"))
    for tag, attributes in parsed(page).seen:
        assert tag in ALLOWED
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        assert not str(attributes.get("href", "")).startswith((LURE, "javascript:", "data:"))
    for tag, attributes in parsed(MarkdownIt("commonmark").render(written).replace("\n", " ")).seen:
        assert tag in {"h1", "h2", "p", "ol", "ul", "li", "blockquote", "a", "em", "strong"}
        assert str(attributes.get("href", "https://arxiv.org/")).startswith("https://arxiv.org/")


def sentences(text: str) -> list[str]:
    return re.split(r'(?<=[.!?])\s|\\n|"', text)

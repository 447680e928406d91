from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import check
from rag.answering.judges import Support
from rag.errors import SettingsError, SourceError
from rag.library import Library
from rag.models.llms import ChatModel
from rag.models.providers import load_llm
from rag.types import Paper
from rag.verification.references import find_paper, read_bibliographies
from rag.verification.rendering import html_marks, to_html, to_markdown, to_text
from rag.verification.report import TextReport
from tests.llm_server import Script, serving
from tests.ui.test_render import parsed

DRAFT = """# Memory

HippoRAG is a retrieval framework inspired by hippocampal indexing theory [1]. HippoRAG beats other methods on
multi-hop questions by up to 50% [1]. StreamingLLM is a framework that keeps attention sinks [1]. Decoding is 2.18 times
faster with it, e.g. for Llama models [4]. Sourdough bread wants flour, water and salt [3]. Is it so?

References
[1] HippoRAG: Neurobiologically Inspired Long-Term Memory, 2024.
[3] Baker. On bread and butter. 1999.
"""


def by_text(report: TextReport, start: str) -> dict[str, object]:
    return next(s.to_dict() for s in report.statements if s.text.startswith(start))


def test_a_paragraph_with_planted_errors(library: Library) -> None:
    report = check(DRAFT, library)
    right = by_text(report, "HippoRAG is a retrieval")
    assert (right["finding"], right["differs"]) == ("supported", [])
    assert [c["finding"] for c in right["citations"]] == ["stands"]  # type: ignore[attr-defined]
    number = by_text(report, "HippoRAG beats")
    assert (number["finding"], number["differs"]) == ("doubtful", ["number 50%"])
    wrong = by_text(report, "StreamingLLM")
    assert wrong["finding"] == "supported"
    assert wrong["citations"][0]["finding"] == "does_not_say"  # type: ignore[index]
    assert wrong["evidence"][0]["paper_id"] == "2309.17453"  # type: ignore[index]
    assert by_text(report, "Decoding")["citations"][0]["finding"] == "no_entry"  # type: ignore[index]
    unknown = by_text(report, "Sourdough")
    assert unknown["finding"] == "not_found"
    assert unknown["citations"][0]["finding"] == "not_in_library"  # type: ignore[index]
    assert by_text(report, "Is it so?")["finding"] == "no_claim"
    assert not report.right
    assert "cannot tell a contradiction" in report.tells
    assert report.summary == (
        "5 sentences: 3 supported, 1 said, but something differs, 1 not in the library, 2 wrong citations"
    )


def test_all_supported(library: Library) -> None:
    report = check("Caching all keys and values is costly. People who use ad-blockers remember fewer ads.", library)
    assert report.right
    assert [s.missing.id for s in report.statements if s.missing] == ["2410.10819", "t-ads"]


def test_keys_through_a_bibliography(library: Library, tmp_path: Path) -> None:
    bib = tmp_path / "refs.bib"
    bib.write_text(
        "@article{xiao, title={Efficient {Streaming} Language Models with Attention Sinks}, year=2023}\n"
        "@misc{duo, title={Something}, eprint={2410.10819}, archivePrefix={arXiv}}\n@article{broken, title={no end\n"
    )
    text = r"We introduce StreamingLLM, a framework that keeps attention sinks \cite{xiao, duo, broken}."
    report = check(text, library, bibliographies=[bib])
    assert [(c.key, c.finding) for c in report.statements[0].citations] == [
        ("xiao", "stands"),
        ("duo", "does_not_say"),
        ("broken", "no_entry"),
    ]
    assert "broken entry" in report.notes[0]
    with pytest.raises(SourceError, match="cannot read"):
        check(text, library, bibliographies=[tmp_path / "none.bib"])
    absent = check(r"Caching all keys and values is costly \cite{a}. \bibliography{none}", library)
    assert absent.notes == ("none.bib was not found: its keys are unknown",)


@pytest.mark.parametrize(
    ("reference", "paper"),
    [
        ("Xiao. arXiv:2309.17453v2, 2023.", "2309.17453"),
        ("https://arxiv.org/pdf/2410.10819", "2410.10819"),
        ("t-hippo", "t-hippo"),
        ("G. Xiao, Efficient streaming language models with attention sinks. ICLR.", "2309.17453"),
        ("Efficient Streaming Languge Models with Atention Sinks", "2309.17453"),
        ("Roe. Efficient language models. 2020.", None),
        ("", None),
    ],
)
def test_references(library: Library, reference: str, paper: str | None) -> None:
    found = find_paper(library, reference)
    assert (found and found.id) == paper


def test_a_withdrawn_paper_is_told(library: Library) -> None:
    library.sync([Paper("w-1", "On the boiling of eggs at height", "Eggs boil at seventy degrees.", withdrawn=True)])
    report = check("Eggs boil at seventy degrees there [1].\n\n[1] On the boiling of eggs at height", library)
    assert report.statements[0].citations[0].finding == "withdrawn"
    assert not report.right


class Told:
    """A judge that was told what to find."""

    level, name, contradictions = 2, "told", True

    def score(self, evidence: list[str], sentence: str) -> Support:
        return Support(0.1, "contradicted", 0, 2)


def test_a_judge_that_can_tell_is_asked_and_named(library: Library) -> None:
    report = check("HippoRAG never beats other methods on multi-hop questions by up to 20%.", library, judge=Told())  # type: ignore[arg-type]
    assert report.statements[0].finding == "contradicted"
    assert report.judge == "told"
    assert "contradicted" in report.tells
    same = check("Caching all keys and values is costly.", library, judge=Told())  # type: ignore[arg-type]
    assert same.right, "what stands there letter by letter needs no judge"


def test_a_model_is_asked_about_several_sentences_together(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = [{"sentence": 1, "verdict": "contradicted"}, {"sentence": 2, "verdict": "supported"}]
    with serving(Script(json.dumps({"verdicts": verdicts}))) as server:
        model = load_llm(server.url)
        assert isinstance(model, ChatModel)
        monkeypatch.setattr("rag.verification.deciding.can_read", lambda model: True)
        text = "HippoRAG never beats other methods on multi-hop questions. Decoding is not faster for Llama models."
        report = check(text, library, llm=model)
        assert [s.finding for s in report.statements] == ["contradicted", "supported"]
        assert [s.level for s in report.statements] == [3, 3]
        server.status = 500
        down = check(text, library, llm=model)
        assert {s.finding for s in down.statements} == {"unchecked"}
    with pytest.raises(SettingsError, match="needs a language model"):
        check(text, library, judge="llm")


def test_the_report_in_every_form(library: Library) -> None:
    evil = "HippoRAG <script>alert(1)</script> is a *framework* inspired by [x](javascript:alert) theory."
    report = check(DRAFT.replace("# Memory", evil), library)
    told = json.loads(json.dumps(report.to_dict()))
    assert {"right", "summary", "counts", "judge", "tells", "papers", "notes", "paragraphs"} == set(told)
    plain = to_text(report)
    assert "✓ HippoRAG is a retrieval framework" in plain
    assert "differs: number 50%" in plain
    page = to_html(report)
    assert 'class="doubtful"' in page
    assert "<script" not in page
    seen = parsed(html_marks(report)).seen
    assert {tag for tag, _ in seen} <= {"p", "strong", "mark", "details", "summary", "ul", "li", "a", "h2"}
    assert "**said, but something differs**" in to_markdown(report)
    assert "<script>" not in to_markdown(report)


def test_a_broken_bibliography_is_noted_and_the_rest_read(tmp_path: Path) -> None:
    bib = tmp_path / "b.bib"
    bib.write_text("@article{a, title={A}}\n" + "@article{x, title={\n" * 30 + "\n@article{z, title={Z}}\n")
    found, notes = read_bibliographies([bib])
    assert {"a", "z"} <= set(found)
    assert len(notes) <= 21

"""Other people's files in our terms; weights of facts; a judge examined before it is believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.answers import read_answers, to_reply
from eval.cases import Case, read_cases
from eval.claims import read_claims
from eval.cli import app
from eval.metrics import Reply, Source, Statement, Value, measure
from rag.errors import SourceError
from rag.library import Library


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_alce() -> None:
    document = {"title": "Ducks", "text": "Ducks swim well. They eat weed."}
    found = to_reply({"question": "What do ducks eat?", "output": "They eat weed [1].", "docs": [document], "id": 4})
    assert (found.id, found.question, found.retrieved) == ("4", "What do ducks eat?", ("Ducks",))
    assert found.statements[0].sources[0] == Source("Ducks", ("Ducks swim well.", "They eat weed."))


def test_trec_rag() -> None:
    row = {
        "run_id": "r",
        "topic_id": "2024-1",
        "topic": "what do ducks eat",
        "references": ["d0", "d1"],
        "answer": [{"text": "Ducks eat weed.", "citations": [1]}, {"text": "They swim.", "citations": []}],
        "segments": {"d1": "Ducks eat weed in ponds."},
    }
    found = to_reply(row)
    assert (found.id, found.question) == ("2024-1", "what do ducks eat")
    assert [s.text for s in found.statements] == ["Ducks eat weed.", "They swim."]
    assert found.statements[0].sources == (Source("d1", ("Ducks eat weed in ponds.",)),)
    assert found.statements[1].sources == ()
    with pytest.raises(ValueError, match="not an answer as TREC RAG's files have them: 'citations'"):
        to_reply({**row, "answer": [{"text": "x"}]})


def test_llm_aggrefact(tmp_path: Path) -> None:
    rows = [
        {"dataset": "d", "doc": "Ducks swim. They eat.", "claim": c, "label": n} for c, n in (("A b.", 1), ("C.", 0))
    ]
    (claims,) = read_claims(write(tmp_path / "aggrefact.jsonl", *rows)).values()
    assert [(c.label, c.evidence) for c in claims] == [
        ("supported", ("Ducks swim.", "They eat.")),
        ("nei", ("Ducks swim.", "They eat.")),
    ]
    assert claims[0].group == claims[1].group


def test_ragtruth(tmp_path: Path) -> None:
    text = "Ducks swim well. Ducks fly to the moon. Ducks never eat. Ducks are birds."
    spans = [
        ("fly to the moon", "Evident Baseless Info"),
        ("never eat", "Evident Conflict"),
        ("birds", "Subtle Conflict"),
    ]
    labels = [{"start": text.index(x), "end": text.index(x) + len(x), "text": x, "label_type": t} for x, t in spans]
    labels[2]["implicit_true"] = True
    write(tmp_path / "response.jsonl", {"id": "1", "source_id": "7", "labels": labels, "response": text})
    with pytest.raises(SourceError, match="unusable"):
        read_claims(tmp_path / "response.jsonl")
    info = {"question": "q?", "passages": "Ducks swim. They eat weed."}
    write(tmp_path / "source_info.jsonl", {"source_id": "7", "task_type": "QA", "source_info": info})
    (claims,) = read_claims(tmp_path).values()
    assert [c.label for c in claims] == ["supported", "nei", "refuted", "supported"]
    assert claims[0].evidence == ("q?", "Ducks swim.", "They eat weed.")
    write(tmp_path / "response.jsonl", {"id": "1", "source_id": "8", "labels": [], "response": text})
    with pytest.raises(SourceError, match=r"about a source that source_info\.jsonl lacks"):
        read_claims(tmp_path)


def test_nuggets_are_weighted(tmp_path: Path) -> None:
    case = Case(
        "q", "factoid", "Which?", ("A",), (), (("ten",), ("net",), ("weed",)), weights=("vital", "okay", "vital")
    )
    said = Reply("q", "Which?", (Statement("A net of ten."),))
    values = measure(case, said, [])
    assert values["nugget_recall"] == Value(1.5 / 2.5)
    assert values["vital_recall"] == Value(0.5)
    assert measure(Case("q", "factoid", "Which?", ("A",)), said, [])["vital_recall"] == Value(0, 0, "no weights")
    row = {
        "id": "a",
        "type": "factoid",
        "question": "Why?",
        "answerable": True,
        "gold_titles": ["t"],
        "key_facts": ["x"],
    }
    assert read_cases(write(tmp_path / "q.jsonl", {**row, "weights": ["okay"]}))[0].weights == ("okay",)
    with pytest.raises(SourceError, match="'weights' must give vital or okay for each key fact"):
        read_cases(write(tmp_path / "q.jsonl", {**row, "weights": ["okay", "vital"]}))


@pytest.mark.parametrize("right", [True, False])
def test_a_judge_is_examined_first(
    right: bool, library: Library, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.cli.options.open_library", lambda settings: library)
    evidence = "StreamingLLM gives up to 22.2x speedup over the baseline."
    labels = ["supported", "nei"] if right else ["nei", "supported"]
    told = [evidence, "Zebras grazed all day in heavy rain."]
    rows = [
        {"id": str(i), "claim": told[i % 2], "sentences": [evidence], "label": labels[i % 2], "group": str(i)}
        for i in range(8)
    ]
    write(tmp_path / "claims.jsonl", *rows)
    words = ["run", "--questions", questions, "--labels", tmp_path / "claims.jsonl", "--out", tmp_path / "out"]
    done = CliRunner().invoke(app, [str(word) for word in [*words, "--no-baselines"]])
    if right:
        assert done.exit_code == 0, done.output
        assert "the judge is right on 1.00 of supported claims, 1.00 of others" in done.output
        assert "corrected for the judge" in (tmp_path / "out" / "report.md").read_text()
    else:
        assert isinstance(done.exception, SourceError)
        assert "no better than chance on these labels" in str(done.exception)


def test_alces_result_files_are_one_object(tmp_path: Path) -> None:
    row = {"question": "What?", "output": "Ducks swim [1].", "docs": [{"title": "D", "text": "Ducks swim."}]}
    (tmp_path / "result.json").write_text(json.dumps({"args": {"shot": 2}, "data": [row], "total_cost": 0}, indent=4))
    (found,) = read_answers(tmp_path / "result.json")
    assert found.statements[0].sources == (Source("D", ("Ducks swim.",)),)


def test_markers_of_scholarqabench_count_from_0(tmp_path: Path) -> None:
    documents = [{"title": t, "text": f"{t} swim."} for t in ("Ducks", "Geese")]
    rows = [{"input": str(n), "output": f"They swim [{n}].", "ctxs": documents} for n in (0, 1, 2)]
    (tmp_path / "human_answers.json").write_text(json.dumps(rows))
    found = [reply.statements[0].sources for reply in read_answers(tmp_path / "human_answers.json")]
    assert found == [(Source("Ducks", ("Ducks swim.",)),), (Source("Geese", ("Geese swim.",)),), (None,)]


def test_scholarqabenchs_scifact_and_answers_of_computer_science(tmp_path: Path) -> None:
    document = {"title": "Ducks", "text": "Ducks swim. They eat."}
    rows = [{"input": "Ducks swim.", "gold_ctx": [document], "answer": answer} for answer in ("true", "false")]
    (claims,) = read_claims(write(tmp_path / "scifact.jsonl", *rows)).values()
    assert [(c.claim, c.label, c.evidence) for c in claims] == [
        ("Ducks swim.", "supported", ("Ducks swim.", "They eat.")),
        ("Ducks swim.", "refuted", ("Ducks swim.", "They eat.")),
    ]
    (reply,) = read_answers(write(tmp_path / "cs.jsonl", {"case_id": "c1", "answer_text": "Ducks swim [0]. They eat."}))
    assert (reply.id, [s.text for s in reply.statements]) == ("c1", ["Ducks swim.", "They eat."])

import json
import math
from pathlib import Path

import pytest

from eval.retrieval import METRICS, STAGES, bench_retrieval, measure, table
from rag.errors import SourceError
from rag.library import Library
from tests.conftest import FakeEmbedder


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "zoo"
    (folder / "qrels").mkdir(parents=True)
    animals = ("zebra", "otter", "heron")
    rows = [{"_id": f"{i}", "title": f"The {a}", "text": f"A {a} eats. It sleeps."} for i, a in enumerate(animals)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = [{"_id": "q0", "text": "zebra"}, {"_id": "q2", "text": "heron"}, {"_id": "1", "text": "otter"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\t0\t1\nq2\t2\t2\nq2\t0\t0\n")
    return folder


def test_measures_by_hand() -> None:
    found = measure(["x", "a", "y", "b"], {"a": 2, "b": 1, "c": 1})
    ideal = 2 + 1 / math.log2(3) + 1 / 2
    assert found["ndcg@10"] == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert found["recall@10"] == found["recall@100"] == pytest.approx(2 / 3)
    assert found["mrr@10"] == 0.5
    assert set(measure([], {"a": 1}).values()) == {0.0}


def test_a_beir_folder_is_measured_at_every_stage(beir: Path, tmp_path: Path) -> None:
    report = bench_retrieval(beir, Library.open(tmp_path / "home", embedder=FakeEmbedder()))
    assert (report.about["papers"], report.about["questions"]) == (3, 2)
    assert tuple(report.systems) == STAGES
    assert {(f.metric, f.value) for f in report.figures} == {(metric, 1.0) for metric in METRICS}
    assert "| maxsim | 1.000 [0.342, 1.000] n=2 |" in table(report)  # two of two prove little: Wilson's interval
    assert set(report.frame()["system"]) == set(STAGES)


def test_what_is_no_beir_folder_is_named(beir: Path, tmp_path: Path) -> None:
    library = Library.open(tmp_path / "home", embedder=FakeEmbedder())
    with pytest.raises(SourceError, match="no BEIR folder with a split 'dev'"):
        bench_retrieval(beir, library, "dev")
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nnone\t0\t1\n")
    with pytest.raises(SourceError, match=r"no query of qrels/test\.tsv"):
        bench_retrieval(beir, library)

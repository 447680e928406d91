import json
import math
from pathlib import Path

import pytest

from eval.retrieval import METRICS, STAGES, bench_retrieval, bootstrap, measure
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
    found = measure(["x", "a", "y", "b"], {"a": 2, "b": 1, "c": 1, "z": 0})
    ideal = 2 + 1 / math.log2(3) + 1 / 2
    assert found["ndcg@10"] == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert found["recall@10"] == found["recall@100"] == pytest.approx(2 / 3)
    assert found["mrr@10"] == 0.5
    assert set(measure([], {"a": 1}).values()) == {0.0}


def test_the_interval_holds_the_mean_and_repeats() -> None:
    figure = bootstrap([0.0, 1.0] * 50)
    assert figure.value == 0.5
    assert 0.3 < figure.low < 0.5 < figure.high < 0.7
    assert figure == bootstrap([0.0, 1.0] * 50)


def test_a_beir_folder_is_measured_at_every_stage(beir: Path, tmp_path: Path) -> None:
    report = bench_retrieval(beir, Library.open(tmp_path / "home", embedder=FakeEmbedder()))
    assert (report.papers, report.queries) == (3, 2)
    assert tuple(report.figures) == STAGES
    assert all(figures[metric].value == 1.0 for figures in report.figures.values() for metric in METRICS)
    assert "| late | 1.000 (1.000 to 1.000) |" in str(report)


def test_what_is_no_beir_folder_is_named(beir: Path, tmp_path: Path) -> None:
    library = Library.open(tmp_path / "home", embedder=FakeEmbedder())
    with pytest.raises(SourceError, match="no BEIR folder with a split 'dev'"):
        bench_retrieval(beir, library, "dev")
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nnone\t0\t1\n")
    with pytest.raises(SourceError, match=r"no query of qrels/test\.tsv"):
        bench_retrieval(beir, library)

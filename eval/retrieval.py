"""How well are papers found? Any BEIR folder (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv), each stage by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.aggregate import figures_of
from eval.blocks import Table, Text, to_markdown
from eval.jsonl import read_jsonl
from eval.metrics import Value
from eval.ranking import ndcg_at, recall_at, reciprocal_rank_at
from eval.render import figure_text
from eval.report import Report, Row
from rag.errors import SourceError
from rag.indexing.records import Progress
from rag.library import Library
from rag.readers import read_papers
from rag.types import paper_of

DEPTH = 100  # papers of a ranking
_SHOWN = 10  # papers that the figures at 10 are about, asked for as a user would
STAGES = ("dense", "lexical", "fused", "maxsim")  # the last is what `search` and `ask` use
METRICS = ("ndcg@10", "recall@10", "recall@100", "mrr@10")
_SEED = 0  # of the intervals: the published ones can be made again


def bench_retrieval(
    folder: Path, library: Library, split: str = "test", progress: Progress | None = None, limit: int | None = None
) -> Report:
    """Indexes the folder's corpus in the library, which should hold nothing else, and asks it the split's queries.

    The report's systems are the stages. `progress` is called with papers and then queries done; `limit` takes the
    first so many queries. Raises SourceError when the folder lacks a file or names other papers than its own.
    """
    queries, judged = read_beir(folder, split)
    library.sync(read_papers(folder / "corpus.jsonl"), progress)
    asked = [i for i in judged if i in queries][:limit]
    if not asked:
        raise SourceError(f"{folder}: no query of qrels/{split}.tsv is in queries.jsonl")
    rows: dict[str, list[Row]] = {stage: [] for stage in STAGES}
    for query_id in asked:
        for stage, ranking in rankings(library, queries[query_id]).items():
            ranked = [i for i in ranking if i != query_id]  # BEIR leaves out a paper that is its own query
            values = {metric: Value(value) for metric, value in measure(ranked, judged[query_id]).items()}
            rows[stage].append(Row(stage, query_id, "all", values))
        if progress:
            progress(1)
    return Report(
        system=STAGES[-1],
        hashes={},
        about={"folder": folder.name, "split": split, "papers": len(library), "questions": len(asked)},
        figures=tuple(figure for each in rows.values() for figure in figures_of(each, "all", None, _SEED)),
        deltas=(),
        questions=tuple(row for each in rows.values() for row in each),
        curves={},
        worst=(),
    )


def read_beir(folder: Path, split: str) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Queries by id, and for each judged one the grade of papers by id, 1 and more. Raises SourceError."""
    try:
        queries = dict(read_jsonl(folder / "queries.jsonl", lambda row, _: (str(row["_id"]), str(row["text"]))))
        judged: dict[str, dict[str, int]] = {}
        for line in (folder / "qrels" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, paper, grade = line.split("\t")
            if int(grade) > 0:
                judged.setdefault(query, {})[paper] = int(grade)
    except (OSError, ValueError, KeyError, TypeError, SourceError) as error:
        first = str(error).partition("\n")[0]
        raise SourceError(f"{folder} is no BEIR folder with a split {split!r}: {first}") from None
    return queries, judged


def rankings(library: Library, query: str) -> dict[str, list[str]]:
    """Paper ids, best first, by each stage."""
    rows = library.index.vector_store.search(library.embedder.encode_query(query).vector, 3 * DEPTH)
    dense = dict.fromkeys(paper_of(i) for i, _ in rows)
    matches = library.retrieve(query, DEPTH).matches
    fused = sorted(matches, key=lambda match: -match.fused)
    shown = library.retrieve(query, _SHOWN).matches  # ranks a smaller pool than DEPTH does
    return {
        "dense": list(dense)[:DEPTH],
        "lexical": [i for i, _ in library.index.bm25.search(query, DEPTH)],
        "fused": [m.record.paper.id for m in fused],
        "maxsim": list(dict.fromkeys(m.record.paper.id for m in [*shown, *matches])),
    }


def measure(ranked: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """One ranking's figures; `relevant` holds the grades, 1 and more, of the papers that answer the query."""
    grades = {rank: relevant[i] for rank, i in enumerate(ranked[:DEPTH], 1) if i in relevant}
    return {
        "ndcg@10": ndcg_at(10, grades, relevant.values()),
        "recall@10": recall_at(10, grades, len(relevant)),
        "recall@100": recall_at(DEPTH, grades, len(relevant)),
        "mrr@10": reciprocal_rank_at(10, grades),
    }


def table(report: Report) -> str:
    """The figures as a Markdown table, a row a stage, with their 95% intervals."""
    about = report.about
    head = f"{about['folder']}, {about['split']}: {about['papers']:,} papers, {about['questions']:,} queries"
    figures = [[report.figure(m, system=stage) for m in METRICS] for stage in report.systems]
    cells = [[figure_text(f.value, f.low, f.high, f.n) for f in row] for row in figures]
    rows = [[stage, *row] for stage, row in zip(report.systems, cells, strict=True)]
    return to_markdown([Text(head), Table(["stage", *METRICS], rows)]).rstrip()

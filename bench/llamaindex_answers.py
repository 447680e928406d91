"""Answers of a plain LlamaIndex CitationQueryEngine over the same papers, for `askpapers eval score`.

Same papers, same embedding weights, same language model; all else as LlamaIndex has it by default. Prints a line of
ALCE's form for each question. Needs what bench/llamaindex_starter.py needs.

python -m bench.llamaindex_answers --llm gguf:PATH [--questions FILE] [--papers data/daily_papers] > peer.jsonl
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

from llama_index.core.query_engine import CitationQueryEngine
from tqdm import tqdm

from bench.llamaindex_starter import index
from eval.cases import read_cases
from rag import read_papers
from rag.models.providers import load_llm


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--llm", required=True, help="as ASKPAPERS_LLM")
    arguments.add_argument("--questions", default="data/questions.jsonl")
    arguments.add_argument("--papers", default="data/daily_papers")
    given = arguments.parse_args()
    papers = {paper.id: paper for paper in read_papers(given.papers)}
    with tempfile.TemporaryDirectory() as folder:
        model = load_llm(given.llm)
        engine = CitationQueryEngine.from_args(index(papers.values(), Path(folder)), llm=model and model.llm)
        for case in tqdm(read_cases(given.questions), file=sys.stderr):
            found = engine.query(case.question)
            row = {
                "id": case.id,
                "input": case.question,
                "output": str(found),
                "ctxs": [
                    {"title": papers[n.metadata["id"]].title, "text": re.sub(r"^Source \d+:\n", "", n.text)}
                    for n in found.source_nodes
                ],
            }
            print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()

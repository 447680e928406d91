"""The command line. Answers go to stdout, everything else to stderr.

Exit codes: 0 answered or done, 1 failed, 2 wrong usage, 3 no answer in the collection.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.cli import app as eval_app
from rag.cli.checking import app as checking_app
from rag.cli.exporting import app as export_app
from rag.cli.fetching import app as fetch_app
from rag.cli.library import app as library_app
from rag.cli.library import library_to_try
from rag.cli.options import (
    Author,
    Category,
    Checking,
    Embedding,
    Home,
    Json,
    JudgeOption,
    Llm,
    Source,
    Year,
    load_settings,
    open_assistant,
    open_library,
    run,
)
from rag.cli.serving import app as serving_app
from rag.errors import AskpapersError
from rag.indexing.folder import owner_only

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(library_app)
app.add_typer(fetch_app)
app.add_typer(export_app)
app.add_typer(serving_app)
app.add_typer(checking_app)
app.add_typer(eval_app, name="eval")
bench_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Measure retrieval on public test sets.")
app.add_typer(bench_app, name="bench")


def _version(wanted: bool) -> None:
    if wanted:
        from rag.verification.answer_export import askpapers_version

        print(f"askpapers {askpapers_version()}")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Ask a collection of paper abstracts; every sentence of the answer names its papers."""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    home: Home = None,
    llm: Llm = None,
    checking: Checking = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
    as_json: Json = False,
    trace: Annotated[Path | None, typer.Option(help="Append the whole answer as a line of JSON to this file.")] = None,
    year: Year = None,
    category: Category = None,
    source: Source = None,
    author: Author = None,
    exact: Annotated[bool, typer.Option("--exact", help="Take words as they are spelt.")] = False,
) -> None:
    """Answer one question."""
    from rag.serving.tracing import trace as trace_spans
    from rag.verification.answer_export import exported

    settings = load_settings(home=home, llm=llm, checking=checking, judge=judge, embedding=embedding)
    assistant, started = open_assistant(settings), time.time_ns()
    answer = assistant.ask(question, where=_where(year, category, source, author), exact=exact)
    trace_spans(answer, started)
    if trace:
        with open(trace, "a", encoding="utf-8", opener=owner_only) as file:
            file.write(json.dumps(exported(answer, assistant), ensure_ascii=False) + "\n")
    print(json.dumps(exported(answer, assistant), ensure_ascii=False, indent=2) if as_json else answer)
    if answer.outcome != "answered":
        raise typer.Exit(3)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many papers.")] = 10,
    home: Home = None,
    embedding: Embedding = None,
    as_json: Json = False,
    year: Year = None,
    category: Category = None,
    source: Source = None,
    author: Author = None,
) -> None:
    """Find papers."""
    library = open_library(load_settings(home=home, embedding=embedding))
    hits = library.search(query, k, _where(year, category, source, author))
    if as_json:
        print(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False, indent=2))
        return
    for number, hit in enumerate(hits, 1):
        print(f"{number:2}. {hit.paper.display_title}\n    {hit.sentence.text}")


@app.command()
def chat(
    home: Home = None,
    llm: Llm = None,
    checking: Checking = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
) -> None:
    """Ask one question after another in the terminal; an empty line, "exit" or Ctrl-D ends."""
    settings = load_settings(home=home, llm=llm, checking=checking, judge=judge, embedding=embedding)
    assistant = open_assistant(settings, library_to_try(settings))
    history: list[dict[str, Any]] = []
    while (question := _prompt()) and question.lower() not in ("exit", "quit", ":q"):
        try:
            answer = assistant.ask(question, history)
        except AskpapersError as error:
            print(error, file=sys.stderr)
            continue
        print(answer)
        said = {"role": "assistant", "content": answer.text, "papers": list(answer.papers)}
        history += [{"role": "user", "content": question}, said]


@app.command()
def llms(home: Home = None, llm: Llm = None) -> None:
    """List the models that can answer: those usable now, and what the others lack; examine the one that is set."""
    from rag.models.providers import usable

    settings = load_settings(home=home, llm=llm)

    for form, state in usable():
        print(f"{form:27} {state}")
    if settings.llm != "extractive":
        print(open_assistant(settings).abilities())


@bench_app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(help="A BEIR folder: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.")],
    home: Annotated[Path | None, typer.Option(help="Keep the index there; else it is thrown away.")] = None,
    split: Annotated[str, typer.Option(help="Which judgements.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Only that many queries.")] = None,
    embedding: Embedding = None,
) -> None:
    """Score each stage of retrieval: nDCG@10, recall@10 and @100, MRR@10, with 95% intervals."""
    from tempfile import TemporaryDirectory

    from tqdm import tqdm

    from eval.retrieval import bench_retrieval, table

    with TemporaryDirectory() as aside, tqdm(desc=folder.name, unit=" papers", file=sys.stderr) as bar:
        settings = load_settings(home=home or Path(aside), embedding=embedding, chroma_url="")
        library = open_library(settings, create=True)
        print(table(bench_retrieval(folder, library, split, bar.update, limit)))


def _where(
    year: list[int] | None, category: list[str] | None, source: list[str] | None, author: list[str] | None
) -> dict[str, Any] | None:
    given = {"year": year, "category": category, "source": source, "author": author}
    return {name: wanted for name, wanted in given.items() if wanted} or None


def _prompt() -> str:
    try:
        return input("\nask> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def main() -> None:
    """Runs the command line; a user's mistake is one line on stderr, never a traceback."""
    # Imports make a million objects that live on: looking through them again and again is an eighth of a cold start.
    gc.set_threshold(50_000, 20, 100)
    # Products here are small, and answers run side by side: a second thread of BLAS would wait by spinning.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run(app, "askpapers")

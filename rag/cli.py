"""The command line. Answers go to stdout, everything else to stderr.

Exit codes: 0 answered or done, 1 failed, 2 wrong usage, 3 no answer in the collection.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.cli import app as eval_app
from rag.errors import AskpapersError, NoIndexError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Library
    from rag.settings import Settings
    from rag.sync import SyncReport

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Ask a collection of paper abstracts; every sentence of the answer names its papers.",
)

app.add_typer(eval_app, name="eval")
bench_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Measure retrieval on public test sets.")
app.add_typer(bench_app, name="bench")

Home = Annotated[Path | None, typer.Option(help="Folder of the index (ASKPAPERS_HOME).", show_default=False)]
Embedding = Annotated[
    str | None, typer.Option(help="Embedding model, a name or folder (ASKPAPERS_EMBEDDING).", show_default=False)
]
Llm = Annotated[
    str | None,
    typer.Option(help="The model that answers (ASKPAPERS_LLM); `askpapers llms` lists them.", show_default=False),
]
Checking = Annotated[
    str | None,
    typer.Option(help="strict, flag or off: unsupported sentences (ASKPAPERS_CHECKING).", show_default=False),
]
JudgeOption = Annotated[
    str | None,
    typer.Option("--judge", help="auto, llm, nli:NAME or an LLM setting (ASKPAPERS_JUDGE).", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Year = Annotated[list[int] | None, typer.Option(help="Only papers of this year; may be repeated.")]
Category = Annotated[list[str] | None, typer.Option(help="Only papers of this category, such as cs.CL.")]
Source = Annotated[list[str] | None, typer.Option(help="Only papers read from this file or folder.")]

SHOWN = 20  # ledger lines printed; all are kept in the ledger


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: Daily Papers pages, JSONL, CSV, .bib, arXiv.")],
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Read papers into the library; what is already there and unchanged is left as it is."""
    settings = _settings(home=home, embedding=embedding)
    report = _index(_open(settings, create=True), paths)
    if report.read == report.rejected:
        raise typer.Exit(1)


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
) -> None:
    """Answer one question."""
    settings = _settings(home=home, llm=llm, checking=checking, judge=judge, embedding=embedding)
    answer = _assistant(settings).ask(question, where=_where(year, category, source))
    if trace:
        with trace.open("a", encoding="utf-8") as file:
            file.write(json.dumps(answer.to_dict(), ensure_ascii=False) + "\n")
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if as_json else answer)
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
) -> None:
    """Find papers."""
    library = _open(_settings(home=home, embedding=embedding))
    hits = library.search(query, k, _where(year, category, source))
    if as_json:
        rows = [
            {"paper_id": h.paper.id, "title": h.paper.title, "score": round(h.score, 4), "sentence": h.sentence.text}
            for h in hits
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for number, hit in enumerate(hits, 1):
        print(f"{number:2}. {hit.paper.title}\n    {hit.sentence.text}")


@app.command()
def chat(
    home: Home = None,
    llm: Llm = None,
    checking: Checking = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
) -> None:
    """Ask one question after another in the terminal; an empty line or Ctrl-D ends."""
    assistant = _assistant(_settings(home=home, llm=llm, checking=checking, judge=judge, embedding=embedding))
    history: list[dict[str, str]] = []
    while question := _prompt():
        try:
            answer = assistant.ask(question, history)
        except AskpapersError as error:
            print(error, file=sys.stderr)
            continue
        print(answer)
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer.text}]


@app.command()
def serve(
    home: Home = None,
    llm: Llm = None,
    checking: Checking = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
    host: Annotated[str | None, typer.Option(help="Address to bind (ASKPAPERS_HOST).", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind (ASKPAPERS_PORT).", show_default=False)] = None,
    auth: Annotated[str | None, typer.Option(help="USER:PASSWORD-FILE that opens the page.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Let others in without a login.")] = False,
    collection: Annotated[
        list[Path] | None, typer.Option(help="Papers to index first if the library is empty; may be repeated.")
    ] = None,
) -> None:
    """Serve the chat page."""
    settings = _settings(home=home, host=host, port=port, llm=llm, checking=checking, judge=judge, embedding=embedding)
    library = _open(settings, create=bool(collection))
    if collection and not len(library):
        _index(library, collection)
    assistant = _assistant(settings, library)  # before the page, which takes the model hub offline
    from ui.access import login
    from ui.app import serve as serve_page

    serve_page(
        assistant,
        host=settings.host,
        port=settings.port,
        auth=login(auth) if auth else None,
        insecure=insecure,
        on_ready=_say,
    )


@app.command()
def llms() -> None:
    """List the models that can answer: those usable now, and what the others lack."""
    from rag.llms import usable

    for form, state in usable():
        print(f"{form:27} {state}")


@app.command()
def status(home: Home = None, embedding: Embedding = None, as_json: Json = False) -> None:
    """Show what is in the library."""
    state = _open(_settings(home=home, embedding=embedding)).status()
    if as_json:
        print(json.dumps(state, ensure_ascii=False, indent=2))
        return
    last = state.pop("last_import")
    for name, value in state.items():
        if isinstance(value, dict):
            print(f"{name}:", *(f"  {key}: {count}" for key, count in value.items()), sep="\n")
        else:
            print(f"{name}: {value}")
    if last:
        print(f"last import: {last['started']}, {last['read']} records read, {last['rejected']} rejected")


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

    from rag.bench import bench_retrieval

    with TemporaryDirectory() as aside, tqdm(desc=folder.name, unit=" papers", file=sys.stderr) as bar:
        library = _open(_settings(home=home or Path(aside), embedding=embedding), create=True)
        print(bench_retrieval(folder, library, split, bar.update, limit))


def _settings(**given: Any) -> Settings:
    from rag.settings import Settings

    return Settings.load(**given)


def _open(settings: Settings, create: bool = False) -> Library:
    from rag.library import Library

    return Library.open(
        settings.home,
        embedding=settings.embedding,
        runtime=settings.embedding_runtime,
        reranker=settings.reranker,
        create=create,
    )


def _assistant(settings: Settings, library: Library | None = None) -> Assistant:
    from rag.assistant import Assistant

    library = library or _open(settings)
    if not len(library):
        raise NoIndexError(f"the index in {settings.home} holds no papers; add some with: askpapers index PATH...")
    return Assistant(library, settings.llm, sources=settings.sources, checking=settings.checking, judge=settings.judge)


def _index(library: Library, paths: list[Path]) -> SyncReport:
    """Indexes with a progress bar, and prints what became of the records."""
    from tqdm import tqdm

    from rag.readers import read_papers

    with tqdm(desc="indexing", unit=" papers", file=sys.stderr) as bar:
        report = library.sync(read_papers(*paths), progress=bar.update)
    for line in [*map(str, report.rejections), *report.notes][:SHOWN]:
        _say(line)
    more = report.rejected + len(report.notes) - SHOWN
    if more > 0:
        _say(f"... and {more} more, in {library.ledger}")
    _say(str(report))
    return report


def _where(year: list[int] | None, category: list[str] | None, source: list[str] | None) -> dict[str, Any] | None:
    given = {"year": year, "category": category, "source": source}
    return {name: wanted for name, wanted in given.items() if wanted} or None


def _prompt() -> str:
    try:
        return input("\nask> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Runs the command line; a user's mistake is one line on stderr, never a traceback."""
    try:
        app(prog_name="askpapers")
    except AskpapersError as error:
        _say(f"askpapers: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _say("askpapers: stopped")
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()

"""Commands that keep the library: what is in it, how it got there, and whether all is well."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Embedding, Home, Json, Llm, Source, load_settings, open_library, say, with_papers
from rag.errors import LibraryError
from rag.shipped import COLLECTION, shipped

if TYPE_CHECKING:
    from rag.indexing.records import Encode
    from rag.indexing.sync import SyncReport
    from rag.library import Library
    from rag.readers import PaperStream
    from rag.settings import Settings

app = typer.Typer()

SHOWN = 20  # ledger lines printed; all are kept in the ledger


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: Daily Papers pages, JSONL, CSV, .bib, arXiv.")],
    ray: Annotated[
        bool, typer.Option("--ray", help="Embed on a Ray cluster (RAY_ADDRESS), or a Ray of its own where none runs.")
    ] = False,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Read papers into the library; what is already there and unchanged is left as it is."""
    settings = load_settings(home=home, embedding=embedding)
    library = open_library(settings, create=True)
    report = read_in(library, paths, _on_ray(settings, library) if ray else None)
    if report.read == report.rejected:
        raise typer.Exit(1)


@app.command()
def remove(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Papers' ids, as `askpapers search --json` shows them.")
    ] = None,
    source: Source = None,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Remove papers from the library, by their ids or all those of a source."""
    if not ids and not source:
        raise typer.BadParameter("name papers by their ids, or a --source")
    from rag.readers.record import arxiv_id
    from rag.retrieval.query import condition

    library = open_library(load_settings(home=home, embedding=embedding))
    named = [arxiv_id(i)[0] or i for i in ids or ()]
    unknown = [i for i in named if library.index.forward_index.hash(i) is None]
    found = library.index.forward_index.ids(*condition({"source": source})) if source else []
    removed = library.remove([*named, *found])
    for paper_id in unknown[:SHOWN]:
        say(f"not in the library: {paper_id}")
    say(f"{removed} papers removed")
    if not removed:
        raise typer.Exit(1)


@app.command()
def status(home: Home = None, embedding: Embedding = None, as_json: Json = False) -> None:
    """Show what is in the library."""
    from rag.answering.calibration import describe

    library = open_library(load_settings(home=home, embedding=embedding))
    state = {**library.status(), "calibration": describe(library)}
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
        print(f"last import: {last['at']}, {last['read']} records read, {last['rejected']} rejected")


@app.command()
def calibrate(
    questions: Annotated[int, typer.Option(min=40, help="How many questions to draw.")] = 200,
    own: Annotated[bool, typer.Option("--own", help="Keep it though one is shipped for this embedding model.")] = False,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Learn from the collection's own sentences which questions to refuse, and print what will be refused.

    For an embedding model that no calibration is shipped for. Questions are drawn from sentences; with its sentence
    taken out, a question is a near miss. Drawn questions are easier than people's: expect more near misses answered.
    """
    from tqdm import tqdm

    from rag.answering.calibration import describe, save
    from rag.answering.own_calibration import calibrate as make
    from rag.answering.own_calibration import wilson

    library = with_papers(open_library(load_settings(home=home, embedding=embedding)))
    with tqdm(desc="drawing", unit=" questions", total=questions, file=sys.stderr) as bar:
        trial = make(library, questions, progress=bar.update)
    for name, (refused, of) in (("answerable", trial.answerable), ("near misses", trial.near), ("far", trial.far)):
        low, high = wilson(refused, of)
        print(f"{name:12} {refused:4} of {of:4} refused: {refused / of:.0%} [{low:.0%}, {high:.0%}]")
    if library.index.question_side and not own:
        say(f"not kept: the calibration for {library.embedder.name} is made from people's questions (--own keeps this)")
        return
    say(f"kept in {save(trial.calibration, library.home)}; calibration: {describe(library)}")


@app.command()
def reindex(home: Home = None, embedding: Embedding = None) -> None:
    """Build the index anew, with another embedding model if you like; the old one serves until it is done."""
    from tqdm import tqdm

    from rag.indexing.heaps import share_heaps
    from rag.indexing.writer import reindex as build
    from rag.models.embedding import load_embedder

    settings = load_settings(home=home, embedding=embedding)
    if settings.server:
        raise LibraryError(
            f"a server's index is not built beside itself: index into another database of {settings.server.address}, "
            "then set ASKPAPERS_CHROMA_URL to it"
        )
    share_heaps()
    embedder = load_embedder(settings.embedding, settings.embedding_runtime)
    try:
        with tqdm(desc="reindexing", unit=" steps", file=sys.stderr) as bar:
            papers = build(settings.home, embedder, bar.update)
    except KeyboardInterrupt:
        say("stopped; the index in use is as it was")
        raise typer.Exit(130) from None
    say(f"{papers} papers, embedded with {embedder.name}")
    if embedding and embedding != load_settings().embedding:
        say(f"from now on set ASKPAPERS_EMBEDDING={embedding}")


@app.command()
def doctor(
    home: Home = None,
    embedding: Embedding = None,
    llm: Llm = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended, then look again.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Look for every vector, not for those of 2,000 papers.")] = False,
) -> None:
    """Look whether all is well: a line for each thing looked at; exit code 1 if one is not."""
    from tqdm import tqdm

    from rag.doctor import examine
    from rag.doctor import repair as repair_index

    settings = load_settings(home=home, embedding=embedding, llm=llm)
    if repair:
        with tqdm(desc="mending", unit=" steps", file=sys.stderr, leave=False, delay=2, disable=None) as bar:
            mended = repair_index(settings, bar.update)
        say(mended)
    well = True
    with tqdm(desc="looking", unit=" papers", file=sys.stderr, leave=False, delay=2, disable=None) as bar:
        for check in examine(settings, full, bar.update):
            tqdm.write(str(check))
            well = well and check.ok
    if not well:
        raise typer.Exit(1)


def _on_ray(settings: Settings, library: Library) -> Encode:
    from rag.indexing.ray_embedding import embedding_on_ray
    from rag.models.embedding import load_embedder

    load = partial(load_embedder, settings.embedding, settings.embedding_runtime)
    return embedding_on_ray(load, library.embedder.fingerprint)


def library_to_try(settings: Settings, collection: list[Path] | None = None) -> Library:
    """The library; if it holds no papers, those of the collection are indexed first, or those that come with us."""
    from rag.serving.first_papers import wants_first_papers

    library = open_library(settings, create=True)
    if wants_first_papers(library):
        if not collection:
            say("no papers yet: indexing those that come with askpapers; add your own with: askpapers index PATH...")
        read_in(library, collection or [shipped(COLLECTION)])
    return library


def read_in(library: Library, paths: list[Path], embed: Encode | None = None) -> SyncReport:
    """Indexes with a progress bar, and prints what became of the records. Ctrl-C ends it after the batches in hand."""
    from rag.readers import read_papers

    return take_in(library, read_papers(*paths), embed)


def take_in(library: Library, papers: PaperStream, embed: Encode | None = None) -> SyncReport:
    """`read_in` for papers that are being read."""
    from tqdm import tqdm

    from rag.indexing.heaps import share_heaps

    share_heaps()
    with tqdm(desc="indexing", unit=" papers", file=sys.stderr) as bar, _stopped_by_ctrl_c(papers):
        report = library.sync(papers, bar.update, embed)
    for line in [*map(str, report.rejections), *report.notes][:SHOWN]:
        say(line)
    more = report.rejected + len(report.notes) - SHOWN
    if more > 0:
        say(f"... and {more} more, in {library.index.ledger.path}")
    say(str(report))
    if papers.stopped:
        say("stopped before the end: the same command again reads the rest")
        raise typer.Exit(130)
    return report


@contextmanager
def _stopped_by_ctrl_c(papers: PaperStream) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        papers.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        say("\nfinishing what was begun; Ctrl-C again stops at once")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

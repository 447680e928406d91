"""Commands that keep the library: what is in it, and how it got there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli_options import Embedding, Home, Json, load_settings, open_library, say

if TYPE_CHECKING:
    from rag.library import Library
    from rag.sync import SyncReport

app = typer.Typer()

SHOWN = 20  # ledger lines printed; all are kept in the ledger


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: Daily Papers pages, JSONL, CSV, .bib, arXiv.")],
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Read papers into the library; what is already there and unchanged is left as it is."""
    settings = load_settings(home=home, embedding=embedding)
    report = read_in(open_library(settings, create=True), paths)
    if report.read == report.rejected:
        raise typer.Exit(1)


@app.command()
def status(home: Home = None, embedding: Embedding = None, as_json: Json = False) -> None:
    """Show what is in the library."""
    state = open_library(load_settings(home=home, embedding=embedding)).status()
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


def read_in(library: Library, paths: list[Path]) -> SyncReport:
    """Indexes with a progress bar, and prints what became of the records."""
    from tqdm import tqdm

    from rag.readers import read_papers

    with tqdm(desc="indexing", unit=" papers", file=sys.stderr) as bar:
        report = library.sync(read_papers(*paths), progress=bar.update)
    for line in [*map(str, report.rejections), *report.notes][:SHOWN]:
        say(line)
    more = report.rejected + len(report.notes) - SHOWN
    if more > 0:
        say(f"... and {more} more, in {library.ledger}")
    say(str(report))
    return report

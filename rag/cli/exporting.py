"""Papers of the library as BibTeX."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import Author, Category, Embedding, Home, Source, Year, load_settings, open_library, say

if TYPE_CHECKING:
    from rag.library import Library
    from rag.types import Paper

app = typer.Typer()


@app.command()
def export(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Papers' ids, as `askpapers search --json` shows them; else all.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Look up what citations lack, by DOI at Crossref and id at arXiv.")
    ] = False,
    year: Year = None,
    category: Category = None,
    source: Source = None,
    author: Author = None,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Print papers as BibTeX: an entry that a paper came with as it came, else one made of what is known of it."""
    from tqdm import tqdm

    from rag.text.bibtex import bibtex_entry

    given = {"year": year, "category": category, "source": source, "author": author}
    settings = load_settings(home=home, embedding=embedding)
    library = open_library(settings)
    papers = _chosen(library, ids, {name: wanted for name, wanted in given.items() if wanted})
    found = False
    if not complete:
        for paper in papers:
            print(bibtex_entry(paper))
            found = True
    else:
        from rag.cli.fetching import access
        from rag.fetching.completing import completed

        looked_up = completed(papers, access(settings))
        with tqdm(desc="looking up", unit=" papers", file=sys.stderr) as bar:
            for paper, more in looked_up:
                print(bibtex_entry(paper, more))
                found = True
                bar.update()
    if not found:
        say("no such papers")
        raise typer.Exit(1)


def _chosen(library: Library, ids: list[str] | None, where: dict[str, Any]) -> Iterator[Paper]:
    """Those papers, or all that the filter keeps; an id that is not there is said."""
    if not ids:
        yield from library.papers(where)
        return
    for paper_id in ids:
        if paper := library.paper(paper_id):
            yield paper
        else:
            say(f"not in the library: {paper_id}")

"""Commands that ask services on the network: nothing else does, and these only when called."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.library import take_in
from rag.cli.options import Embedding, Home, load_settings, open_library, say
from rag.errors import AskpapersError

if TYPE_CHECKING:
    from rag.fetching import Access, Request, Searches
    from rag.library import Library
    from rag.settings import Settings

app = typer.Typer()

NUMBER = 100  # papers that a search takes if not told how many
ALL = 1_000_000  # of a Zotero library, which is here already
_SERVICES = "openalex, arxiv, semanticscholar, pubmed, hf-daily or zotero"


@app.command()
def fetch(
    what: Annotated[
        list[str] | None,
        typer.Argument(help="Papers' ids (arxiv:2405.14831 doi:10.1000/182 pmid:31452104), or with --from the query."),
    ] = None,
    service: Annotated[str | None, typer.Option("--from", help=f"Search there: {_SERVICES}.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only papers since that day, newest first.")
    ] = None,
    number: Annotated[
        int | None, typer.Option("-n", min=1, help="At most that many papers (100; all of Zotero's).")
    ] = None,
    collection: Annotated[str | None, typer.Option(help="Only that collection of Zotero's, by name or key.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Not to be asked again by askpapers update.")] = False,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Fetch papers from a service on the network into the library. If it is cut off, the same command goes on.

    ASKPAPERS_MAILTO and the keys (ASKPAPERS_OPENALEX_KEY and so on) are sent to the services that ask for them.
    """
    day = since.date().isoformat() if since else ""
    request = _request(what or [], service, day, number, collection)
    settings = load_settings(home=home, embedding=embedding)
    library = open_library(settings, create=True)
    found = fetch_into(library, request, access(settings))
    if not once:
        _searches(library).keep(request, date.today())
    if not found:
        raise typer.Exit(1)


@app.command()
def update(
    listed: Annotated[bool, typer.Option("--list", help="Only list what would be asked again.")] = False,
    forget: Annotated[int | None, typer.Option(help="Ask the one of that number (--list) no more.")] = None,
    home: Home = None,
    embedding: Embedding = None,
) -> None:
    """Ask again what was fetched before: searches for what has come since, ids and Zotero in whole."""
    from rag.fetching.searches import again

    settings = load_settings(home=home, embedding=embedding)
    library = open_library(settings)
    searches = _searches(library)
    if forget is not None:
        say(f"not asked any more: {described(searches.forget(forget))}")
        return
    if not searches.kept:
        say("nothing was fetched yet: askpapers fetch --from openalex QUERY, or askpapers fetch arxiv:2405.14831")
        raise typer.Exit(1)
    failed = False
    for number, (request, last) in enumerate(list(searches.kept), 1):
        say(f"{number}. {described(request)} (last {last})")
        if listed:
            continue
        try:
            fetch_into(library, again(request, last), access(settings))
            searches.keep(request, date.today())
        except AskpapersError as error:  # the others may do
            say(f"askpapers: {error}")
            failed = True
    if failed:
        raise typer.Exit(1)


def fetch_into(library: Library, request: Request, allowed: Access) -> bool:
    """Downloads what is missing, then indexes it; whether anything was found. Raises FetchError."""
    from tqdm import tqdm

    from rag.fetching import FetchedPapers, Spool, download
    from rag.fetching.services import open_service

    service = open_service(request.service, allowed)
    spool = Spool(library.home, request)
    if spool.records:
        say(f"{spool.records:,} papers were fetched before it was cut off: going on from there")
    total = request.number if request.number < ALL else None
    with tqdm(
        desc=f"fetching from {service.title}", unit=" papers", file=sys.stderr, initial=spool.records, total=total
    ) as bar:
        try:
            download(service, spool, bar.update)
        except KeyboardInterrupt:
            say("\nstopped; what was fetched is kept, and the same command goes on from there")
            raise typer.Exit(130) from None
    report = take_in(library, FetchedPapers(spool, service.title))
    spool.remove()
    return report.read > report.rejected


def access(settings: Settings) -> Access:
    """Who asks, by the settings."""
    from rag.fetching import Access

    names = ("openalex", "semanticscholar", "pubmed")
    keys = {name: getattr(settings, f"{name}_key").get_secret_value() for name in names}
    return Access(settings.mailto, keys)


def described(request: Request) -> str:
    """A request on one line."""
    about = " ".join(request.ids[:5]) + (" ..." if len(request.ids) > 5 else "") if request.ids else request.query
    since = f" since {request.since}" if request.since else ""
    where = f", collection {request.collection!r}" if request.collection else ""
    return f"{request.service}: {about or 'everything'}{since}{where}, at most {request.number:,}"


def _request(what: list[str], service: str | None, since: str, number: int | None, collection: str | None) -> Request:
    """What the options ask for. Raises typer.BadParameter."""
    from rag.errors import FetchError
    from rag.fetching import SERVICES, Request
    from rag.fetching.by_id import parsed
    from rag.fetching.services import IDS

    if not service:
        if not what:
            raise typer.BadParameter(f"name papers by their ids, or search --from {_SERVICES}")
        if since or number or collection:
            raise typer.BadParameter("--since, -n and --collection go with --from")
        try:
            ids = parsed(what)
        except FetchError as error:
            raise typer.BadParameter(str(error)) from None
        return Request(IDS, ids=ids, number=len(ids))
    if service not in SERVICES:
        raise typer.BadParameter(f"{service!r} is no service; there are {_SERVICES}", param_hint="--from")
    if collection and service != "zotero":
        raise typer.BadParameter("--collection goes with --from zotero")
    query = " ".join(" ".join(what).split())
    if not query and not since and service not in ("zotero", "hf-daily"):
        raise typer.BadParameter("say what to search for")
    if not query and service in ("openalex", "semanticscholar", "pubmed"):
        raise typer.BadParameter(f"{service} needs words to search for")
    return Request(service, query, since, number or (ALL if service == "zotero" else NUMBER), collection or "")


def _searches(library: Library) -> Searches:
    from rag.fetching import Searches as Kept

    return Kept(library.home)

"""Commands that serve: the page with its protocols, and the Model Context Protocol over stdio."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.library import library_to_try
from rag.cli.options import (
    Checking,
    Embedding,
    Home,
    JudgeOption,
    Llm,
    load_settings,
    new_assistant,
    open_assistant,
    open_library,
    say,
)

app = typer.Typer()


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
    mcp: Annotated[bool, typer.Option("--mcp", help="Serve the Model Context Protocol at /mcp, too.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Let clients of --mcp add papers.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Write a line of JSON for each question to stderr.")] = False,
    collection: Annotated[
        list[Path] | None,
        typer.Option(help="Papers to index first if the library is empty, else those that come with askpapers."),
    ] = None,
) -> None:
    """Serve the chat page, and beside it a REST API at /api and OpenAI's protocol at /v1."""
    settings = load_settings(
        home=home, host=host, port=port, llm=llm, checking=checking, judge=judge, embedding=embedding
    )
    from rag.serving.site import require_mcp
    from rag.serving.watching import log_to_stderr

    if mcp:
        require_mcp()
    elif write:
        say("--write has no effect without --mcp, whose clients it lets add papers")
    if log:
        log_to_stderr()
    # Before the page, which takes the model hub offline.
    assistant = open_assistant(settings, library_to_try(settings, collection))
    from ui.access import login
    from ui.app import serve as serve_page

    serve_page(
        assistant,
        host=settings.host,
        port=settings.port,
        auth=login(auth) if auth else None,
        insecure=insecure,
        token=settings.token.get_secret_value(),
        mcp=mcp,
        write=write,
        on_ready=say,
    )


@app.command()
def mcp(
    home: Home = None,
    llm: Llm = None,
    checking: Checking = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
    write: Annotated[bool, typer.Option("--write", help="Let the client add papers from files.")] = False,
) -> None:
    """Serve the Model Context Protocol over standard input and output, for a client that starts this command."""
    from rag.serving.site import require_mcp

    require_mcp()
    settings = load_settings(home=home, llm=llm, checking=checking, judge=judge, embedding=embedding)
    assistant = new_assistant(settings, open_library(settings, create=True))
    from rag.serving.mcp_server import serve_stdio

    serve_stdio(assistant, write)

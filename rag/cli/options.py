"""What the commands share: options, the settings, the library they open, a line on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import AskpapersError, NoIndexError

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.library import Library
    from rag.settings import Settings

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
    typer.Option(
        "--judge",
        help="auto, llm, nli:NAME, factcg, minicheck, hhem or an LLM setting (ASKPAPERS_JUDGE).",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Year = Annotated[list[int] | None, typer.Option(help="Only papers of this year; may be repeated.")]
Category = Annotated[list[str] | None, typer.Option(help="Only papers of this category, such as cs.CL.")]
Author = Annotated[list[str] | None, typer.Option(help="Only papers by this author; may be repeated.")]
Source = Annotated[list[str] | None, typer.Option(help="Only papers read from this file or folder.")]


def load_settings(**given: Any) -> Settings:
    """The settings, those given by options first."""
    from rag.settings import Settings

    return Settings.load(**given)


def open_library(settings: Settings, create: bool = False) -> Library:
    """The library that the settings describe, with a progress bar while a server is followed."""
    from tqdm import tqdm

    from rag.library import Library

    server = settings.server
    with tqdm(desc=f"fetching from {server}", unit=" papers", file=sys.stderr, delay=1, disable=not server) as bar:
        return Library.from_settings(settings, create, bar.update)


def open_assistant(settings: Settings, library: Library | None = None) -> Assistant:
    """The assistant that the settings describe. Raises NoIndexError when the library holds no papers."""
    return new_assistant(settings, with_papers(library or open_library(settings)))


def new_assistant(settings: Settings, library: Library) -> Assistant:
    """As `open_assistant`, of a library that may hold no papers yet."""
    from rag.answering.assistant import Assistant
    from rag.models.providers import load_llm

    llm = load_llm(settings.llm, settings.llm_key.get_secret_value(), settings.context)
    return Assistant(
        library,
        llm or settings.llm,
        sources=settings.sources,
        checking=settings.checking,
        judge=settings.judge,
        mode=settings.llm_mode,
    )


def with_papers(library: Library) -> Library:
    """The library. Raises NoIndexError when it is empty."""
    if not len(library):
        raise NoIndexError(f"the index in {library.home} holds no papers; add some with: askpapers index PATH...")
    return library


def say(line: str) -> None:
    """A line on stderr, at once."""
    print(line, file=sys.stderr, flush=True)


def run(app: typer.Typer, name: str, stopped: str = "stopped") -> None:
    """Runs a command line; a user's mistake is one line on stderr, never a traceback. Ctrl-C says `stopped`."""
    try:
        app(prog_name=name)
    except AskpapersError as error:
        say(f"{name}: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say(f"{name}: {stopped}")
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        sys.exit(0)
